import { map } from 'rxjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient, type Client } from '../../src/client.js'
import { archive } from '../../src/features/archive.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { destroySocketsTo } from '../support/destroy-sockets.js'
import { enterFarEnd } from '../support/far-end.js'
import { singleCuts, toRandomPlan, toSingleCut } from '../support/fault-plan.js'
import { toForgottenSession, toParts } from '../support/incidents.js'
import {
  holdConversation,
  type Outcome,
  type Part,
  type Talker,
  type TalkerEvents,
} from '../support/interrupted-conversation.js'
import { startRelay, type Relay } from '../support/relay.js'

/** A server that manages streams; its accounts `u0` and `u1` are nobody else's. */
export interface SurvivalPlace {
  readonly name: string
  readonly domain: string
  readonly ca: string
  readonly password: string
  readonly directTlsPort: number
  /** What comes just while a session is resumed may overtake what came before, where no archive has the order. */
  readonly swaps: boolean
}

const faults = 10
const messages = 100
const stepMs = 5000
/** On a machine that others keep busy. */
const limitMs = 60_000
const resource = 'line'

/** What is said through a failing line is said once and in order, whoever waits for it. */
export function holdSurvival(place: SurvivalPlace): void {
  describe(`on ${place.name}, nothing is lost, doubled or swapped`, () => {
    it.each([1, 2])(
      'by faults at random, drawn from %i, with an archive',
      async (seed) => {
        const plan = toRandomPlan(seed, { faults, messages })
        const outcome = await hold(place, (relay) => toParts(plan, relay), archived)
        expect(outcome).toMatchObject({ up: exact, down: exact, missed: 0 })
      },
      limitMs,
    )

    it.each(singleCuts)(
      'by one cut: %s',
      async (cut) => {
        const outcome = await hold(place, (relay) => toParts(toSingleCut(3, cut, messages), relay))
        expect(outcome).toMatchObject(flawless(place))
        expect(outcome.backMs).toHaveLength(1)
      },
      limitMs,
    )
  })

  it(
    `loses, doubles and swaps nothing when ${place.name} has forgotten the session, with an archive`,
    async () => {
      const outcome = await hold(
        place,
        (relay) => [
          { messages: 60, incident: toForgottenSession(50, relay, () => takeResource(place)) },
          { messages: 40 },
        ],
        archived,
      )
      expect(outcome).toMatchObject({ up: exact, down: exact, missed: 0 })
    },
    limitMs,
  )
}

const all = { sent: messages, lost: 0, falseAlarms: 0 }
const exact = { ...all, duplicated: 0, reordered: 0 }

/** What an outcome is to be like. */
function flawless({ swaps }: SurvivalPlace) {
  return { up: exact, down: swaps ? { ...all, duplicated: 0 } : exact, missed: 0 }
}

/** Where a client hears what was said to it. */
type Hearing = (client: Client) => Client['message$']

const asItComes: Hearing = (client) => client.message$

/** The archive keeps the messages of strangers too, where its server has to be told. */
const archived: Hearing = (client) => {
  const { message$ } = client.use(archive)
  const payload = xml(
    'prefs',
    ns.archive,
    { default: 'always' },
    xml('always', ns.archive),
    xml('never', ns.archive),
  )
  void client.connect().then(() => client.request({ type: 'set', payload }).catch(() => {}))
  return message$.pipe(map(({ message }) => message))
}

async function hold(
  place: SurvivalPlace,
  toParts: (relay: Relay) => readonly Part[],
  hear: Hearing = asItComes,
): Promise<Outcome> {
  const { ca, directTlsPort: port, domain, password } = place
  const relay = await startRelay(port)
  onTestFinished(() => relay.stop())
  return holdConversation({
    talkerJid: `u0@${domain}`,
    startTalker: async (events) => startTalker(place, relay.port, events, hear),
    farEnd: { port, domain, ca, user: 'u1', password, resource },
    knowsRepeats: true,
    parts: toParts(relay),
    backLimitMs: 10_000,
  })
}

/** Ours, with short waits and none between attempts. */
function startTalker(
  { ca, domain, password }: SurvivalPlace,
  port: number,
  events: TalkerEvents,
  hear: Hearing,
): Talker {
  const client = createClient({
    jid: `u0@${domain}/${resource}`,
    password,
    endpoint: `xmpps://127.0.0.1:${port}`,
    tls: { ca },
    reconnect: 'always',
    timeouts: {
      dialMs: stepMs,
      headerMs: stepMs,
      featuresMs: stepMs,
      saslMs: stepMs,
      bindMs: stepMs,
      enableMs: stepMs,
      ackMs: 250,
      ackPaceMs: 5,
      closeMs: 200,
    },
  })
  let isOnline = false
  client.state$.subscribe(({ status }) => {
    if (status === 'online' && !isOnline) events.online()
    isOnline = status === 'online'
    if (status === 'suspended' || status === 'backingOff') queueMicrotask(() => client.networkOnline())
  })
  hear(client).subscribe(({ body, type }) => {
    if (body !== undefined && type !== 'error') events.arrived(body)
  })
  void client.connect()
  return {
    send: (body) => {
      events.sent(body)
      client.send({ to: `u1@${domain}`, type: 'chat', body }).status$.subscribe(({ status }) => {
        if (status === 'acknowledged') events.confirmed(body)
        else if (status === 'failed') events.failed(body)
      })
    },
    destroySocket: () => destroySocketsTo(port),
    close: () => client.close(),
  }
}

/** A second client takes the resource and leaves it in order: whatever session had it is over. */
async function takeResource({ ca, directTlsPort, domain, password }: SurvivalPlace): Promise<void> {
  const events = { arrived: () => {}, bounced: () => {} }
  const place = { port: directTlsPort, domain, ca, user: 'u0', password, resource, isShown: false }
  const taker = await enterFarEnd(place, events)
  await taker.settle()
  await taker.leave()
}
