import {
  stepServedSubscription,
  strangers,
  type ServedSubscriptionState,
} from '../../machines/served-subscription-step.js'
import type { JointState, SubscriptionMode, SubscriptionStanza } from '../../machines/joint-subscription.js'

/**
 * Two people, the servers of both and a wire each way, first in, first out. Servers do what the tables say: what must
 * not be forwarded is not, a request that is granted already is answered. Neither takes a pre-approval. A client may say
 * anything at any time, so that its own way to its server, which keeps the order too, adds nothing but delay.
 */
export interface World {
  readonly user: ServedSubscriptionState
  readonly contact: ServedSubscriptionState
  readonly toContact: readonly SubscriptionStanza[]
  readonly toUser: readonly SubscriptionStanza[]
  /** Nobody says anything until all that is under way has arrived. */
  readonly isHushed: boolean
}

/**
 * When people speak: `inTurn` only when nothing is under way; `atOnce` both, without having heard the other, and then not
 * until all has arrived and they agree; `anyTime` always.
 */
export type Manners = 'inTurn' | 'atOnce' | 'anyTime'

/** What may happen in a world. */
export interface Laws {
  readonly manners: Manners
  /** Stanzas may be lost on the wire. */
  readonly isLossy: boolean
  /** Stanzas on each wire, at most. */
  readonly capacity: number
}

const stanzas = ['subscribe', 'unsubscribe', 'subscribed', 'unsubscribed'] as const

/** A world where nothing is under way. */
export function quietWorld({ to, from }: JointState): World {
  return {
    user: { to: to.subscriber, from: from.grantor },
    contact: { to: from.subscriber, from: to.grantor },
    toContact: [],
    toUser: [],
    isHushed: false,
  }
}

/** Every joint state in which a world of strangers can come to rest. */
export function restsOfStrangers(laws: Laws): readonly JointState[] {
  const start: World = { user: strangers, contact: strangers, toContact: [], toUser: [], isHushed: false }
  return rests(start, (world) => [...spoken(world, laws), ...delivered(world, laws)])
}

/** Every joint state in which a world can come to rest if nobody says any more. */
export function restsInSilence(world: World): readonly JointState[] {
  const laws: Laws = { manners: 'anyTime', isLossy: false, capacity: Number.POSITIVE_INFINITY }
  return rests(world, (each) => delivered(each, laws))
}

/** One of the two says something: their server steps, and forwards where it must. */
export function say(world: World, who: 'user' | 'contact', stanza: SubscriptionStanza): World {
  const { next, deeds } = stepServedSubscription(world[who], `${stanza}.sent`)
  const wire = who === 'user' ? 'toContact' : 'toUser'
  const forwarded = deeds.includes('forward') ? [...world[wire], stanza] : world[wire]
  return { ...world, [who]: withoutApproval(next), [wire]: forwarded }
}

function rests(start: World, after: (world: World) => readonly World[]): readonly JointState[] {
  const seen = new Map([[keyOf(start), start]])
  for (const world of seen.values()) {
    for (const next of after(world)) {
      const key = keyOf(next)
      if (!seen.has(key)) seen.set(key, next)
    }
  }
  const found = [...seen.values()].filter(isQuiet).map(jointOf)
  return [...new Map(found.map((state) => [JSON.stringify(state), state])).values()]
}

function spoken(world: World, { manners, capacity }: Laws): readonly World[] {
  if (manners === 'inTurn' && !isQuiet(world)) return []
  if (manners === 'atOnce') {
    if (world.isHushed) return []
    if (isQuiet(world) && !isOfOneMind(world)) return []
  }
  return (['user', 'contact'] as const)
    .flatMap((who) => stanzas.map((stanza) => say(world, who, stanza)))
    .filter(({ toContact, toUser }) => toContact.length <= capacity && toUser.length <= capacity)
}

function delivered(world: World, laws: Laws): readonly World[] {
  return (['user', 'contact'] as const).flatMap((who) => {
    const [wire, back] =
      who === 'user' ? (['toUser', 'toContact'] as const) : (['toContact', 'toUser'] as const)
    const [stanza, ...rest] = world[wire]
    if (stanza === undefined) return []
    const { next, deeds } = stepServedSubscription(world[who], `${stanza}.received`)
    const answer = deeds.includes('answerSubscribed') ? (['subscribed'] as const) : []
    const arrived = {
      ...world,
      [who]: withoutApproval(next),
      [wire]: rest,
      [back]: [...world[back], ...answer],
    }
    const after = laws.isLossy ? [arrived, { ...world, [wire]: rest }] : [arrived]
    return after
      .filter((each) => each[back].length <= laws.capacity)
      .map((each) => ({ ...each, isHushed: laws.manners === 'atOnce' && !isQuiet(each) }))
  })
}

function isQuiet({ toContact, toUser }: World): boolean {
  return toContact.length === 0 && toUser.length === 0
}

function isOfOneMind({ user, contact }: World): boolean {
  return user.to === contact.from && contact.to === user.from
}

function jointOf({ user, contact }: World): JointState {
  return {
    to: { subscriber: user.to, grantor: modeOf(contact) },
    from: { subscriber: contact.to, grantor: modeOf(user) },
  }
}

function modeOf({ from }: ServedSubscriptionState): SubscriptionMode {
  return from === 'approved' ? 'none' : from
}

function withoutApproval(state: ServedSubscriptionState): ServedSubscriptionState {
  return { ...state, from: modeOf(state) }
}

function keyOf({ user, contact, toContact, toUser, isHushed }: World): string {
  return `${user.to} ${user.from} ${contact.to} ${contact.from} ${toContact.join()} ${toUser.join()} ${isHushed}`
}
