import {
  causeOf,
  causes,
  directionCause,
  exchange,
  isAgreed,
  modes,
  type Cause,
  type Direction,
  type JointState,
  type SubscriptionMode,
  type SubscriptionStanza,
} from './joint-subscription.js'
import type { SubscriptionState } from './subscription-state.js'

/** What is known of the contact's side; nothing of it need be. */
export interface ContactEvidence {
  /**
   * What came since the contact was last probed, which is at least at every login. `received`: presence that the contact
   * did not direct to the user alone (a client cannot tell, so that it proves nothing unless the user is subscribed);
   * `refused`: `unsubscribed` in place of presence; `unreachable`: an error. @see RFC 6121 §4.3.2, §4.6
   */
  readonly presence?: 'received' | 'refused' | 'unreachable' | undefined
  /** What the contact's own server keeps, where it is known for sure: told by the contact, or an account of one's own. */
  readonly theirs?: Partial<SubscriptionState> | undefined
}

/** What can be said of one subscription. */
export interface DirectionDiagnosis {
  /** Every pair that the two servers may keep, the likeliest first. */
  readonly possible: readonly Direction[]
  /** `agreed` or `broken` in every possible pair, or `open`. */
  readonly verdict: 'agreed' | 'broken' | 'open'
}

/** One state in which the two servers may be, in words. */
export interface Finding {
  readonly state: JointState
  /** The least that must have happened to get there. */
  readonly cause: Cause
  /** What the server of each believes, said to the user. */
  readonly beliefs: { readonly user: string; readonly contact: string }
}

/** What the doctor says. */
export interface Diagnosis {
  readonly to: DirectionDiagnosis
  readonly from: DirectionDiagnosis
  /** `inconsistent` if either subscription is broken, `consistent` if both are agreed, else `unknown`. */
  readonly verdict: 'consistent' | 'inconsistent' | 'unknown'
  /** Every joint state that fits, the likeliest first. */
  readonly findings: readonly Finding[]
  /** The contact's server could not be asked: nothing will be mended until it can. */
  readonly isUnreachable: boolean
}

/** What the user agrees to; nothing unless said so. */
export interface Consent {
  /** A new request may go out where the user has none that waits. */
  readonly mayAsk?: boolean | undefined
  /** The contact may be shown the user's presence, if it has asked. */
  readonly mayGrant?: boolean | undefined
}

/** How to make two servers agree again. */
export interface Repair {
  /** What the user sends, in this order: at most two, or three where the user `mayAsk`. */
  readonly stanzas: readonly SubscriptionStanza[]
  /** What only the contact can send; empty if the user's side is enough. */
  readonly byContact: readonly SubscriptionStanza[]
  /** Where that leads, for each finding in its order. */
  readonly leadsTo: readonly JointState[]
}

/**
 * In which joint states the servers of a user and a contact may be, from what the user's client holds and what is known
 * of the other side. Silence proves nothing: without evidence every subscription is `open`.
 * @example
 * diagnose({ to: 'subscribed', from: 'none' }, { presence: 'refused' }).verdict // 'inconsistent'
 */
export function diagnose(own: SubscriptionState, evidence: ContactEvidence = {}): Diagnosis {
  const { presence, theirs = {} } = evidence
  const to = toDiagnosis(
    product([own.to], theirs.from === undefined ? grantorModes(own.to, presence) : keptModes(theirs.from)),
  )
  const from = toDiagnosis(product(theirs.to === undefined ? modes : [theirs.to], keptModes(own.from)))
  const findings = to.possible
    .flatMap((one) => from.possible.map((other) => ({ to: one, from: other })))
    .map((state) => ({ state, cause: causeOf(state), beliefs: beliefsOf(state) }))
  return {
    to,
    from,
    verdict:
      to.verdict === 'broken' || from.verdict === 'broken'
        ? 'inconsistent'
        : to.verdict === 'agreed' && from.verdict === 'agreed'
          ? 'consistent'
          : 'unknown',
    findings: likeliestFirst(findings, ({ cause }) => cause),
    isUnreachable: presence === 'unreachable',
  }
}

/**
 * What the user sends so that two servers agree again: the way that keeps the most of what the user consents to. Touches
 * only what is broken for sure; to mend what is `open`, diagnose again with the finding that is believed as `theirs`.
 * @example
 * repairOf(diagnose({ to: 'subscribed', from: 'none' }, { presence: 'refused' })).stanzas // ['unsubscribe']
 */
export function repairOf(diagnosis: Diagnosis, { mayAsk = false, mayGrant = false }: Consent = {}): Repair {
  const isAsking = diagnosis.to.possible.every(({ subscriber }) => subscriber === 'pending')
  const to = mend(diagnosis.to, 'unsubscribed', [
    ...(mayAsk || isAsking ? [['subscribe'] as const] : []),
    ...(mayAsk ? [['unsubscribe', 'subscribe'] as const] : []),
    ['unsubscribe'],
  ])
  const from = mend(diagnosis.from, 'unsubscribe', [
    ...(mayGrant ? [['subscribed'] as const] : []),
    ['unsubscribed'],
  ])
  return {
    stanzas: [...to.stanzas, ...from.stanzas],
    byContact: [...to.byContact, ...from.byContact],
    leadsTo: diagnosis.findings.map(({ state }) => ({
      to: to.after(state.to),
      from: from.after(state.from),
    })),
  }
}

interface Mending {
  readonly stanzas: readonly SubscriptionStanza[]
  readonly byContact: readonly SubscriptionStanza[]
  readonly after: (direction: Direction) => Direction
}

/** Takes the first way that mends every possible pair, else the one that mends the most and the contact's help. */
function mend(
  { possible, verdict }: DirectionDiagnosis,
  help: SubscriptionStanza,
  ways: readonly (readonly SubscriptionStanza[])[],
): Mending {
  const mended = (way: readonly SubscriptionStanza[]): number =>
    possible.filter((pair) => isAgreed(way.reduce(exchange, pair))).length
  const stanzas =
    verdict === 'broken'
      ? ways.reduce<readonly SubscriptionStanza[]>(
          (best, way) => (mended(way) > mended(best) ? way : best),
          [],
        )
      : []
  const byContact = verdict === 'broken' && mended(stanzas) < possible.length ? [help] : []
  return { stanzas, byContact, after: (direction) => [...stanzas, ...byContact].reduce(exchange, direction) }
}

/** What the contact's server may keep of the user's subscription. */
function grantorModes(
  own: SubscriptionMode,
  presence: ContactEvidence['presence'],
): readonly SubscriptionMode[] {
  if (presence === 'received' && own === 'subscribed') return ['subscribed']
  return presence === 'refused' ? ['none', 'pending'] : modes
}

/** What a server keeps, for all that is known of its `from`; a pre-approval is none to the other side. */
function keptModes(from: SubscriptionState['from']): readonly SubscriptionMode[] {
  if (from === 'unknown') return ['none', 'pending']
  return [from === 'approved' ? 'none' : from]
}

function product(
  subscribers: readonly SubscriptionMode[],
  grantors: readonly SubscriptionMode[],
): readonly Direction[] {
  return subscribers.flatMap((subscriber) => grantors.map((grantor) => ({ subscriber, grantor })))
}

function toDiagnosis(pairs: readonly Direction[]): DirectionDiagnosis {
  const agreed = pairs.filter(isAgreed).length
  return {
    possible: likeliestFirst(pairs, directionCause),
    verdict: agreed === pairs.length ? 'agreed' : agreed === 0 ? 'broken' : 'open',
  }
}

function likeliestFirst<Item>(items: readonly Item[], cause: (item: Item) => Cause): readonly Item[] {
  return causes.flatMap((each) => items.filter((item) => cause(item) === each))
}

function beliefsOf({ to, from }: JointState): Finding['beliefs'] {
  return {
    user: `${toWords[to.subscriber]}; ${fromWords[from.grantor]}.`,
    contact: `${toWords[to.grantor]}; ${fromWords[from.subscriber]}.`,
  }
}

const toWords: Readonly<Record<SubscriptionMode, string>> = {
  none: 'You do not see their presence',
  pending: 'You have asked to see their presence',
  subscribed: 'You see their presence',
}

const fromWords: Readonly<Record<SubscriptionMode, string>> = {
  none: 'they do not see yours',
  pending: 'they have asked to see yours',
  subscribed: 'they see yours',
}
