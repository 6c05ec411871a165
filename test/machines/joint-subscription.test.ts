import { describe, expect, it } from 'vitest'
import {
  causeOf,
  causes,
  exchange,
  isConsistent,
  modes,
  type Cause,
  type Direction,
  type JointState,
} from '../../machines/joint-subscription.js'
import { quietWorld, restsInSilence, restsOfStrangers, say, type Laws } from './two-servers.js'

const pairs: readonly Direction[] = modes.flatMap((subscriber) =>
  modes.map((grantor) => ({ subscriber, grantor })),
)
const all: readonly JointState[] = pairs.flatMap((to) => pairs.map((from) => ({ to, from })))

/** The states that need at most so much to get there. */
function upTo(cause: Cause): readonly JointState[] {
  return all.filter((state) => causes.indexOf(causeOf(state)) <= causes.indexOf(cause))
}

function sorted(states: readonly JointState[]): readonly string[] {
  return states.map((state) => JSON.stringify(state)).sort()
}

describe('two servers, explored to the end', () => {
  it.each<[string, number, Cause, Laws]>([
    [
      '9, if one stanza is under way at a time',
      9,
      'agreed',
      { manners: 'inTurn', isLossy: false, capacity: 1 },
    ],
    ['25, if both speak at once', 25, 'crossed', { manners: 'atOnce', isLossy: false, capacity: 3 }],
    ['25 still, if both say more at once', 25, 'crossed', { manners: 'atOnce', isLossy: false, capacity: 4 }],
    ['36, if they go on meanwhile', 36, 'answered', { manners: 'anyTime', isLossy: false, capacity: 1 }],
    ['36 still, on longer wires', 36, 'answered', { manners: 'anyTime', isLossy: false, capacity: 2 }],
    ['all 81, if stanzas are lost', 81, 'lost', { manners: 'inTurn', isLossy: true, capacity: 1 }],
  ])('come to rest in %s', (_, count, cause, laws) => {
    const found = restsOfStrangers(laws)
    expect(found).toHaveLength(count)
    expect(sorted(found)).toEqual(sorted(upTo(cause)))
  })

  it('agree in 9 states, and in none else', () => {
    expect(all.filter(isConsistent)).toHaveLength(9)
    expect(sorted(all.filter(isConsistent))).toEqual(sorted(upTo('agreed')))
  })
})

describe('exchange()', () => {
  it.each(['subscribe', 'unsubscribe', 'subscribed', 'unsubscribed'] as const)(
    'of %s is what the wires make of it',
    (stanza) => {
      const isOfTo = stanza === 'subscribe' || stanza === 'unsubscribe'
      for (const { to, from } of all) {
        const next = isOfTo ? { to: exchange(to, stanza), from } : { to, from: exchange(from, stanza) }
        expect(restsInSilence(say(quietWorld({ to, from }), 'user', stanza))).toEqual([next])
      }
    },
  )
})
