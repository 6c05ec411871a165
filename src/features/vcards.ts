import { defer, filter, map, type Observable } from 'rxjs'
import type { RequestOptions } from '../router/requests.js'
import { toJid, type Jid, type JidInput } from '../stanza/jid.js'
import type { VCard, VCardChanges } from '../stanza/vcard.js'
import { changeVCardTemp, parseVCardTemp } from '../stanza/vcard-temp.js'
import { changeVCard4, emptyVCard4, parseVCard4 } from '../stanza/vcard4.js'
import { emptyVCard } from '../stanza/vcard-photo.js'
import * as ns from '../xml/namespaces.js'
import { announce } from './announcement.js'
import type { FeatureHost } from './feature-host.js'
import { changeOwnVCard, fetchVCard, inTurn } from './own-vcard.js'
import { fetchItem, nodeEvents, publishItem } from './pubsub-nodes.js'

/** Which card is meant. */
export interface VCardOptions extends RequestOptions {
  /**
   * Which card: `vcard-temp`, which everybody has (XEP-0054), or `vcard4`, which the server keeps beside it or makes of it
   * (XEP-0292). Default `vcard-temp`.
   */
  readonly format?: 'vcard-temp' | 'vcard4' | undefined
}

/** Who people are, by their own word. Rejects with `StanzaError`, `TimeoutError`, `TransportError`, `ProtocolError`. */
export interface VCardsFeature {
  /** The card of a person, a room or a server; `undefined` where there is none, or none to be seen. */
  readonly of: (jid: JidInput, options?: VCardOptions) => Promise<VCard | undefined>
  /** One’s own. */
  readonly own: (options?: VCardOptions) => Promise<VCard | undefined>
  /**
   * Changes one’s own card, which everybody can read: it is fetched, changed and stored again, and what nobody named stays in
   * it, what other apps have put there included. Rejects with RangeError for a photo of a kind that is not known.
   */
  readonly update: (changes: VCardChanges, options?: VCardOptions) => Promise<void>
  /**
   * Whose `vcard4` is another now: somebody in the roster, or one’s own account, mostly once for each of them when the session
   * begins, too. Servers are asked to tell as soon as somebody subscribes; of a `vcard-temp` only the photo is told of, see
   * `avatars`.
   * @see XEP-0292 §4.2
   */
  readonly changed$: Observable<Jid>
}

/** Everybody may read it, as with vcard-temp. @see XEP-0292 §4.1, XEP-0222 */
const publicNode = { persist_items: 'true', access_model: 'open' }

/**
 * Cards of people for a client: `client.use(vcards)`.
 * @example
 * const cards = client.use(vcards)
 * await cards.update({ fullName: 'Alice Liddell', nicknames: ['Alice'], birthday: null })
 * console.log((await cards.of('bob@example.test'))?.fullName)
 * @see XEP-0054, XEP-0292
 */
export function vcards(host: FeatureHost): VCardsFeature {
  const { bus, roster } = host
  // Anybody can send an event: who fetches the card of a stranger shows that one is there.
  const isKnown = (bare: string) => bare === bus.account?.bare || roster.find(bare) !== undefined
  const find = async (jid: Jid | undefined, { format, ...options }: VCardOptions) => {
    if (format === 'vcard4') {
      const payload = (await fetchItem(bus, jid, ns.vCard4Node, undefined, options))?.payload
      return payload && parseVCard4(payload)
    }
    const card = await fetchVCard(bus, jid, options)
    return card && parseVCardTemp(card)
  }
  return {
    changed$: defer(() => {
      announce(host, `${ns.vCard4Node}+notify`)
      return nodeEvents(bus, ns.vCard4Node)
    }).pipe(
      map(({ publisher }) => publisher),
      filter((publisher) => isKnown(publisher.toString())),
    ),
    of: async (jid, options = {}) => find(toJid(jid), options),
    own: (options = {}) => find(undefined, options),
    update: async (changes, { format, ...options } = {}) => {
      if (format !== 'vcard4') {
        changeVCardTemp(emptyVCard, changes)
        return changeOwnVCard(bus, (card) => changeVCardTemp(card, changes), options)
      }
      changeVCard4(emptyVCard4, changes)
      return inTurn(bus, async () => {
        const item = await fetchItem(bus, undefined, ns.vCard4Node, undefined, options)
        const before = item?.payload?.is('vcard', ns.vCard4) === true ? item.payload : emptyVCard4
        const after = changeVCard4(before, changes)
        if (after === before) return
        const id = item?.id ?? 'current'
        await publishItem(bus, ns.vCard4Node, { id, payload: after }, publicNode, options)
      })
    },
  }
}
