import type { DocumentExample } from '../document-example.js'

/** Its other chapters: contacts, and what goes beyond the basics. */
export const contactsAndMore = [
  {
    id: 'S14.1',
    from: 'client',
    shows: 'asks to see somebody’s status, with a word to go with it',
    xml: `
<presence type='subscribe' to='toto@im.apinc.org'>
  <status>Je voudrais t'ajouter à ma liste de contacts.</status>
</presence>`,
  },
  {
    id: 'S14.2',
    from: 'server',
    shows: 'what toto gets of it',
    xml: `
<presence type='subscribe' to='toto@im.apinc.org' from='tintin@jabber.org'>
  <status>Je voudrais t'ajouter à ma liste de contacts.</status>
</presence>`,
  },
  {
    id: 'S14.3',
    from: 'client',
    shows: 'accepts',
    xml: `<presence type="subscribed" to="tintin@jabber.org" />`,
  },
  {
    id: 'S14.4',
    from: 'client',
    shows: 'refuses',
    xml: `<presence type="unsubscribed" to="tintin@jabber.org" />`,
  },

  {
    id: 'S15.1',
    from: 'client',
    shows: 'adds a contact',
    xml: `
<iq type="set" id="ac90a" >
  <query xmlns="jabber:iq:roster">
     <item jid="tintin@jabber.org" />
  </query>
</iq>`,
  },
  {
    id: 'S15.2',
    from: 'client',
    shows: 'adds a contact with a name and a group, or changes these',
    xml: `
<iq type="set" id="ac90a" >
  <query xmlns="jabber:iq:roster">
     <item name='tintin' jid='tintin@jabber.org'>
        <group>Amis</group>
     </item>
  </query>
</iq>`,
  },
  {
    id: 'S15.3',
    from: 'server',
    shows: 'it is done',
    xml: `<iq to='toto@im.apinc.org/ecole' from='toto@im.apinc.org/ecole' type='result' id='ac90a'/>`,
  },
  {
    id: 'S15.4',
    from: 'client',
    shows: 'takes a contact out of the list',
    xml: `
<iq type="set" id="ad8fa" >
  <query xmlns="jabber:iq:roster">
     <item subscription="remove" jid="tintin@jabber.org" />
  </query>
</iq>`,
  },

  {
    id: 'S16.1',
    from: 'client',
    shows: 'you ask first: the contact comes into the list',
    xml: `
<iq type="set" id="ac90a" >
  <query xmlns="jabber:iq:roster">
     <item jid="tintin@jabber.org" />
  </query>
</iq>`,
  },
  {
    id: 'S16.2',
    from: 'client',
    shows: 'then it is asked',
    xml: `
<presence type='subscribe' to='tintin@jabber.org'>
  <status>Je voudrais t'ajouter à ma liste de contacts.</status>
</presence>`,
  },
  {
    id: 'S16.3',
    from: 'client',
    shows: 'it has accepted and asked back, and is accepted',
    xml: `<presence type='subscribed' to='tintin@jabber.org' />`,
  },
  {
    id: 'S16.4',
    from: 'client',
    shows: 'they ask first: the contact comes into the list (here the document writes tintin, below toto)',
    xml: `
<iq type="set" id="ac90a" >
  <query xmlns="jabber:iq:roster">
     <item jid="tintin@jabber.org" />
  </query>
</iq>`,
  },
  {
    id: 'S16.5',
    from: 'client',
    shows: 'it is asked back',
    xml: `<presence type='subscribe' to='toto@im.apinc.org' />`,
  },
  {
    id: 'S16.6',
    from: 'client',
    shows: 'and is accepted',
    xml: `<presence type='subscribed' to='toto@im.apinc.org' />`,
  },

  {
    id: 'S18.1',
    from: 'client',
    shows: 'asks what software somebody runs; the resource has to be named',
    xml: `
<iq type="get" to="toto@jabber.org/ecole" id="version_1" >
  <query xmlns="jabber:iq:version" />
</iq>`,
  },
  {
    id: 'S18.2',
    from: 'server',
    shows: 'name, version and operating system',
    xml: `
<iq from="toto@jabber.org/ecole" type="result" to="tintin@im.apinc.org/lune" id="version_1" >
  <query xmlns="jabber:iq:version">
     <name>Psi</name>
     <version>0.10-CVS (Jul 27 2005)</version>
     <os>Debian GNU/Linux (testing/unstable)</os>
  </query>
</iq>`,
  },
] as const satisfies readonly DocumentExample[]
