/** One exchange: who types what, and up to where they look. */
export interface Exchange {
  readonly who: 'toto' | 'tintin' | 'milou' | 'dupont'
  readonly types: string
  readonly until: RegExp
  /** It is not on the page. */
  readonly isHidden?: boolean
}

/** A part of the walkthrough, as the document has it. */
export interface Part {
  readonly title: string
  /** Markdown before the first exchange. */
  readonly text: string
  readonly exchanges: readonly Exchange[]
}

const opening = `<?xml version='1.0' encoding='UTF-8'?>
<stream:stream xmlns:stream='http://etherx.jabber.org/streams' version='1.0' xmlns='jabber:client' to='jabber.org' >`

const starttls = `<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`

const identify = (
  user: string,
  password: string,
  resource: string,
) => `<iq type="set" id="auth_2" to="jabber.org" >
  <query xmlns="jabber:iq:auth">
     <username>${user}</username>
     <password>${password}</password>
     <resource>${resource}</resource>
  </query>
</iq>`

const toto = (types: string, until: RegExp): Exchange => ({ who: 'toto', types, until })
const tintin = (types: string, until: RegExp): Exchange => ({ who: 'tintin', types, until })
const milou = (types: string, until: RegExp): Exchange => ({ who: 'milou', types, until })
const dupont = (types: string, until: RegExp): Exchange => ({ who: 'dupont', types, until })

/** Opens a stream, encrypts it, and opens it again. */
const open = (by: (types: string, until: RegExp) => Exchange): readonly Exchange[] => [
  by(opening, /<\/stream:features>/),
  by(starttls, /<proceed/),
  by('/tls', /Encrypted/),
  by(opening, /<\/stream:features>/),
]

/** The document from its first to its last example. */
export const walkthrough: readonly Part[] = [
  {
    title: 'Opening the connection',
    text: `The XML declaration, then a stream that stays open as long as the session. The server answers with a header of its
own, and with what it offers.`,
    exchanges: [toto(opening, /<\/stream:features>/)],
  },
  {
    title: 'Encrypting it',
    text: `The document is from before encryption was a matter of course; today nobody takes a password in clear. \`/tls\` does the
handshake, and the stream begins anew ([RFC 6120 §5](https://www.rfc-editor.org/rfc/rfc6120#section-5)).`,
    exchanges: [toto(starttls, /<proceed/), toto('/tls', /Encrypted/), toto(opening, /<\/stream:features>/)],
  },
  {
    title: 'Identification',
    text: `What does the server want to know? Then with a wrong password, and with the right one
([XEP-0078](https://xmpp.org/extensions/xep-0078.html)). The password is never shown again, whoever types it.`,
    exchanges: [
      toto(
        `<iq type="get" id="auth_1" to="jabber.org" >
  <query xmlns="jabber:iq:auth">
     <username>toto</username>
  </query>
</iq>`,
        /^← <iq/,
      ),
      toto(identify('toto', 'autre', 'maison'), /^← <iq.*not-authorized/),
      toto(identify('toto', 'mot2passe', 'maison'), /^← <iq .*result/),
    ],
  },
  {
    title: 'Changing one’s status',
    text: `Nobody knows yet that toto is there. The server repeats to every resource what one of them says, so that it comes back. The
type \`invisible\` was never part of the standard: this server says so.`,
    exchanges: [
      toto(
        '<presence>\n  <show>dnd</show>\n  <status>Occupé</status>\n  <priority>1</priority>\n</presence>',
        /^← <presence.*maison.*dnd/,
      ),
      toto('<presence>\n  <priority>1</priority>\n</presence>', /^← <presence(?!.*dnd).*\/maison' to/),
      toto(
        '<presence>\n  <show>dnd</show>\n  <status>Occupé</status>\n</presence>',
        /^← <presence.*maison.*dnd/,
      ),
      toto(
        '<presence>\n  <show>dnd</show>\n  <status>Occupé</status>\n  <priority>0</priority>\n</presence>',
        /^← <presence.*maison.*dnd/,
      ),
      toto('<presence type="invisible" />', /^← <presence type='error'/),
      toto('<presence type="unavailable" />', /^← <presence.*unavailable.*maison/),
      toto(
        '<presence>\n  <priority>1</priority>\n</presence>',
        /^← <presence(?!.*unavailable).*\/maison' to/,
      ),
    ],
  },
  {
    title: 'The status of one’s contacts',
    text: `There is nothing to ask for. In a second terminal tintin logs in in the same way (the command is printed when toto's
console starts; add \`--no-login\`), and goes away for a minute. Toto sees it.`,
    exchanges: [
      ...open(tintin),
      tintin(identify('tintin', 'mot2passe', 'chateau'), /^← <iq .*result/),
      tintin(
        '<presence>\n  <show>away</show>\n  <status>Je suis de retour dans 1 minute !</status>\n  <priority>5</priority>\n</presence>',
        /^← <presence.*from='toto@jabber.org\/maison'/,
      ),
      toto('', /^← <presence.*from='tintin@jabber.org\/chateau'/),
    ],
  },
  {
    title: 'The contact list',
    text: `With names and groups.`,
    exchanges: [
      toto('<iq type="get" id="aaab" >\n  <query xmlns="jabber:iq:roster"/>\n</iq>', /^← <iq.*aaab/),
    ],
  },
  {
    title: 'Messages',
    text: `One from toto to tintin, one back.`,
    exchanges: [
      toto('<message to="tintin@jabber.org" type="chat">\n\t<body>Salut !</body>\n</message>', /^→ <message/),
      tintin('', /^← <message.*Salut/),
      tintin('<message to="toto@jabber.org" type="chat">\n\t<body>Salut !</body>\n</message>', /^→ <message/),
      toto('', /^← <message.*Salut/),
    ],
  },
  {
    title: 'Somebody is typing (XEP-0022)',
    text: `Composing, with the id of the message that is answered, and the pause that takes it back.`,
    exchanges: [
      toto(
        `<message to='tintin@jabber.org/chateau'>
 <x xmlns='jabber:x:event'>
   <composing/>
   <id>message22</id>
 </x>
</message>`,
        /^→ <message/,
      ),
      tintin('', /^← <message.*composing/),
      toto(
        `<message to='tintin@jabber.org/chateau'>
 <x xmlns='jabber:x:event'>
   <id>message22</id>
 </x>
</message>`,
        /^→ <message/,
      ),
      tintin('', /^← <message.*message22/),
    ],
  },
  {
    title: 'Rich text (XEP-0071)',
    text: `The text twice: plain for everybody, and as XHTML. Whether the other side can show that, one asks it
([XEP-0030](https://xmpp.org/extensions/xep-0030.html)); tintin answers by hand.`,
    exchanges: [
      toto(
        `<message to="tintin@jabber.org" type="chat">
  <body>Salut !</body>
  <html xmlns='http://jabber.org/protocol/xhtml-im'>
    <body xmlns='http://www.w3.org/1999/xhtml'>
      <p style='font-weight:bold'>Salut !</p>
    </body>
  </html>
</message>`,
        /^→ <message/,
      ),
      tintin('', /^← <message.*xhtml-im/),
      toto(
        `<iq type='get' from='toto@jabber.org/maison' to='tintin@jabber.org/chateau' id='disco1'>
  <query xmlns='http://jabber.org/protocol/disco#info'/>
</iq>`,
        /^→ <iq/,
      ),
      tintin('', /^← <iq.*disco1/),
      tintin(
        `<iq type='result' from='tintin@jabber.org/chateau' to='toto@jabber.org/maison' id='disco1'>
  <query xmlns='http://jabber.org/protocol/disco#info'>
     <feature var='http://jabber.org/protocol/xhtml-im'/>
  </query>
</iq>`,
        /^→ <iq/,
      ),
      toto('', /^← <iq.*disco1/),
    ],
  },
  {
    title: 'A new account (XEP-0077)',
    text: `In a third terminal, on a stream where nobody has said yet who they are: a name that is taken, then one that is free.`,
    exchanges: [
      ...open(milou),
      milou(
        `<iq type="set" to="jabber.org" id="aab0a" >
  <query xmlns="jabber:iq:register">
     <username>toto</username>
     <password>MotDePasse</password>
     <email>toto@mailserver.org</email>
  </query>
</iq>`,
        /^← <iq.*conflict/,
      ),
      milou(
        `<iq type="set" to="jabber.org" id="aab0a" >
  <query xmlns="jabber:iq:register">
     <username>Login</username>
     <password>MotDePasse</password>
     <email>login@mailserver.org</email>
  </query>
</iq>`,
        /^← <iq.*result.*/,
      ),
    ],
  },
  {
    title: 'Closing an account',
    text: `Its owner says who they are, and removes it. The server confirms, and ends the stream.`,
    exchanges: [
      milou(identify('login', 'MotDePasse', 'maison'), /^← <iq .*result/),
      milou(
        '<iq type="set" to="jabber.org" id="aab0a" >\n  <query xmlns="jabber:iq:register">\n     <remove/>\n  </query>\n</iq>',
        /The connection has ended/,
      ),
    ],
  },
  {
    title: 'Changing the password',
    text: ``,
    exchanges: [
      toto(
        `<iq type="set" to="jabber.org" id="aab0a" >
  <query xmlns="jabber:iq:register">
     <username>toto</username>
    <password>NouveauMotDePasse</password>
  </query>
</iq>`,
        /^← <iq.*aab0a/,
      ),
    ],
  },
  {
    title: 'Asking for an authorisation',
    text: `Milou, in the third terminal, connects again and would like to see when toto is there.`,
    exchanges: [
      milou('/connect', /Connected/),
      ...open(milou),
      milou(identify('milou', 'mot2passe', 'niche'), /^← <iq .*result/),
      milou('<iq type="get" id="aaab" >\n  <query xmlns="jabber:iq:roster"/>\n</iq>', /^← <iq.*aaab/),
      milou('<presence/>', /^← <presence/),
      milou(
        `<presence type='subscribe' to='toto@jabber.org'>
  <status>Je voudrais t'ajouter à ma liste de contacts.</status>
</presence>`,
        /^→ <presence/,
      ),
      toto('', /^← <presence.*subscribe.*/),
    ],
  },
  {
    title: 'Accepting, and refusing',
    text: `Toto grants it: milou sees toto's presence. Then toto takes it back.`,
    exchanges: [
      toto('<presence type="subscribed" to="milou@jabber.org" />', /^← <iq.*milou.*from/),
      milou('', /^← <presence.*from='toto@jabber.org\/maison'/),
      toto('<presence type="unsubscribed" to="milou@jabber.org" />', /^← <iq.*milou.*none/),
      milou('', /^← <presence.*unsubscribed/),
    ],
  },
  {
    title: 'Keeping the contact list',
    text: `Adding a contact, changing it by adding it again with a name and a group, and removing it. The server tells every resource
of toto's, and then confirms.`,
    exchanges: [
      toto(
        '<iq type="set" id="ac90a" >\n  <query xmlns="jabber:iq:roster">\n     <item jid="milou@jabber.org" />\n  </query>\n</iq>',
        /^← <iq.*ac90a/,
      ),
      toto(
        `<iq type="set" id="ac90b" >
  <query xmlns="jabber:iq:roster">
     <item name='Milou' jid='milou@jabber.org'>
        <group>Amis</group>
     </item>
  </query>
</iq>`,
        /^← <iq.*ac90b/,
      ),
      toto(
        `<iq type="set" id="ad8fa" >
  <query xmlns="jabber:iq:roster">
     <item subscription="remove" jid="milou@jabber.org" />
  </query>
</iq>`,
        /^← <iq.*ad8fa/,
      ),
    ],
  },
  {
    title: 'Both ways, toto asks first',
    text: `Into the list, ask; milou grants and asks back; toto grants.`,
    exchanges: [
      toto(
        '<iq type="set" id="ac90c" >\n  <query xmlns="jabber:iq:roster">\n     <item jid="milou@jabber.org" />\n  </query>\n</iq>',
        /^← <iq.*ac90c/,
      ),
      toto(
        `<presence type='subscribe' to='milou@jabber.org'>
  <status>Je voudrais t'ajouter à ma liste de contacts.</status>
</presence>`,
        /^← <iq.*ask='subscribe'/,
      ),
      milou('', /^← <presence.*type='subscribe'/),
      milou(`<presence type='subscribed' to='toto@jabber.org' />`, /^→ <presence/),
      toto('', /^← <presence.*from='milou@jabber.org\/niche'/),
      milou(`<presence type='subscribe' to='toto@jabber.org' />`, /^→ <presence/),
      toto('', /^← <presence.*type='subscribe'/),
      toto(`<presence type='subscribed' to='milou@jabber.org' />`, /^← <iq.*milou.*both/),
      milou('', /^← <presence.*from='toto@jabber.org\/maison'/),
    ],
  },
  {
    title: 'Both ways, somebody else asks first',
    text: `The same from the other end: milou has removed toto and asks again. Toto puts milou into the list, asks in turn, and
grants.`,
    exchanges: [
      milou(
        '<iq type="set" id="ad8fb" >\n  <query xmlns="jabber:iq:roster">\n     <item subscription="remove" jid="toto@jabber.org" />\n  </query>\n</iq>',
        /^← <iq.*ad8fb/,
      ),
      toto('', /^← <presence(?=.*unavailable).*milou@jabber.org\/niche/),
      milou(`<presence type='subscribe' to='toto@jabber.org' />`, /^→ <presence/),
      toto('', /^← <presence.*type='subscribe'/),
      toto(
        '<iq type="set" id="ac90d" >\n  <query xmlns="jabber:iq:roster">\n     <item jid="milou@jabber.org" />\n  </query>\n</iq>',
        /^← <iq.*ac90d/,
      ),
      toto(`<presence type='subscribe' to='milou@jabber.org' />`, /^← <iq.*ask='subscribe'/),
      toto(`<presence type='subscribed' to='milou@jabber.org' />`, /^← <iq.*milou.*from/),
      milou('', /^← <presence.*from='toto@jabber.org\/maison'/),
      milou(`<presence type='subscribed' to='toto@jabber.org' />`, /^→ <presence/),
      toto('', /^← <presence.*from='milou@jabber.org\/niche'/),
    ],
  },
  {
    title: 'What software others run (XEP-0092)',
    text: `The question goes to a resource; tintin answers by hand, as Psi would.`,
    exchanges: [
      toto(
        '<iq type="get" to="tintin@jabber.org/chateau" id="version_1" >\n  <query xmlns="jabber:iq:version" />\n</iq>',
        /^→ <iq/,
      ),
      tintin('', /^← <iq.*version_1/),
      tintin(
        `<iq type="result" to="toto@jabber.org/maison" id="version_1" >
  <query xmlns="jabber:iq:version">
     <name>Psi</name>
     <version>0.10-CVS (Jul 27 2005)</version>
     <os>Debian GNU/Linux (testing/unstable)</os>
  </query>
</iq>`,
        /^→ <iq/,
      ),
      toto('', /^← <iq.*version_1/),
    ],
  },
  {
    title: 'The same with the engine',
    text: `Without \`--no-login\` the engine logs in, and commands do what was typed above. Dupont, in one more terminal
(\`--jid dupont@jabber.org\`), with \`/raw off\`: stanzas in words.`,
    exchanges: [
      { ...dupont('', /^← <presence.*toto@jabber.org\/maison/), isHidden: true },
      dupont('/raw off\n/roster', /Toto · both/),
      dupont('/presence away Je reviens', /^← presence.*Je reviens/),
      dupont('/message tintin@jabber.org Salut !', /^→ message.*Salut/),
      dupont('/version jabber.org', /xmpp-machines · embedded/),
      dupont('/disco jabber.org', /msgoffline/),
    ],
  },
  {
    title: 'Leaving',
    text: ``,
    exchanges: [toto('</stream:stream>', /The connection has ended/)],
  },
]
