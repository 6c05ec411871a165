import { BehaviorSubject, defer, endWith, ignoreElements, takeUntil, type Observable } from 'rxjs'
import { StanzaError } from '../errors.js'
import type { StanzaBus } from '../router/stanza-bus.js'
import type { RequestOptions } from '../router/requests.js'
import { speaksForAccount } from '../router/trust.js'
import { parseRoster, parseRosterChange, toRosterElement, type RosterItem } from '../stanza/roster.js'
import { ns } from '../xml/namespaces.js'

/** Contacts by prepared bare JID. */
export type Contacts = ReadonlyMap<string, RosterItem>

const noContacts: Contacts = new Map()

/** The contact list as the server has it. @see RFC 6121 §2 */
export interface RosterFeature {
  /** The last known list: replayed, and kept while disconnected. */
  readonly roster$: Observable<Contacts>
  /** Fetches it; from then on pushes keep it current. Rejects as `request` does. */
  fetchRoster(options?: RequestOptions): Promise<Contacts>
}

/** @see RosterFeature */
export function createRoster(bus: StanzaBus): RosterFeature {
  const contacts = new BehaviorSubject(noContacts)

  bus.handle('query', ns.roster, (request, account) => {
    const change = parseRosterChange(request.payload)
    const believed = speaksForAccount(request.from?.toString(), account)
    // A stranger gets the answer that nobody at all would give (RFC 6121 §2.1.6).
    if (request.type !== 'set' || !believed) throw new StanzaError('service-unavailable', 'cancel')
    if (change === undefined) throw new StanzaError('bad-request', 'modify')
    const { item } = change
    const next = new Map(contacts.value)
    if (item.subscription === 'remove') next.delete(item.jid.toString())
    else next.set(item.jid.toString(), item)
    contacts.next(next)
    return undefined
  })

  return {
    roster$: defer(() => contacts.pipe(takeUntil(bus.stanza$.pipe(ignoreElements(), endWith(null))))),
    fetchRoster: async (options) => {
      const answer = await bus.request({ type: 'get', payload: toRosterElement() }, options)
      const roster = answer.payload === undefined ? undefined : parseRoster(answer.payload)
      // In a result `remove` means nothing (RFC 6121 §2.1.2.5).
      const items = roster?.items.map((item) =>
        item.subscription === 'remove' ? { ...item, subscription: 'none' as const } : item,
      )
      contacts.next(new Map(items?.map((item) => [item.jid.toString(), item])))
      return contacts.value
    },
  }
}
