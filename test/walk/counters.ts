import { mayTryOtherMechanism } from '../../machines/policy.js'
import { subscriptionName } from '../../machines/subscription-state.js'
import { saslFailureConditions } from '../../src/errors.js'
import { authentication } from './charts/authentication.js'
import { servedSubscription } from './charts/served-subscription.js'
import { toCounter, type Counter } from './counter.js'
import { countDriven, countStruck } from './drive-counters.js'
import tables from '../machines/rfc6121-subscriptions.json' with { type: 'json' }

/** What is counted with every walk, by the name under which it is asked for alone: whoever brings another count adds it. */
export const counters: Readonly<Record<string, () => Promise<readonly Counter[]>>> = {
  cells: async () => [countSubscriptionCells()],
  sasl: async () => [countSaslFailures('initiate'), countSaslFailures('answerChallenge')],
  driven: countDriven,
  faults: countStruck,
}

/** RFC 6121 Appendix A, cell by cell, as the walk of the server's chart found them. */
function countSubscriptionCells(): Counter {
  const { places } = servedSubscription.walk()
  const isRight = ({ direction, stanza, state, next }: (typeof tables.transitions)[number]): boolean => {
    const event = `${stanza}.${direction === 'outbound' ? 'sent' : 'received'}`
    const place = places.find(
      ({ snapshot }) => nameOf(snapshot.value) === state && snapshot.value.from !== 'approved',
    )
    if (place === undefined) return false
    const edge = place.edges.find((each) => each.event.type === event)
    return nameOf((edge?.to ?? place).snapshot.value) === next
  }
  return toCounter(
    'subscription cells',
    tables.transitions.map((cell) => [isRight(cell), `${cell.stanza} ${cell.direction} in ${cell.state}`]),
  )
}

/** The RFC has no word for a pre-approval: its tables call it what it was before. */
function nameOf({
  to,
  from,
}: {
  readonly to: 'none' | 'pending' | 'subscribed'
  readonly from: 'none' | 'approved' | 'pending' | 'subscribed'
}): string {
  return subscriptionName({ to, from })
}

/** Each failure of SASL, at the place where an actor reports it: the next mechanism where that can help, else the end. */
function countSaslFailures(actor: 'initiate' | 'answerChallenge'): Counter {
  const edges = authentication.walk().places.flatMap((place) => place.edges)
  const isRight = (condition: (typeof saslFailureConditions)[number]): boolean => {
    const met = edges.filter(
      ({ event }) =>
        event.type === `xstate.done.actor.${actor}` &&
        Reflect.get(Object(event.output), 'condition') === condition,
    )
    const goesOn = (edge: (typeof edges)[number]): boolean =>
      mayTryOtherMechanism(condition) && edge.from.snapshot.context.remaining.length > 0
    return (
      met.length > 0 &&
      met.every((edge) => edge.to.snapshot.value === (goesOn(edge) ? 'initiating' : 'failed'))
    )
  }
  return toCounter(
    `SASL failures of ${actor}`,
    saslFailureConditions.map((condition) => [isRight(condition), condition]),
  )
}
