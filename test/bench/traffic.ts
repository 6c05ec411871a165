import { startAgent } from './agent.js'
import { Baton } from './baton.js'
import { clientsOn, clientTitles, portOn, urlOn, type Client, type Way } from './clients.js'
import { compare } from './compare.js'
import type { ProsodyUnderBench } from './prosody-under-bench.js'
import type { Finding, Group } from './row.js'
import type { Scope } from './scope.js'
import { inTurns } from './subjects.js'
import { runWorker, type Figures } from './worker.js'

const trafficWays = ['direct TLS', 'wss'] as const satisfies readonly Way[]
const burst = 20
const pace = 1000

/** CPU per message through Prosody, and the time of a ping-pong. */
export async function measureTraffic(scope: Scope): Promise<Group> {
  const server = await scope.prosody('even')
  if (server === undefined) return absent
  const findings: Finding[] = []
  for (const way of trafficWays) {
    const [ours, ...peers] = clientsOn[way]
    const names: readonly Client[] = [...clientsOn[way], 'bare']
    const results = await inTurns(names, scope.runs, async (client) => {
      const sent = await runSession(server, { client, way }, sending(volumeOf(scope)))
      const received = await runSession(server, { client, way }, receiving(volumeOf(scope)))
      return new Map([...sent, ...received])
    })
    const shared = {
      unit: 'µs CPU per message',
      better: 'less',
      ours,
      results,
      title: (name: Client) => clientTitles[name],
    } as const
    const rows = (name: string, figure: string, ratio: number) => [
      ...compare({ ...shared, peers, name: `${name}, ${way}`, figure, target: { ratio } }),
      ...compare({ ...shared, peers: ['bare'], name: `${name}, ${way}`, figure }),
    ]
    findings.push(
      ...rows('send, one a turn', 'single', 0.5),
      ...rows(`send, ${burst} a turn`, 'burst', 0.5),
      ...rows(`receive, ${pace} a second`, 'paced', 0.7),
      ...rows('receive, as fast as they come', 'flood', 0.7),
    )
  }
  return {
    title: 'CPU per message through Prosody',
    findings,
    remarks: [
      'The client’s own process, all threads, kernel time included; Prosody and the other side are not counted.',
      'Bare socket: ready-made text on the same connection, and a search in what comes; nobody can do with less.',
      'Prosody offers no stream management here, which not every client speaks.',
      uncollected,
    ],
  }
}

/** What is measured where ours is beside ours, by the name of the figure. */
const ownFigures = [
  ['send, one a turn', 'single'],
  [`send, ${burst} a turn`, 'burst'],
  [`receive, ${pace} a second`, 'paced'],
  ['receive, as fast as they come', 'flood'],
  ['chat without a pause', 'chat'],
] as const
type OwnFigure = (typeof ownFigures)[number]

/** What stream management costs: the same client with it and without, on a server that offers it. */
export async function measureManagement(scope: Scope): Promise<Group> {
  const server = await scope.prosody('managed')
  if (server === undefined) return absent
  const results = await inSlices(['ours', 'unmanaged'], scope.runs, (name, turns) =>
    runOurs(server, turns, { streamManagement: name === 'ours' }),
  )
  const rows = ([name, figure]: OwnFigure) =>
    compare<'ours' | 'unmanaged'>({
      unit: 'µs CPU per message',
      better: 'less',
      ours: 'ours',
      peers: ['unmanaged'],
      results,
      name: `${name}, stream management`,
      figure,
      title: () => 'ours without',
      target: { ratio: 1.15 },
      paired: true,
    })
  return {
    title: 'CPU per message with stream management',
    findings: ownFigures.flatMap(rows),
    remarks: [
      'The same client with stream management and without, on a Prosody that offers it.',
      sliced,
      uncollected,
    ],
  }
}

/** What recording costs: the same client with a recorder, with a viewer that listens to it, and without. */
export async function measureRecording(scope: Scope): Promise<Group> {
  const server = await scope.prosody('managed')
  if (server === undefined) return absent
  const names = ['ours', 'watched', 'unrecorded'] as const
  const results = await inSlices(names, scope.runs, (name, turns) =>
    runOurs(server, turns, { streamManagement: true, recording: name }),
  )
  const rows = ([what, figure]: OwnFigure) =>
    (['ours', 'watched'] as const).flatMap((name) =>
      compare<(typeof names)[number]>({
        unit: 'µs CPU per message',
        better: 'less',
        ours: name,
        peers: ['unrecorded'],
        results,
        name: `${what}, ${name === 'ours' ? 'recorded' : 'recorded and watched'}`,
        figure,
        title: () => 'ours without',
        target: { ratio: 1.1 },
        paired: true,
      }),
    )
  return {
    title: 'CPU per message with a recorder',
    findings: ownFigures.flatMap(rows),
    remarks: [
      'With stream management, whose acknowledgements are the control traffic of a chat session.',
      sliced,
      uncollected,
      'Watched: somebody listens, and makes JSON of every batch, as for a file or a page.',
    ],
  }
}

const sliced =
  'A process each, which take turns within every row: of a second or less, so that a machine that grows slow does so for all. Ratios and their spread are of the runs.'

const uncollected =
  'Without V8’s memory reducer, which collects when a process rests, as each of these does most of the time: it takes up to 4 µs a message, in this process or in that.'

/** As `inTurns`, all subjects of a run at once: who has the baton works, for as long as a slice of a phase takes. */
function inSlices<Name extends string>(
  names: readonly Name[],
  runs: number,
  measure: (name: Name, turns: Turns) => Promise<Figures>,
) {
  const baton = new Baton()
  return inTurns(
    names,
    runs,
    (name) =>
      measure(name, {
        baton,
        user: `u${names.indexOf(name)}`,
        agent: `u${names.length + names.indexOf(name)}`,
      }),
    'together',
  )
}

/** The time of a ping-pong with a peer that answers at once. */
export async function measurePingPong(scope: Scope): Promise<Group> {
  const findings: Finding[] = []
  for (const setting of ['even', 'stock'] as const) {
    const server = await scope.prosody(setting)
    if (server === undefined) return absent
    for (const way of trafficWays) {
      const [ours, ...peers] = clientsOn[way]
      const results = await inTurns(clientsOn[way], scope.runs, (client) =>
        runSession(server, { client, way }, { deed: 'ping', count: scope.isQuick ? 20 : 150 }),
      )
      findings.push(
        ...compare({
          name: `ping-pong p50, ${way}, Prosody ${setting}`,
          unit: 'ms',
          better: 'less',
          ours,
          peers,
          results,
          figure: 'p50',
          title: (name) => clientTitles[name],
        }),
      )
    }
  }
  return {
    title: 'Time of a ping-pong through Prosody',
    findings,
    remarks: [
      'Client → Prosody → echo → Prosody → client, one at a time; wall time on loopback.',
      'Prosody even: Nagle off, no stream management offered; Prosody stock: both, as it comes.',
    ],
  }
}

const absent: Group = { title: 'Traffic', findings: [], remarks: ['There is no Prosody.'] }

/** What a worker is to do once it is online. */
interface Deed {
  readonly deed: 'chat' | 'ping' | 'receive' | 'send'
  readonly count?: number
  readonly phases?: readonly object[]
  /** Of ours alone. */
  readonly streamManagement?: boolean
  readonly recording?: 'ours' | 'unrecorded' | 'watched'
  readonly withConversations?: boolean
}

/** Messages before what counts, in each phase that does, and in one at a pace; and in how many slices. */
interface Volume {
  readonly warmUp: number
  readonly messages: number
  readonly paced: number
  readonly slices: number
}

const volumeOf = ({ isQuick }: Scope): Volume =>
  isQuick
    ? { warmUp: 4_000, messages: 1_500, paced: 600, slices: 1 }
    : { warmUp: 4_000, messages: 10_000, paced: 3_000, slices: 1 }

/**
 * Where ours is beside ours, and little is looked for: it takes tens of thousands of messages until the engine has compiled what it
 * is going to, in threads that count, and one collection of garbage more or fewer is to make no difference.
 */
const longVolume: Volume = { warmUp: 40_000, messages: 75_000, paced: 3_000, slices: 30 }

/** In several goes, since the worker's own loop is compiled anew when it first ends: that is no client's work. */
const warmUpBursts = [1, burst, 1, burst, 1, burst, 1, burst]

const sending = ({ messages, slices, warmUp }: Volume): Deed => ({
  deed: 'send',
  phases: [
    ...warmUpBursts.map((size) => ({ name: 'warm', burst: size, count: warmUp / warmUpBursts.length })),
    { name: 'single', burst: 1, count: messages, slices },
    { name: 'burst', burst, count: messages, slices },
  ],
})

const receiving = ({ messages, paced, slices, warmUp }: Volume): Deed => ({
  deed: 'receive',
  phases: [
    { name: 'warm', pace: 0, count: warmUp },
    { name: 'flood', pace: 0, count: messages, slices },
    { name: 'paced', pace, count: paced, slices },
  ],
})

/** Exchanges of four stanzas each. */
const chatting: Deed = {
  deed: 'chat',
  phases: [
    { name: 'warm', count: 5_000 },
    { name: 'chat', count: 3_000, slices: 10 },
  ],
  withConversations: true,
}

/** Three processes with ours over direct TLS, as long as it takes to measure little: one sends, one receives, one chats. */
async function runOurs(
  server: ProsodyUnderBench,
  turns: Turns,
  given: Pick<Deed, 'recording' | 'streamManagement'>,
): Promise<Figures> {
  const subject = { client: 'ours', way: 'direct TLS' } as const
  const sent = await runSession(server, subject, { ...sending(longVolume), ...given }, turns)
  const received = await runSession(server, subject, { ...receiving(longVolume), ...given }, turns)
  const chatted = await runSession(server, subject, { ...chatting, ...given }, turns)
  return new Map([...sent, ...received, ...chatted])
}

/** Whose turn it is among sessions, and the accounts of one of them and of its other side: a bare JID is to mean nobody else. */
interface Turns {
  readonly baton: Baton
  readonly user: string
  readonly agent: string
}

/** One process with one client, and an agent on the other side. */
async function runSession(
  server: ProsodyUnderBench,
  { client, way }: { readonly client: Client; readonly way: Way },
  deed: Deed,
  { baton, ...accounts }: Turns = { baton: new Baton(), user: 'u0', agent: 'agent' },
): Promise<Figures> {
  const agent = await startAgent(server, accounts.agent)
  const jid = `${accounts.user}@${server.domain}`
  const full = `${jid}/traffic`
  let isAtWork = false
  const rest = () => {
    if (isAtWork) baton.pass()
    isAtWork = false
  }
  if (deed.deed === 'ping') agent.echo(full)
  if (deed.deed === 'chat') agent.chat(full)
  try {
    return await runWorker({
      script: 'traffic',
      caFile: server.caFile,
      // It rests because Prosody is at work, or because others have their turn: what that sets off is no message's cost.
      collectsAtRest: false,
      input: {
        ...deed,
        client,
        url: urlOn(way, portOn(server, way)),
        jid,
        password: server.password,
        resource: 'traffic',
        mechanism: 'PLAIN',
        to: agent.jid,
      },
      hear: (word, figures, answer) => {
        const count = figures.get('count') ?? 0
        if (word === 'sent') void agent.received(count).then(() => answer('arrived'))
        else if (word === 'want') void agent.send(full, count, figures.get('pace') ?? 0)
        else if (word === 'rests') rest()
        else if (word === 'ready')
          baton.take(() => {
            isAtWork = true
            answer('go')
          })
      },
    })
  } finally {
    rest()
    agent.close()
  }
}
