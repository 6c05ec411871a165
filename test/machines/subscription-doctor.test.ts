import { describe, expect, it } from 'vitest'
import {
  causeOf,
  isConsistent,
  modes,
  type Direction,
  type JointState,
  type SubscriptionStanza,
} from '../../machines/joint-subscription.js'
import { diagnose, repairOf, type Consent, type ContactEvidence } from '../../machines/subscription-doctor.js'
import { fromModes, toModes, type SubscriptionState } from '../../machines/subscription-state.js'
import { quietWorld, restsInSilence, say, type World } from './two-servers.js'

const pairs: readonly Direction[] = modes.flatMap((subscriber) =>
  modes.map((grantor) => ({ subscriber, grantor })),
)
const sick: readonly JointState[] = pairs
  .flatMap((to) => pairs.map((from) => ({ to, from })))
  .filter((state) => !isConsistent(state))
const byCrossing = sick.filter((state) => causeOf(state) === 'crossed')
const owns: readonly SubscriptionState[] = toModes.flatMap((to) => fromModes.map((from) => ({ to, from })))
const consents: readonly Consent[] = [false, true].flatMap((mayAsk) =>
  [false, true].map((mayGrant) => ({ mayAsk, mayGrant })),
)

/** The doctor of one side, who knows the other side too. */
function cure({ to, from }: JointState, consent: Consent = {}) {
  const theirs = { to: from.subscriber, from: to.grantor }
  return repairOf(diagnose({ to: to.subscriber, from: from.grantor }, { theirs }), consent)
}

function mirrored({ to, from }: JointState): JointState {
  return { to: from, from: to }
}

function sayAll(world: World, who: 'user' | 'contact', stanzas: readonly SubscriptionStanza[]): World {
  return stanzas.reduce((each, stanza) => say(each, who, stanza), world)
}

describe('repairOf(), on the wires of two servers', () => {
  it('has 16 states to mend that come of crossing, and 72 with everything else', () => {
    expect(byCrossing).toHaveLength(16)
    expect(sick).toHaveLength(72)
  })

  it.each(consents)(
    'makes every state consistent, whatever overtakes what: may ask $mayAsk, may grant $mayGrant',
    (consent) => {
      for (const state of sick) {
        const { stanzas, byContact, leadsTo } = cure(state, consent)
        const world = sayAll(sayAll(quietWorld(state), 'user', stanzas), 'contact', byContact)
        expect(restsInSilence(world)).toEqual(leadsTo)
        expect(leadsTo.every(isConsistent)).toBe(true)
      }
    },
  )

  it('mends all that comes of crossing from either side, with at most two stanzas', () => {
    for (const state of byCrossing.flatMap((each) => [each, mirrored(each)])) {
      const { stanzas, byContact } = cure(state)
      expect([1, 2]).toContain(stanzas.length)
      expect(byContact).toEqual([])
    }
  })

  it('mends 68 of 72 from one side or the other with at most two stanzas, and 4 with one stanza of each', () => {
    const costs = sick.map((state) => {
      const sides = [cure(state), cure(mirrored(state))].filter(({ byContact }) => byContact.length === 0)
      return sides.length === 0 ? 'both' : Math.min(...sides.map(({ stanzas }) => stanzas.length))
    })
    const count = (cost: number | 'both') => costs.filter((each) => each === cost).length
    expect({ one: count(1), two: count(2), both: count('both') }).toEqual({ one: 36, two: 32, both: 4 })
    for (const state of sick.filter((_, index) => costs[index] === 'both')) {
      const { stanzas, byContact } = cure(state)
      expect([stanzas.length, byContact.length]).toEqual([1, 1])
    }
  })

  it('needs the contact just where the contact believes what the user’s server has never heard of', () => {
    for (const state of sick) {
      const isDeaf = state.from.grantor === 'none' && state.from.subscriber !== 'none'
      expect(cure(state).byContact).toEqual(isDeaf ? ['unsubscribe'] : [])
    }
  })

  it('sends at most two stanzas, and at most three where the user may ask anew', () => {
    for (const state of sick) {
      for (const consent of consents) {
        expect(cure(state, consent).stanzas.length).toBeLessThanOrEqual(consent.mayAsk === true ? 3 : 2)
      }
    }
  })
})

describe('repairOf(), with what a client can know', () => {
  const evidences: readonly ContactEvidence[] = (
    [undefined, 'received', 'refused', 'unreachable'] as const
  ).flatMap((presence) => [
    { presence },
    ...modes.map((to) => ({ presence, theirs: { to } })),
    ...modes.map((from) => ({ presence, theirs: { from } })),
  ])

  it('grants nothing and asks for nothing new without consent', () => {
    for (const own of owns) {
      for (const evidence of evidences) {
        const { stanzas } = repairOf(diagnose(own, evidence))
        expect(stanzas).not.toContain('subscribed')
        expect(stanzas.includes('subscribe') && own.to !== 'pending').toBe(false)
      }
    }
  })

  it('leaves alone what may be as it should', () => {
    for (const own of owns) {
      const diagnosis = diagnose(own)
      expect(diagnosis.verdict).toBe('unknown')
      expect(repairOf(diagnosis)).toMatchObject({ stanzas: [], byContact: [] })
    }
  })

  it.each<[string, SubscriptionState, ContactEvidence, Consent, readonly SubscriptionStanza[]]>([
    [
      'gives up what was refused',
      { to: 'subscribed', from: 'none' },
      { presence: 'refused' },
      {},
      ['unsubscribe'],
    ],
    [
      'asks again for what was refused, if it may',
      { to: 'subscribed', from: 'none' },
      { presence: 'refused' },
      { mayAsk: true },
      ['unsubscribe', 'subscribe'],
    ],
    [
      'repeats a request that was lost',
      { to: 'pending', from: 'none' },
      { theirs: { from: 'none' } },
      {},
      ['subscribe'],
    ],
    [
      'declines what the contact believes to have, without consent',
      { to: 'none', from: 'pending' },
      { theirs: { to: 'subscribed' } },
      {},
      ['unsubscribed'],
    ],
    [
      'grants what the contact believes to have, with consent',
      { to: 'none', from: 'pending' },
      { theirs: { to: 'subscribed' } },
      { mayGrant: true },
      ['subscribed'],
    ],
    [
      'does not grant where the contact has not asked',
      { to: 'none', from: 'pending' },
      { theirs: { to: 'none' } },
      { mayGrant: true },
      ['unsubscribed'],
    ],
  ])('%s', (_, own, evidence, consent, stanzas) => {
    expect(repairOf(diagnose(own, evidence), consent).stanzas).toEqual(stanzas)
  })

  it('mends what it can of a request that it cannot see, and asks for help with the rest', () => {
    const repair = repairOf(
      diagnose({ to: 'none', from: 'unknown' }, { theirs: { to: 'subscribed', from: 'none' } }),
    )
    expect(repair).toMatchObject({ stanzas: ['unsubscribed'], byContact: ['unsubscribe'] })
    expect(repair.leadsTo.every(isConsistent)).toBe(true)
  })
})

describe('diagnose()', () => {
  it('holds every joint state possible that fits, the likeliest first', () => {
    const { findings, to, from } = diagnose({ to: 'subscribed', from: 'pending' })
    expect(to.verdict).toBe('open')
    expect(from.verdict).toBe('open')
    expect(findings).toHaveLength(9)
    expect(findings.map(({ cause }) => cause)).toEqual([
      'agreed',
      ...Array(5).fill('crossed'),
      ...Array(3).fill('lost'),
    ])
  })

  it('holds with a request that may wait twice as much possible', () => {
    expect(diagnose({ to: 'none', from: 'none' }).findings).toHaveLength(9)
    expect(diagnose({ to: 'none', from: 'unknown' }).findings).toHaveLength(18)
  })

  it('believes presence only where the user is subscribed: elsewhere it may have been directed', () => {
    expect(diagnose({ to: 'subscribed', from: 'none' }, { presence: 'received' }).to.verdict).toBe('agreed')
    expect(diagnose({ to: 'none', from: 'none' }, { presence: 'received' }).to.verdict).toBe('open')
  })

  it('takes a refusal for proof, and an error for none', () => {
    const own = { to: 'subscribed', from: 'none' } as const
    expect(diagnose(own, { presence: 'refused' }).to.verdict).toBe('broken')
    expect(diagnose(own, { presence: 'unreachable' })).toMatchObject({
      isUnreachable: true,
      verdict: 'unknown',
    })
  })

  it('says what each side believes', () => {
    const theirs = { to: 'subscribed', from: 'none' } as const
    const { findings, verdict } = diagnose({ to: 'pending', from: 'approved' }, { theirs })
    expect(verdict).toBe('inconsistent')
    expect(findings.map(({ beliefs }) => beliefs)).toEqual([
      {
        user: 'You have asked to see their presence; they do not see yours.',
        contact: 'You do not see their presence; they see yours.',
      },
    ])
  })

  it('is certain where both sides are known', () => {
    const both = { to: 'subscribed', from: 'subscribed' } as const
    expect(diagnose(both, { theirs: both }).verdict).toBe('consistent')
  })
})
