import { clientsOn, clientTitles, portOn, urlOn, type Client, type Way } from './clients.js'
import { startRelay, type Relay } from '../support/relay.js'
import type { ProsodyUnderBench } from './prosody-under-bench.js'
import { toRow, type Finding, type Group, type Target } from './row.js'
import type { Scope } from './scope.js'
import { median, slope } from './statistics.js'
import { inTurns, values, type SubjectRuns } from './subjects.js'
import { runWorker, type Figures } from './worker.js'

/** Milliseconds one way; each holds in both directions. */
const delaysOf = { quick: [0, 40], whole: [0, 20, 40, 60] } as const
/** Long enough for everything of one turn to reach the relay, too short for an answer through the longest way. */
const stayMs = 40

/** The relay accepts at once whom it delays later. */
const tcpHandshake = 1

const configurations = (['direct TLS', 'STARTTLS', 'wss'] as const).flatMap((way) =>
  (['SCRAM', 'PLAIN'] as const).map((mechanism) => ({ way, mechanism, target: targetOf(way, mechanism) })),
)

function targetOf(way: Way, mechanism: 'PLAIN' | 'SCRAM'): number | undefined {
  if (way === 'wss') return undefined
  return (way === 'STARTTLS' ? 9 : 7) - (mechanism === 'PLAIN' ? 1 : 0)
}

/** Round trips from the first SYN to online: the slope of the time over several delays, without the client's CPU time. */
export async function measureRoundTrips(scope: Scope): Promise<Group> {
  const title = 'Round trips from TCP SYN to online, TLS 1.3, through a relay with a fixed delay'
  const server = await scope.prosody('even')
  if (server === undefined) return { title, findings: [], remarks: ['There is no Prosody.'] }
  const findings: Finding[] = []
  const delays = delaysOf[scope.isQuick ? 'quick' : 'whole']
  for (const { mechanism, target, way } of configurations) {
    const [ours, ...peers] = clientsOn[way]
    const restriction = mechanism === 'PLAIN' ? { mechanism } : {}
    const results = await inTurns<Client>(
      clientsOn[way],
      scope.runs,
      (client) => timeLogins(server, delays, { client, way, ...restriction }),
      // They mostly wait.
      scope.isQuick ? 'together' : 'apart',
    )
    const name = `round trips to online, ${mechanism} over ${way}`
    findings.push(...toFindings({ name, ours, peers, results, target, delays }))
    if (way === 'direct TLS' && mechanism === 'SCRAM') findings.push(...toWrites(ours, peers, results))
  }
  return {
    title,
    findings,
    remarks: [
      `One-way delays of ${delays.join(', ')} ms; one round trip is added for the TCP handshake, which a relay cannot delay.`,
      'The slope of time less the client’s own CPU time, since 10,000 rounds of PBKDF2 in JavaScript would blur it.',
      'Writes are TLS records seen at the relay between the last answer before online and the next answer after it.',
    ],
  }
}

/** Logins of one client through relays of its own. */
async function timeLogins(
  server: ProsodyUnderBench,
  delays: readonly number[],
  tripper: RoundTripper,
): Promise<Figures> {
  const relays = await Promise.all(delays.map((delay) => startRelay(portOn(server, tripper.way), delay)))
  try {
    return await timeLoginsThrough(relays, server, tripper)
  } finally {
    await Promise.all(relays.map((relay) => relay.stop()))
  }
}

/** One login through every relay in one process, behind one that does not count because all is cold. */
async function timeLoginsThrough(
  relays: readonly Relay[],
  server: ProsodyUnderBench,
  { client, mechanism, way }: RoundTripper,
): Promise<Figures> {
  const writes: number[] = []
  const figures = await runWorker({
    script: 'login',
    caFile: server.caFile,
    input: {
      client,
      mechanism,
      urls: [...relays.slice(0, 1), ...relays].map(({ port }) => urlOn(way, port)),
      // Each its own account: they may be online at the same time.
      jid: `u${Object.keys(clientTitles).indexOf(client)}@${server.domain}`,
      password: server.password,
      resource: 'far',
      stayMs,
    },
    hear: (word, heard) => {
      if (word !== 'online' || heard.get('index') !== relays.length) return
      setTimeout(() => writes.push(relays.at(-1)?.recordsSinceServer() ?? 0), stayMs / 2)
    },
  })
  return new Map([...figures, ...writes.map((count) => ['writes', count] as const)])
}

interface RoundTripper {
  readonly client: Client
  readonly way: Way
  readonly mechanism?: 'PLAIN'
}

interface Slopes {
  readonly name: string
  readonly ours: Client
  readonly peers: readonly Client[]
  readonly results: ReadonlyMap<Client, SubjectRuns>
  readonly target: number | undefined
  readonly delays: readonly number[]
}

function toFindings({ delays, name, ours, peers, results, target }: Slopes): readonly Finding[] {
  const roundTrips = (client: Client) => {
    const subject = results.get(client)
    if (subject === undefined || subject.runs.length === 0) return undefined
    const waitAt = (index: number) => median(values(subject, `wait${index + 1}`))
    return tcpHandshake + slope(delays.map((delay, index) => [2 * delay, waitAt(index)] as const))
  }
  const mine = roundTrips(ours) ?? Number.NaN
  return peers.map((peer, index) => {
    const theirs = roundTrips(peer)
    return {
      ...toRow({
        name,
        ours: Number(mine.toFixed(2)),
        peer: clientTitles[peer],
        peerValue: theirs === undefined ? null : Number(theirs.toFixed(2)),
        unit: 'round trips',
        runs: results.get(ours)?.runs.length ?? 0,
      }),
      target: index === 0 && target !== undefined ? toTarget(mine, target) : undefined,
      remark: results.get(peer)?.problem,
    }
  })
}

/** A slope is no whole number. */
const tolerance = 0.3

const toTarget = (value: number, limit: number): Target => ({
  text: `≤ ${limit}`,
  isMet: value <= limit + tolerance,
})

function toWrites(
  ours: Client,
  peers: readonly Client[],
  results: ReadonlyMap<Client, SubjectRuns>,
): readonly Finding[] {
  const writes = (client: Client) => median(values(results.get(client), 'writes'))
  return peers.map((peer) => ({
    ...toRow({
      name: 'what follows bind (roster and presence), direct TLS',
      ours: writes(ours),
      peer: clientTitles[peer],
      peerValue: writes(peer),
      unit: 'writes',
      runs: results.get(ours)?.runs.length ?? 0,
    }),
    target: { text: '1', isMet: writes(ours) === 1 },
  }))
}
