import { vi } from 'vitest'
import { createActor, type StateValue } from 'xstate'
import {
  befriendingMachine,
  defaultBefriendingTimeouts as timeouts,
  type BefriendingInput,
  type ContactFacts,
} from '../../machines/befriending.js'
import type { RosterAttributes } from '../../machines/subscription-state.js'
import { StanzaError } from '../../src/errors.js'
import { gives, scriptDeeds } from '../support/scripted-deeds.js'
import { CoverageRecorder } from '../../src/testing/index.js'

export const walked = new CoverageRecorder()
const running: { stop(): void }[] = []
export const settle = () => vi.advanceTimersByTimeAsync(0)
export const notFound = new StanzaError('remote-server-not-found', 'cancel')

/** What the server can say of a contact, in short. */
const items = {
  unlisted: undefined,
  none: { subscription: 'none', ask: false, approved: false },
  asked: { subscription: 'none', ask: true, approved: false },
  approved: { subscription: 'none', ask: false, approved: true },
  'asked, approved': { subscription: 'none', ask: true, approved: true },
  to: { subscription: 'to', ask: false, approved: false },
  'to, approved': { subscription: 'to', ask: false, approved: true },
  from: { subscription: 'from', ask: false, approved: false },
  'from, asked': { subscription: 'from', ask: true, approved: false },
  both: { subscription: 'both', ask: false, approved: false },
} as const satisfies Record<string, RosterAttributes | undefined>
export type Item = keyof typeof items

export const factsOf = (item: Item, hasAsked = false): ContactFacts => ({ item: items[item], hasAsked })

export function run(
  input: Partial<BefriendingInput> = {},
  listContact: Parameters<typeof scriptDeeds>[0][string] = [gives()],
) {
  const deeds = scriptDeeds({ listContact })
  const sent: string[] = []
  const machine = befriendingMachine.provide({
    actors: { listContact: deeds.deed('listContact') },
    actions: {
      sendSubscribe: () => sent.push('subscribe'),
      sendSubscribed: () => sent.push('subscribed'),
      sendUnsubscribe: () => sent.push('unsubscribe'),
      sendUnsubscribed: () => sent.push('unsubscribed'),
    },
  })
  const actor = createActor(machine, {
    input: {
      jid: 'bob@example.test',
      mustList: false,
      name: 'Bob',
      groups: ['Work'],
      requestId: 'r1',
      message: undefined,
      timeouts,
      ...input,
    },
    inspect: walked.inspect,
  })
  actor.start()
  running.push(actor)
  return {
    ...deeds,
    sent,
    actor,
    at: () => toPath(actor.getSnapshot().value),
    output: () => actor.getSnapshot().output,
    /** Online, and the roster is known. */
    ready: async (item: Item, hasAsked = false, preApproval = false) => {
      actor.send({ type: 'session.ready', facts: factsOf(item, hasAsked), preApproval })
      await settle()
    },
    /** A push, or a request that came or went. */
    now: (item: Item, hasAsked = false) =>
      actor.send({ type: 'contact.changed', facts: factsOf(item, hasAsked) }),
    refused: () => actor.send({ type: 'contact.refused' }),
    offline: () => actor.send({ type: 'session.offline' }),
    withdraw: () => actor.send({ type: 'befriending.withdraw' }),
    cameBack: () => actor.send({ type: 'contact.failed', error: notFound }),
  }
}

/** `to/from` in a handshake, else the name of the state. */
function toPath(value: StateValue | undefined): string {
  if (typeof value !== 'object') return value ?? ''
  const { open, handshaking, to, from } = value
  return to === undefined ? toPath(open ?? handshaking) : `${toPath(to)}/${toPath(from)}`
}

/** In a handshake in which the server says this of the contact. */
export async function handshaking(item: Item, hasAsked = false, preApproval = false) {
  const handshake = run()
  await handshake.ready('none', false, preApproval)
  if (item !== 'none' || hasAsked) handshake.now(item, hasAsked)
  return handshake
}

/** Whatever runs is stopped. */
export function stopAll(): void {
  for (const actor of running.splice(0)) actor.stop()
}
