import { parseXml, type XmlProblem } from '../wire/parse-xml.js'

/** The least that a stanza to be sent must be; the app and the server look closer. */
export function checkStanza(xml: string): string | undefined {
  const { nodes, problem } = parseXml(xml)
  if (problem !== undefined) return problemWords(problem)
  const elements = nodes.filter((node) => node.kind === 'element')
  const [root] = elements
  if (root === undefined) return 'Nothing to send yet.'
  if (elements.length > 1) return 'One stanza is sent at a time.'
  return stanzas.includes(root.name)
    ? undefined
    : `<${root.name}> is no stanza: send a message, a presence or an iq.`
}

const stanzas: readonly string[] = ['message', 'presence', 'iq']

function problemWords({ line, column, reason }: XmlProblem): string {
  return `Not well-formed at line ${line}, column ${column}: ${reason}.`
}

/** A stanza to begin with. */
export interface StanzaTemplate {
  readonly title: string
  readonly xml: string
}

/** The stanzas that people try first; `peer` is somebody to send them to, `id` makes answers known. */
export function stanzaTemplates(peer: string, id: string): readonly StanzaTemplate[] {
  const to = escapeValue(peer)
  const domain = escapeValue(peer.slice(peer.indexOf('@') + 1).replace(/\/.*/s, ''))
  const ask = (title: string, payload: string): StanzaTemplate => ({
    title,
    xml: `<iq type="get" id="${id}" to="${domain}">\n  ${payload}\n</iq>`,
  })
  return [
    { title: 'Message', xml: `<message type="chat" to="${to}">\n  <body>Hello</body>\n</message>` },
    { title: 'Ask to see somebody', xml: `<presence type="subscribe" to="${to}"/>` },
    { title: 'Let somebody see us', xml: `<presence type="subscribed" to="${to}"/>` },
    { title: 'Roster', xml: `<iq type="get" id="${id}">\n  <query xmlns="jabber:iq:roster"/>\n</iq>` },
    ask('Ping', '<ping xmlns="urn:xmpp:ping"/>'),
    ask('Discover', '<query xmlns="http://jabber.org/protocol/disco#info"/>'),
    ask('Version', '<query xmlns="jabber:iq:version"/>'),
  ]
}

function escapeValue(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
