import type { DocumentExample } from '../document-example.js'

/** The document’s first chapter: connecting, talking, and the account itself. */
export const basics = [
  {
    id: 'S1.1',
    from: 'client',
    shows: 'what is said is XML, in UTF-8',
    xml: `<?xml version='1.0' encoding='UTF-8'?>`,
  },
  {
    id: 'S1.2',
    from: 'client',
    shows: 'a stream is opened, which stays open for the whole session',
    xml: `<stream:stream xmlns:stream='http://etherx.jabber.org/streams' version='1.0' xmlns='jabber:client' to='jabber.org' >`,
  },
  {
    id: 'S1.3',
    from: 'server',
    shows: 'the server opens its own, with an id; without a version it is one from before XMPP 1.0',
    xml: `<stream:stream xmlns='jabber:client' xml:lang='en' xmlns:stream='http://etherx.jabber.org/streams' from='jabber.org' id='166C34A3F3E91' >`,
  },
  {
    id: 'S1.4',
    from: 'server',
    shows: 'something is wrong; the document shows no more than the tag, so each defined condition is put in',
    xml: `<stream:error>`,
  },

  {
    id: 'S2.1',
    from: 'client',
    shows: 'says who one is, and asks what it takes to identify oneself',
    xml: `
<iq type="get" id="auth_1" to="jabber.org" >
  <query xmlns="jabber:iq:auth">
     <username>toto</username>
  </query>
</iq>`,
  },
  {
    id: 'S2.2',
    from: 'server',
    shows: 'a password or a digest will do, and a resource is needed',
    xml: `
<iq id='auth_1' type='result'>
  <query xmlns='jabber:iq:auth'>
     <username>toto</username>
     <password/>
     <digest/>
     <resource/>
  </query>
</iq>`,
  },
  {
    id: 'S2.3',
    from: 'client',
    shows: 'identifies by the password itself, where the server takes no digest',
    xml: `
<iq type="set" id="auth_2" to="jabber.org" >
  <query xmlns="jabber:iq:auth">
     <username>toto</username>
     <password>mot2passe</password>
     <resource>maison</resource>
  </query>
</iq>`,
  },
  { id: 'S2.4', from: 'server', shows: 'it is so', xml: `<iq id='auth_2' type='result'/>` },
  {
    id: 'S2.5',
    from: 'server',
    shows: 'name or password are wrong',
    xml: `
<iq type='error' id='auth_2'>
  <query xmlns='jabber:iq:auth'>
     <username>toto</username>
     <password>mot2passe</password>
     <resource>maison</resource>
  </query>
  <error type='auth' code='401'><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>
     <text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>Unauthorized</text>
  </error>
</iq>`,
  },

  {
    id: 'S3.1',
    from: 'client',
    shows: 'says how available one is',
    xml: `
<presence>
  <show>dnd</show>
  <status>Occupé</status>
  <priority>1</priority>
</presence>`,
  },
  {
    id: 'S3.2',
    from: 'client',
    shows: 'simply available: the first thing said after identification',
    xml: `
<presence>
  <priority>1</priority>
</presence>`,
  },
  {
    id: 'S3.3',
    from: 'client',
    shows: 'a priority that is left out is 0',
    xml: `
<presence>
  <show>dnd</show>
  <status>Occupé</status>
</presence>`,
  },
  {
    id: 'S3.4',
    from: 'client',
    shows: 'the same with the priority written out, which by the document is equal',
    xml: `
<presence>
  <show>dnd</show>
  <status>Occupé</status>
  <priority>0</priority>
</presence>`,
  },
  {
    id: 'S3.5',
    from: 'client',
    shows: 'makes one invisible, as before XMPP 1.0',
    xml: `<presence type="invisible" />`,
  },
  { id: 'S3.6', from: 'client', shows: 'leaves', xml: `<presence type="unavailable" />` },

  {
    id: 'S4.1',
    from: 'server',
    shows: 'a contact is away',
    xml: `
<presence to='dupont@im.apinc.org' from='toto@jabber.org/ecole'>
  <show>away</show>
  <status>Je suis de retour dans 1 minute\u00a0!</status>
  <priority>5</priority>
</presence>`,
  },

  {
    id: 'S5.1',
    from: 'client',
    shows: 'asks for the contact list',
    xml: `
<iq type="get" id="aaab" >
  <query xmlns="jabber:iq:roster"/>
</iq>`,
  },
  {
    id: 'S5.2',
    from: 'server',
    shows: 'two contacts, one of them in a group',
    xml: `
<iq from='toto@jabber.org/ecole' type='result' id='aaab'>
  <query xmlns='jabber:iq:roster'>
     <item jid='tintin@jabber.org' subscription='both' name='Tintin'/>
     <item subscription='both' name='Dupont' jid='dupont@im.apinc.org'>
        <group>Amis</group>
     </item>
  </query>
</iq>`,
  },

  {
    id: 'S6.1',
    from: 'client',
    shows: 'says something to somebody',
    xml: `
<message to="toto@jabber.org" type="chat">
	<body>Salut\u00a0!</body>
</message>`,
  },
  {
    id: 'S6.2',
    from: 'server',
    shows: 'somebody has said something',
    xml: `
<message from="tintin@jabber.org/chateau" type="chat">
	<body>Salut\u00a0!</body>
</message>`,
  },

  {
    id: 'S7.1',
    from: 'client',
    shows:
      'composing, by a message that says no more: one that asks to be told carries it, XEP-0022 has an id beside it in one that tells',
    xml: `
<x xmlns='jabber:x:event'>
   <composing/>
</x>`,
  },
  {
    id: 'S7.2',
    from: 'client',
    shows: 'one types an answer to a message, which is named',
    xml: `
<message from='romeo@montague.net' to='juliette@capulet.com/balcon'>
 <x xmlns='jabber:x:event'>
   <composing/>
   <id>message22</id>
 </x>
</message>`,
  },
  {
    id: 'S7.3',
    from: 'client',
    shows: 'one has paused: the notification is taken back',
    xml: `
<message from='romeo@montague.net' to='juliette@capulet.com/balcon'>
 <x xmlns='jabber:x:event'>
   <id>message22</id>
 </x>
</message>`,
  },

  {
    id: 'S9.1',
    from: 'client',
    shows: 'the same words in bold, beside those for who cannot show that',
    xml: `
<message to="toto@jabber.org" type="chat">
  <body>Salut\u00a0!</body>
  <html xmlns='http://jabber.org/protocol/xhtml-im'>
    <body xmlns='http://www.w3.org/1999/xhtml'>
      <p style='font-weight:bold'>Salut\u00a0!</p>
    </body>
  </html>
</message>`,
  },
  {
    id: 'S10.1',
    from: 'client',
    shows: 'asks a contact’s client what it can do',
    xml: `
<iq type='get' from='toto@jabber.org/ecole' to='tintin@jabber.fr/lune' id='disco1'>
  <query xmlns='http://jabber.org/protocol/disco#info'/>
</iq>`,
  },
  {
    id: 'S10.2',
    from: 'server',
    shows: 'it can show rich text; as the addresses are printed, it is toto who answers tintin',
    xml: `
<iq type='result' from='toto@jabber.org/ecole' to='tintin@jabber.fr/lune' id='disco1'>
  <query xmlns='http://jabber.org/protocol/disco#info'>
     ...
     <feature var='http://jabber.org/protocol/xhtml-im'/>
     ...
  </query>
</iq>`,
  },

  {
    id: 'S11.1',
    from: 'client',
    shows: 'asks for an account, before any identification',
    xml: `
<iq type="set" to="server.org" id="aab0a" >
  <query xmlns="jabber:iq:register">
     <username>Login</username>
     <password>MotDePasse</password>
     <email>login@mailserver.org</email>
  </query>
</iq>`,
  },
  {
    id: 'S11.2',
    from: 'server',
    shows: 'the name is taken, by nothing but a number',
    xml: `
<iq type='error' id='aab0a'>
  <query xmlns='jabber:iq:register'>
     <username>Login</username>
     <password>MotDePasse</password>
     <email>login@mailserver.org</email>
  </query>
  <error code='409'>Username Not Available</error>
</iq>`,
  },
  { id: 'S11.3', from: 'server', shows: 'the account is made', xml: `<iq type='result' id='aab0a'/>` },

  {
    id: 'S12.1',
    from: 'client',
    shows: 'removes one’s account',
    xml: `
<iq type="set" to="server.org" id="aab0a" >
  <query xmlns="jabber:iq:register">
     <remove/>
  </query>
</iq>`,
  },

  {
    id: 'S13.1',
    from: 'client',
    shows: 'changes the password of one’s account',
    xml: `
<iq type="set" to="server.org" id="aab0a" >
  <query xmlns="jabber:iq:register">
     <username>Login</username>
    <password>NouveauMotDePasse</password>
  </query>
</iq>`,
  },
] as const satisfies readonly DocumentExample[]
