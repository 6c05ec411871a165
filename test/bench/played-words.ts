/** How far a session is. */
export interface Said {
  isAuthenticated: boolean
  /** In its roster. */
  contacts: number
}

const client = "xmlns='jabber:client'"
const features = (content: string) =>
  `<stream:features xmlns:stream='http://etherx.jabber.org/streams'>${content}</stream:features>`

/** What a server that lets everybody in says to what it has heard, one frame each. */
export function answerTo(heard: string, said: Said): readonly string[] {
  if (heard.startsWith('<open')) {
    const offer = said.isAuthenticated
      ? "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
      : "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>"
    return [
      "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='localhost' id='played' version='1.0'/>",
      features(offer),
    ]
  }
  if (heard.startsWith('<auth')) return ["<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"]
  if (heard.startsWith('<close')) return ["<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>"]
  if (heard.startsWith('<presence')) return [`<presence ${client} from='u0@localhost/bench'/>`]
  if (!heard.startsWith('<iq') || !/\stype=["'](?:get|set)["']/.test(heard)) return []
  const id = /\sid=["']([^"']*)["']/.exec(heard)?.[1] ?? ''
  return [`<iq ${client} type='result' id='${id}'>${payloadFor(heard, said)}</iq>`]
}

function payloadFor(heard: string, { contacts }: Said): string {
  if (heard.includes('urn:ietf:params:xml:ns:xmpp-bind')) {
    return "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>u0@localhost/bench</jid></bind>"
  }
  if (!heard.includes('jabber:iq:roster')) return ''
  return `<query xmlns='jabber:iq:roster'>${rosterItems(contacts)}</query>`
}

/** Everybody is a friend; one in three is in a group. Ten thousand of them stay below what ours takes as one stanza. */
function rosterItems(count: number): string {
  const item = (index: number) => {
    const group = index % 3 === 0 ? '<group>Friends</group>' : ''
    return `<item jid='${contactJid(index)}' name='Contact ${index}' subscription='both'>${group}</item>`
  }
  return Array.from({ length: count }, (_, index) => item(index)).join('')
}

const contactJid = (index: number): string => `contact${index}@localhost`

/** One presence of each contact, with what clients say in theirs. */
export function presencesOf(count: number, status: string): readonly string[] {
  return Array.from(
    { length: count },
    (_, index) =>
      `<presence ${client} from='${contactJid(index)}/phone' to='u0@localhost/bench'><show>away</show><status>${status} ${index}</status><priority>5</priority><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://example.test/client' ver='QgayPKawpkPSDYmwT/WM94uAlu0='/></presence>`,
  )
}
