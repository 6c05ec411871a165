import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { enterFarEnd } from '../../support/far-end.js'
import { singleCuts, toRandomPlan, toSingleCut, type SingleCut } from '../../support/fault-plan.js'
import { toForgottenSession, toParts } from '../../support/incidents.js'
import { holdConversation, type Outcome, type Part } from '../../support/interrupted-conversation.js'
import { startRelay, type Relay } from '../../support/relay.js'
import type { Client } from '../clients.js'
import type { Gathering } from './gathering.js'
import { startProcessTalker, type ProcessTalker } from './process-talker.js'
import type { ServerUnderFaults } from './servers.js'
import { countUnstored } from './unstored.js'

/** What may go wrong, by the names that `--row` takes. */
export const rowNames = ['random', ...singleCuts, 'forgotten', 'killed', 'restart'] as const
export type RowName = (typeof rowNames)[number]

export const rowTitles: Readonly<Record<RowName, string>> = {
  random: '50 random faults',
  close: 'one cut: close (FIN)',
  reset: 'one cut: reset (RST)',
  'black hole': 'one cut: black hole',
  'half-open': 'one cut: half-open',
  'destroyed socket': 'one cut: destroyed socket',
  'random byte': 'one cut: at a random byte',
  forgotten: 'session forgotten by the server',
  killed: 'client killed, started again',
  restart: 'server restarted',
}

/** One conversation. */
export interface Session {
  readonly row: RowName
  readonly client: Client
  readonly server: ServerUnderFaults
  readonly seed: number
}

/** How it went; `defect`: the client's process ended by itself, with these words. */
export interface SessionOutcome extends Outcome {
  /** What the client has thrown where no app could have caught it. */
  readonly uncaught: readonly string[]
  readonly defect: string | undefined
  /** Of those that are lost on the way to the client, how many its server has in no archive. */
  readonly unstored: number
}

export interface Surroundings {
  /** Of the bench; gone when it ends. */
  readonly folder: string
  /** Where the recordings of conversations are kept that did not go well. */
  readonly recordings: string | undefined
  /** Where those meet whose server is restarted. */
  readonly gathering?: Gathering | undefined
}

const messages = 1000
const faults = 50
const resource = 'line'

/** Long enough for the 60 s after which `@xmpp/client` takes an unanswered request for a dead line. */
const cutLimitMs = 90_000
const faultLimitMs = 20_000

/** Holds one conversation through a relay of its own. */
export async function holdSession(session: Session, surroundings: Surroundings): Promise<SessionOutcome> {
  const { client, row, server } = session
  const relay = await startRelay(server.port)
  const pair = server.lend()
  const sinceMs = Date.now()
  let talker: ProcessTalker | undefined
  const saved = row === 'killed' ? join(surroundings.folder, randomUUID()) : undefined
  const recording =
    surroundings.recordings === undefined || client !== 'ours'
      ? undefined
      : join(
          surroundings.recordings,
          `${server.name} ${row} ${session.seed} ${randomUUID().slice(0, 8)}.jsonl`,
        )
  const farEnd = {
    port: server.directTlsPort,
    domain: server.domain,
    ca: server.ca,
    user: pair.farEnd,
    password: server.password,
    resource: 'far',
  }
  try {
    const outcome = await holdConversation({
      talkerJid: `${pair.talker}@${server.domain}`,
      startTalker: async (events) => {
        talker = startProcessTalker(
          {
            client,
            url: server.url(relay.port),
            port: relay.port,
            jid: `${pair.talker}@${server.domain}`,
            password: server.password,
            resource,
            to: `${pair.farEnd}@${server.domain}`,
            saved,
            recording,
            caFile: server.caFile,
          },
          events,
        )
        return talker
      },
      farEnd,
      knowsRepeats: client === 'ours',
      parts: toRow(session, surroundings, relay, {
        kill: async () => talker?.kill(),
        forget: () => takeResource(server, pair.talker),
      }),
      backLimitMs: row === 'random' ? faultLimitMs : cutLimitMs,
    })
    if (recording !== undefined && !isFlawed(outcome)) await rm(recording, { force: true })
    return {
      ...outcome,
      uncaught: talker?.uncaught ?? [],
      defect: talker?.defect(),
      unstored: await countUnstored(server, pair.talker, outcome.unheard, sinceMs),
    }
  } finally {
    await relay.stop()
    server.giveBack(pair)
  }
}

/** Whether it is worth a look. */
export const isFlawed = ({ down, missed, up }: Outcome): boolean =>
  missed > 0 || [up, down].some(({ duplicated, lost, reordered }) => lost + duplicated + reordered > 0)

interface Deeds {
  readonly kill: () => Promise<void>
  readonly forget: () => Promise<void>
}

function toRow(
  { row, seed }: Session,
  { gathering }: Surroundings,
  relay: Relay,
  { forget, kill }: Deeds,
): readonly Part[] {
  if (row === 'random') return toParts(toRandomPlan(seed, { faults, messages }), relay)
  if (isSingleCut(row)) return toParts(toSingleCut(seed, row, messages), relay)
  const after = messages / 2 - (seed % 50)
  const first = { messages: messages / 2 + 100 }
  const rest = { messages: messages - first.messages }
  if (row === 'forgotten') return [{ ...first, incident: toForgottenSession(after, relay, forget) }, rest]
  if (row === 'killed') {
    const incident: Part['incident'] = {
      after,
      strike: async ({ replaceTalker }) => {
        await kill()
        const backMs = performance.now()
        await replaceTalker()
        return backMs
      },
    }
    return [{ ...first, incident }, rest]
  }
  const incident: Part['incident'] = {
    after,
    strike: async ({ farEndLeaves }) => {
      await farEndLeaves()
      return gathering?.meet()
    },
    // The other end has no archive: what is said to it meanwhile would come among what was kept for it.
    recover: ({ farEndReturns }) => farEndReturns(),
  }
  return [{ ...first, incident }, rest]
}

const isSingleCut = (row: RowName): row is SingleCut => singleCuts.some((cut) => cut === row)

/** A second client takes the resource and leaves it in order: whatever session had it is over. */
async function takeResource(server: ServerUnderFaults, user: string): Promise<void> {
  const { ca, directTlsPort: port, domain, password } = server
  const events = { arrived: () => {}, bounced: () => {} }
  const taker = await enterFarEnd({ port, domain, ca, user, password, resource, isShown: false }, events)
  await taker.settle()
  await server.untilReplaced(`${user}@${domain}/${resource}`)
  await taker.leave()
}
