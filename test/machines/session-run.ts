import { expect, vi } from 'vitest'
import { assign, createActor, type StateValue } from 'xstate'
import { authenticationMachine } from '../../machines/authentication.js'
import { bindingMachine } from '../../machines/binding.js'
import { connectionMachine } from '../../machines/connection.js'
import type { presenceMachine } from '../../machines/presence.js'
import { rosterMachine } from '../../machines/roster.js'
import { sessionMachine } from '../../machines/session.js'
import type { SessionInput } from '../../machines/session-context.js'
import { streamManagementMachine } from '../../machines/stream-management.js'
import { noFeatures } from '../../machines/stream-facts.js'
import { defaultTimeouts } from '../../machines/timeouts.js'
import { TransportError } from '../../src/errors.js'
import { gives, scriptDeeds, scriptedStream } from '../support/scripted-deeds.js'

export const works = {
  openTransport: [gives({ framing: 'bytes', secure: true, channelBindings: [] })],
  openStream: [gives({ to: undefined, from: 'example.test', id: 's1', version: '1.0', lang: 'en' })],
  'connection/receiveFeatures': [gives({ ...noFeatures, mechanisms: ['SCRAM-SHA-256'] })],
  initiate: [gives({ kind: 'success' })],
  verifyServer: [gives()],
  reopenStream: [gives({ to: undefined, from: 'example.test', id: 's2', version: '1.0', lang: 'en' })],
  'binding/receiveFeatures': [gives({ ...noFeatures, bind: true })],
  bindResource: [gives({ kind: 'bound', jid: 'alice@example.test/desk' })],
  closeStream: [gives()],
}
export const closed = new TransportError('closed', 'example.test ended the connection')
export const wrongPassword = gives({ kind: 'failure', condition: 'not-authorized', text: undefined })

/** Charts in the place of those that work. */
interface Charts {
  readonly presence?: typeof presenceMachine
}

/** What is found when silence could have lasted, in milliseconds; that it has, where nothing is left. */
const measured: number[] = []
export const finds = (...silences: readonly number[]) => void measured.push(...silences)

/** The session chart with its deeds scripted; what is left out works. */
export function run(
  script: Parameters<typeof scriptDeeds>[0] = {},
  input: Partial<SessionInput> = {},
  charts: Charts = {},
) {
  const deeds = scriptDeeds({ ...works, ...script })
  const { deed } = deeds
  let releases = 0
  const stanzas = scriptedStream()
  const surroundings = scriptedStream()
  const machine = sessionMachine.provide({
    actions: {
      releaseLink: () => void (releases += 1),
      measureSilence: assign(({ context }) => ({ silentMs: measured.shift() ?? context.timeouts.quietMs })),
    },
    actors: {
      stanzas: stanzas.logic,
      surroundings: surroundings.logic,
      roster: rosterMachine.provide({ actors: { fetchRoster: deed('fetchRoster') } }),
      streamManagement: streamManagementMachine.provide({
        actors: { enable: deed('enable'), acknowledgements: scriptedStream().logic },
      }),
      closeStream: deed('closeStream'),
      readStore: deed('readStore'),
      connection: connectionMachine.provide({
        actors: {
          openTransport: deed('openTransport'),
          openStream: deed('openStream'),
          receiveFeatures: deed('connection/receiveFeatures'),
        },
      }),
      authentication: authenticationMachine.provide({
        actors: { initiate: deed('initiate'), verifyServer: deed('verifyServer') },
      }),
      binding: bindingMachine.provide({
        actors: {
          reopenStream: deed('reopenStream'),
          resumeSession: deed('resumeSession'),
          receiveFeatures: deed('binding/receiveFeatures'),
          bindResource: deed('bindResource'),
        },
      }),
      probe: deed('probe'),
      ping: deed('ping'),
      ...charts,
    },
  })
  const actor = createActor(machine, {
    input: {
      domain: 'example.test',
      endpoints: ['xmpps://example.test:5223'],
      resource: undefined,
      credentials: { password: true, certificate: false, anonymous: false },
      mechanisms: null,
      allowPlaintext: false,
      wantsRoster: true,
      wantsPresence: true,
      wantsManagement: true,
      hasStore: false,
      reconnect: 'afterOnline',
      timeouts: defaultTimeouts,
      seed: 1,
      ...input,
    },
  })
  const seen: string[] = []
  actor.subscribe((snapshot) => {
    const path = toPath(snapshot.value)
    if (seen.at(-1) !== path) seen.push(path)
  })
  actor.start()
  running.push(actor)
  return { ...deeds, actor, stanzas, surroundings, seen, releases: () => releases }
}

const running: { stop(): void }[] = []
export const settle = () => vi.advanceTimersByTimeAsync(0)

/** Of regions side by side the first. */
function toPath(value: StateValue | undefined): string {
  if (typeof value !== 'object') return value ?? ''
  const [name = '', inner] = Object.entries(value)[0] ?? []
  return `${name}.${toPath(inner)}`
}

/** The same, online. */
export async function online(
  script: Parameters<typeof scriptDeeds>[0] = {},
  input: Partial<SessionInput> = {},
  charts: Charts = {},
) {
  const session = run(script, input, charts)
  session.actor.send({ type: 'session.connect' })
  await settle()
  expect(session.seen.at(-1)).toBe('active.online.course.stable')
  return session
}

/** To be called before and after each test. */
export const sessions = {
  begin: () => void vi.useFakeTimers(),
  end: () => {
    for (const actor of running.splice(0)) actor.stop()
    measured.length = 0
    vi.useRealTimers()
  },
} as const
