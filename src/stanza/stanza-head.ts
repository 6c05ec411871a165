import type { XmlAttribute, XmlElement } from '../xml/element.js'
import { xmlNamespace } from '../xml/namespaces.js'
import { Jid, toJid, tryParseJid, type JidInput } from './jid.js'
import { toLangAttribute } from './language-text.js'
import { toProblem, type StanzaProblem } from './stanza-problem.js'

/** The attributes that every stanza has in common. @see RFC 6120 §8.1 */
export interface StanzaHead {
  readonly from: Jid | undefined
  readonly to: Jid | undefined
  readonly id: string | undefined
  readonly type: string | undefined
  /** The language in effect: the stanza's own, else the stream's. */
  readonly lang: string | undefined
}

/** The same attributes as the application gives them; a client leaves `from` to its server. */
export interface StanzaHeadInput {
  /** For servers: what a client sends has none, whatever is given here. */
  readonly from?: JidInput | undefined
  /** Whom it is for. Left out: the server deals with it, for one’s own account. @see RFC 6120 §10.3 */
  readonly to?: JidInput | undefined
  /** Names it in answers and errors. Default: one that the client makes. @see RFC 6120 §8.1.3 */
  readonly id?: string | undefined
  /** The language of its texts (`xml:lang`), a BCP 47 tag. Default: that of the stream. @see RFC 6120 §8.1.5 */
  readonly lang?: string | undefined
}

/** Reads the common attributes in one pass; the addresses have to be valid. */
export function readHead(element: XmlElement, streamLang: string | undefined): StanzaHead | StanzaProblem {
  let from: Jid | undefined
  let to: Jid | undefined
  let id: string | undefined
  let type: string | undefined
  let lang = streamLang
  const { attributeNames, attributeValues } = element
  for (let index = 0; index < attributeValues.length; index++) {
    const known = attributeNames[index]
    const value = attributeValues[index]
    if (known === undefined || value === undefined) break
    const { name, namespace } = known
    if (namespace === xmlNamespace && name === 'lang') lang = value === '' ? undefined : value
    if (namespace !== '') continue
    if (name === 'id') id = value
    else if (name === 'type') type = value
    else if (name === 'from' || name === 'to') {
      const jid = tryParseJid(value)
      if (!(jid instanceof Jid)) {
        return toProblem(element, 'jid-malformed', `the ${jid.part} of '${name}' ${jid.reason}`)
      }
      if (name === 'from') from = jid
      else to = jid
    }
  }
  return { from, to, id, type, lang }
}

/** Writes the common attributes; throws `RangeError` for an address that cannot be prepared. */
export function toHeadAttributes(input: StanzaHeadInput, type: string | undefined): XmlAttribute[] {
  const attributes: XmlAttribute[] = []
  if (input.from !== undefined) attributes.push(plain('from', toJid(input.from).toString()))
  if (input.to !== undefined) attributes.push(plain('to', toJid(input.to).toString()))
  if (input.id !== undefined) attributes.push(plain('id', input.id))
  if (type !== undefined) attributes.push(plain('type', type))
  if (input.lang !== undefined) attributes.push(toLangAttribute(input.lang))
  return attributes
}

function plain(name: string, value: string): XmlAttribute {
  return { name, namespace: '', value }
}
