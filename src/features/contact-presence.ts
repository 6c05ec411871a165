import type { Observable } from 'rxjs'
import { Channel, StateChannel } from '../router/channel.js'
import type { Jid } from '../stanza/jid.js'
import type { LanguageText } from '../stanza/language-text.js'
import type { Presence, Show } from '../stanza/presence.js'
import { serialize } from '../xml/serializer.js'
import { forgetOldest } from './forget-oldest.js'
import { KeyedStreams } from './keyed-streams.js'
import { replayed } from './replayed.js'
import { SingleEntryMap } from './single-entry-map.js'
import { VersionedMap } from './versioned-map.js'

/** How available somebody is, over all resources. @see RFC 6121 §4 */
export interface ContactPresence {
  /** Bare. */
  readonly jid: Jid
  /** Some resource of theirs is. */
  readonly available: boolean
  /** Of the best resource; `undefined` is simply available, or not at all. */
  readonly show: Show | undefined
  /** Of the best resource; of the last one that left where none is available. */
  readonly status: string | undefined
  /** Every wording of `status`. */
  readonly statuses: readonly LanguageText[]
  /** The best resource: highest priority, and of those the one most ready to talk. */
  readonly best: Presence | undefined
  /** Everything available, by resource; a contact without resources, as gateways have, is under the empty name. */
  readonly resources: ReadonlyMap<string, Presence>
}

/** People who are not in the roster and are remembered: anybody can direct presence at one. The oldest are forgotten first. */
export const rememberedStrangerLimit = 1_000

/** Resources of one that are remembered; the oldest are forgotten first. */
export const rememberedResourceLimit = 1_000

const nothing: ReadonlyMap<string, Presence> = new Map()

/** Who is there: the presence of everybody who was heard of, emitted when it has changed. */
export class PresenceBoard {
  readonly #isListed: (jid: string) => boolean
  readonly #strangers = new Set<string>()
  readonly #people = new VersionedMap<ContactPresence>()
  readonly #views = new StateChannel<ReadonlyMap<string, ContactPresence>>(this.#people.view)
  readonly #changes = new Channel<ContactPresence>()
  readonly #byContact = new KeyedStreams(this.#changes.stream$, ({ jid }) => jid.toString())

  /** By prepared bare JID; replays. Who was never heard of is not in it, who has left is, as not available. */
  readonly presence$: Observable<ReadonlyMap<string, ContactPresence>> = this.#views.stream$

  /** @param isListed whether somebody is in the roster: of others only so many are remembered */
  constructor(isListed: (jid: string) => boolean) {
    this.#isListed = isListed
  }

  /** What `presence$` has told last. */
  get presence(): ReadonlyMap<string, ContactPresence> {
    return this.#views.value
  }

  get(jid: Jid): ContactPresence {
    return this.#people.get(jid.bare.toString()) ?? absent(jid.bare, undefined)
  }

  /** Of one contact; replays. */
  of(jid: Jid): Observable<ContactPresence> {
    return replayed(() => [this.get(jid)], this.#byContact.of(jid.bare.toString()))
  }

  /**
   * Takes a presence as it comes. Requests and errors say nothing about availability, and that a bare JID is unavailable
   * only acknowledges a request where nothing was available under it (RFC 6121 §3.1.2, §4.3.2).
   */
  take(presence: Presence): void {
    const { from, type } = presence
    if (from === undefined || (type !== undefined && type !== 'unavailable')) return
    const bare = from.bare.toString()
    const resource = from.resource ?? ''
    const before = this.#people.get(bare)
    const known = before?.resources.get(resource)
    if (type === undefined) {
      if (known !== undefined && isSame(known, presence)) return
      this.#put(bare, present(from.bare, withResource(before?.resources ?? nothing, resource, presence)))
    } else if (known !== undefined) {
      const resources = new Map(before?.resources ?? nothing)
      resources.delete(resource)
      this.#put(bare, resources.size === 0 ? absent(from.bare, presence) : present(from.bare, resources))
    }
  }

  /** The session is over: nobody is known to be there any more. */
  clear(): void {
    if (this.#people.view.size === 0) return
    const gone: ContactPresence[] = []
    for (const person of this.#people.view.values())
      if (person.available) gone.push(absent(person.jid, undefined))
    this.#strangers.clear()
    this.#views.next(this.#people.replace(new Map()))
    for (const person of gone) this.#changes.next(person)
  }

  complete(): void {
    this.#views.complete()
    this.#changes.complete()
  }

  #put(bare: string, person: ContactPresence): void {
    if (!this.#isListed(bare)) this.#strangers.add(bare)
    if (this.#strangers.size > rememberedStrangerLimit) this.#forget(forgetOldest(this.#strangers))
    this.#views.next(this.#people.set(bare, person))
    this.#changes.next(person)
  }

  #forget(bare: string | undefined): void {
    const person = bare === undefined ? undefined : this.#people.get(bare)
    if (bare === undefined || person === undefined || this.#isListed(bare)) return
    this.#people.delete(bare)
    if (person.available) this.#changes.next(absent(person.jid, undefined))
  }
}

function withResource(
  before: ContactPresence['resources'],
  resource: string,
  presence: Presence,
): ContactPresence['resources'] {
  const others = before.has(resource) ? before.size - 1 : before.size
  if (others === 0) return new SingleEntryMap(resource, presence)
  const resources = new Map(before).set(resource, presence)
  if (resources.size > rememberedResourceLimit) forgetOldest(resources)
  return resources
}

function absent(jid: Jid, last: Presence | undefined): ContactPresence {
  return {
    jid,
    available: false,
    show: undefined,
    status: last?.status,
    statuses: last?.statuses ?? [],
    best: undefined,
    resources: nothing,
  }
}

function present(jid: Jid, resources: ReadonlyMap<string, Presence>): ContactPresence {
  let best: Presence | undefined
  for (const presence of resources.values())
    if (best === undefined || isBetter(presence, best)) best = presence
  return {
    jid,
    available: true,
    show: best?.show,
    status: best?.status,
    statuses: best?.statuses ?? [],
    best,
    resources,
  }
}

const readiness: Readonly<Record<Show | 'available', number>> = {
  chat: 4,
  available: 3,
  dnd: 2,
  away: 1,
  xa: 0,
}

/** Which of two resources is the better one to talk to; of equals the later one. */
export function isBetter(
  presence: Pick<Presence, 'priority' | 'show'>,
  best: Pick<Presence, 'priority' | 'show'>,
): boolean {
  if (presence.priority !== best.priority) return presence.priority > best.priority
  return readiness[presence.show ?? 'available'] >= readiness[best.show ?? 'available']
}

/** Says the same as before: nobody needs to hear of it. */
function isSame(a: Presence, b: Presence): boolean {
  return (
    a.show === b.show &&
    a.priority === b.priority &&
    isEach(a.statuses, b.statuses, (one, other) => one.lang === other.lang && one.text === other.text) &&
    isEach(a.payloads, b.payloads, (one, other) => serialize(one) === serialize(other))
  )
}

function isEach<T>(a: readonly T[], b: readonly T[], is: (one: T, other: T) => boolean): boolean {
  return (
    a.length === b.length &&
    a.every((one, index) => {
      const other = b[index]
      return other !== undefined && is(one, other)
    })
  )
}
