import { clientTitles, portOn, urlOn, type Client, type Way } from './clients.js'
import { compare } from './compare.js'
import type { ProsodyUnderBench } from './prosody-under-bench.js'
import type { Finding, Group, Target } from './row.js'
import type { Scope } from './scope.js'
import { median } from './statistics.js'
import { inTurns, values, type SubjectRuns } from './subjects.js'
import { runWorker } from './worker.js'

const idlers = {
  'direct TLS': ['ours', 'xmpp-client', 'bare'],
  wss: ['ours', 'xmpp-client', 'stanza', 'strophe', 'bare'],
} as const satisfies Readonly<Partial<Record<Way, readonly Client[]>>>

/** Memory for each of many idle sessions, and CPU for all of them. */
export async function measureIdle(scope: Scope): Promise<Group> {
  const sessions = scope.isQuick ? 100 : 200
  const title = `${sessions} idle sessions in one process, on Prosody`
  const server = await scope.prosody('even')
  if (server === undefined) return { title, findings: [], remarks: ['There is no Prosody.'] }
  const findings: Finding[] = []
  for (const way of ['direct TLS', 'wss'] as const) {
    const [ours, ...others] = idlers[way]
    const results = await inTurns<Client>(
      idlers[way],
      scope.runs,
      (client) =>
        runWorker({
          script: 'idle',
          caFile: server.caFile,
          exposeGc: true,
          input: {
            client,
            url: urlOn(way, portOn(server, way)),
            crowd: crowdOf(server, Object.keys(clientTitles).indexOf(client), sessions),
            password: server.password,
            mechanism: 'PLAIN',
            concurrency: 10,
            settleMs: scope.isQuick ? 500 : 1500,
            windowMs: scope.isQuick ? 4500 : 12_000,
          },
        }),
      // Memory and CPU are each process's own; to be quick costs no more than some calm.
      scope.isQuick ? 'together' : 'apart',
    )
    const peers = others.filter((name) => name !== 'bare')
    const shared = {
      better: 'less',
      ours,
      results,
      title: (name: Client) => clientTitles[name],
    } as const
    const memory = { ...shared, unit: 'KiB per session', peers }
    findings.push(
      ...compare({ ...memory, name: `heap, ${way}`, figure: 'heap', target: { ratio: 1.5 } }),
      ...compare({
        ...shared,
        unit: 'KiB per session',
        peers: ['bare'],
        name: `heap, ${way}`,
        figure: 'heap',
      }),
      ...compare({ ...memory, name: `RSS, ${way}`, figure: 'rss' }),
      ...compare({ ...shared, unit: 'KiB per session', peers: ['bare'], name: `RSS, ${way}`, figure: 'rss' }),
      ...compare({
        ...shared,
        unit: 'ms CPU per second, all sessions',
        peers: others,
        name: `idle CPU, ${way}`,
        figure: 'cpu',
      }).map((finding) =>
        finding.peer === clientTitles.bare ? { ...finding, target: idleTarget(results) } : finding,
      ),
    )
  }
  return {
    title,
    findings,
    remarks: [
      'After garbage collection; what the first ten sessions of a process leave behind is not counted.',
      'CPU is the middle of three windows: what the engine does once, behind the logins, is no idling.',
    ],
  }
}

/** Nobody shares an account, and so nobody hears of anybody else. */
function crowdOf({ accounts, domain }: ProsodyUnderBench, client: number, sessions: number) {
  return { sessions, accounts, first: client * sessions, domain }
}

/** Both are a few timers of the runtime: what differs less than this is the same. */
const toleranceMs = 1

function idleTarget(results: ReadonlyMap<Client, SubjectRuns>): Target {
  const cpu = (name: Client) => median(values(results.get(name), 'cpu'))
  return { text: `≤ + ${toleranceMs} ms`, isMet: cpu('ours') <= cpu('bare') + toleranceMs }
}
