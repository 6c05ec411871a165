import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { Jid, toJid, tryParseListedJid, type JidInput } from './jid.js'

/** What a list of addresses is: all that are blocked, or those that become so, or do so no longer. */
export type BlockingName = 'block' | 'blocklist' | 'unblock'

/** Such a list. @see XEP-0191 §3 */
export interface Blocking {
  readonly name: BlockingName
  /** None with `unblock` is all there are. */
  readonly jids: readonly Jid[]
  /** It names nobody: what cannot be read as an address is left out of `jids`, and is no empty list. */
  readonly isEmpty: boolean
}

/** Writes such a list, or with `blocklist` and nobody the question for it; throws `RangeError` for an address that cannot be prepared. */
export function toBlockingElement(name: BlockingName, jids: readonly JidInput[] = []): XmlElement {
  return xml(
    name,
    ns.blocking,
    {},
    ...jids.map((jid) => xml('item', ns.blocking, { jid: toJid(jid).toString() })),
  )
}

/** Reads such a list; `undefined` for anything else. */
export function parseBlocking(element: XmlElement): Blocking | undefined {
  const { name, namespace } = element
  if (namespace !== ns.blocking || !isBlockingName(name)) return undefined
  const items = element.elements('item')
  const jids = items.map((item) => tryParseListedJid(item.attribute('jid') ?? ''))
  return { name, jids: jids.filter((jid) => jid instanceof Jid), isEmpty: items.length === 0 }
}

const isBlockingName = (name: string): name is BlockingName =>
  name === 'block' || name === 'blocklist' || name === 'unblock'

/** The names by any of which an address is blocked, the narrowest first. @see XEP-0191 §5 */
export const toBlockedNames = (jid: Jid): readonly string[] => [
  jid.toString(),
  jid.bare.toString(),
  jid.domain,
]

/** Says in an error that one has blocked oneself whom the stanza was for. @see XEP-0191 §3.3 */
export const toBlockedCondition = (): XmlElement => xml('blocked', ns.blockingErrors)
