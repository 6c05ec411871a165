import type { RequestOptions } from '../router/requests.js'
import type { Jid } from '../stanza/jid.js'
import { emptyVCard } from '../stanza/vcard-photo.js'
import type { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import type { FeatureHost } from './feature-host.js'
import { unlessMissing } from './pubsub-nodes.js'

type Bus = FeatureHost['bus']

/** Somebody’s card as it stands, by default one’s own; `undefined` where there is none. @see XEP-0054 §3.1, §3.3 */
export async function fetchVCard(
  bus: Bus,
  to: Jid | undefined,
  options?: Parameters<Bus['request']>[1],
): Promise<XmlElement | undefined> {
  const answer = await unlessMissing(bus.request({ type: 'get', to, payload: emptyVCard }, options))
  const card = answer?.payload
  return card?.is('vCard', ns.vCardTemp) === true && card.children.length > 0 ? card : undefined
}

/**
 * Reads one’s own card, changes it, and stores it where that has changed anything. One change comes after the other, whoever
 * of the features wants it: there are no partial ones.
 * @see XEP-0054 §3.2
 */
export function changeOwnVCard(
  bus: Bus,
  change: (card: XmlElement) => XmlElement,
  options?: RequestOptions,
): Promise<void> {
  return inTurn(bus, async () => {
    const before = (await fetchVCard(bus, undefined, options)) ?? emptyVCard
    const after = change(before)
    if (after !== before) await bus.request({ type: 'set', payload: after }, options)
  })
}

const turns = new WeakMap<object, Promise<unknown>>()

/** Does one thing after the other, whether or not the one before has succeeded. */
export function inTurn<T>(bus: Bus, deed: () => Promise<T>): Promise<T> {
  const turn = (turns.get(bus) ?? Promise.resolve()).then(deed, deed)
  turns.set(bus, turn)
  return turn
}
