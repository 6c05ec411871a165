import { toRow, type Group } from './row.js'
import type { Scope } from './scope.js'
import { runWorker } from './worker.js'

const accounts = 1_000
const password = 'secret'
/** Logins take most of it. */
const timeoutMs = 600_000
const limitBytes = 40_000

/** A crowd in one process: heap of each idle session, with all that a client does by itself. */
export async function measureCrowd({ isQuick }: Scope): Promise<Group> {
  const sessions = isQuick ? 2_000 : 10_000
  const host = startCrowdHost()
  const port = await host.port
  const figures = await runWorker({
    script: 'idle',
    exposeGc: true,
    timeoutMs,
    input: {
      client: 'ours',
      url: `ws://127.0.0.1:${port}/xmpp-websocket`,
      crowd: { sessions, accounts, first: 0, domain: 'localhost' },
      password,
      allowPlaintext: true,
      streamManagement: true,
      concurrency: 20,
      settleMs: 2_000,
      windowMs: 5_000,
    },
  }).finally(host.stop)
  const bytes = (figures.get('heap') ?? Number.NaN) * 1024
  const row = {
    peer: 'limit',
    runs: 1,
    ours: bytes,
    peerValue: limitBytes,
    name: 'heap, ws in clear',
    unit: 'bytes per session',
  }
  return {
    title: `${sessions} idle sessions in one process, the embedded server in another`,
    findings: [
      {
        ...toRow(row),
        target: { text: `≤ ${limitBytes / 1000} kB`, isMet: bytes <= limitBytes },
      },
    ],
    remarks: [
      `With roster, presence and stream management; ${accounts} accounts, SCRAM.`,
      `RSS ${Math.round(figures.get('rss') ?? 0)} KiB per session; CPU of all of them ${(figures.get('cpu') ?? 0).toFixed(1)} ms per second.`,
    ],
  }
}

/** The embedded server in a process of its own. */
function startCrowdHost() {
  let stop = () => {}
  const port = new Promise<number>((resolve, reject) => {
    runWorker({
      script: 'crowd-host',
      input: { accounts, password },
      timeoutMs,
      hear: (_word, figures, answer) => {
        stop = () => answer('stop')
        resolve(figures.get('port') ?? 0)
      },
    }).catch(reject)
  })
  return { port, stop: () => stop() }
}
