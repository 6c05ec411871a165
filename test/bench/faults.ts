// `npm run bench:faults`: what survives of conversations when the line fails, ours beside its peers.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from './clients.js'
import { createGathering, type Gathering } from './faults/gathering.js'
import { runAtMost } from './faults/run-at-most.js'
import { holdSession, rowNames, type RowName, type Session } from './faults/rows.js'
import { serverNames, startServerUnderFaults, type ServerUnderFaults } from './faults/servers.js'
import { legend, toSummaries, toTable, type Held } from './faults/summary.js'
import { choose, readOptions, toCounts } from '../support/script-options.js'

const clients = ['ours', 'xmpp-client', 'stanza', 'strophe'] as const satisfies readonly Client[]

const options = readOptions(
  'bench:faults',
  'Counts what survives of conversations when the line fails, beside other libraries.',
  {
    quick: { help: 'A short look: one conversation each instead of 20' },
    row: { value: 'NAME[,NAME]', help: `Some faults: ${rowNames.join(', ')}` },
    client: { value: 'NAME[,NAME]', help: `Some clients: ${clients.join(', ')}` },
    server: { value: 'NAME[,NAME]', help: `Some servers: ${serverNames.join(', ')}` },
    seed: { value: 'N[,N]', help: 'The conversations of these seeds again' },
    together: { value: 'N', help: 'So many conversations at a time; default 16, or 12 with --quick' },
    json: { value: 'FILE', help: 'Write the rows there' },
    record: { value: 'FOLDER', help: 'Keep recordings of ours there where it did not go well' },
  },
)
const rows = choose('row', rowNames, options.text('row'))
const chosenClients = choose('client', clients, options.text('client'))
const chosenServers = choose('server', serverNames, options.text('server'))
const isQuick = options.has('quick')
const sessions = isQuick ? 1 : 20
const seeds =
  toCounts('seed', options.text('seed')) ?? Array.from({ length: sessions }, (_, index) => index + 1)

/** Conversations at a time: they mostly wait, and what they do when they do not must not make others late. */
const [concurrency = isQuick ? 12 : 16] = toCounts('together', options.text('together')) ?? []

/** The longest first, so that nobody waits for one at the end. */
const order: readonly RowName[] = ['random', 'black hole', ...rowNames]

const began = performance.now()
const say = (text: string) => process.stdout.write(`${text}\n`)
const recordings = options.text('record')
if (recordings !== undefined) await mkdir(recordings, { recursive: true })
const folder = await mkdtemp(join(tmpdir(), 'xmpp-machines-faults-'))
const servers: ServerUnderFaults[] = []
let isStopped = false
const stop = async () => {
  if (isStopped) return
  isStopped = true
  await Promise.all(servers.map((server) => server.stop()))
  await rm(folder, { recursive: true, force: true })
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    say('Stopped: this is how far it came.')
    void report()
      .then(stop)
      .then(() => process.exit(130))
  })
}

say(`${seeds.length} conversations each of 1000 messages each way. Load at the start: ${load()}`)
const held: Held[] = []
try {
  for (const name of chosenServers) {
    const server = await startServerUnderFaults(name, folder)
    if (typeof server === 'string') say(`no rows with ${name}: ${server}`)
    else servers.push(server)
  }
  const apart = rows.filter((row) => row !== 'restart').sort((a, b) => order.indexOf(a) - order.indexOf(b))
  const together = apart.flatMap((row) => servers.flatMap((server) => toSessions(row, server)))
  await runAtMost(concurrency, together, (session) => hold(session))
  if (rows.includes('restart')) {
    await Promise.all(servers.map(holdThroughRestart))
  }
} finally {
  await stop()
}
await report()

async function report(): Promise<void> {
  const summaries = toSummaries(held)
  say(`${toTable(summaries)}\n\n${legend}`)
  say(`It took ${Math.round((performance.now() - began) / 1000)} s. Load at the end: ${load()}`)
  const file = options.text('json')
  if (file !== undefined) {
    const bare = summaries.map(({ row, client, lost, duplicated, reordered, millisecondsToOnline }) => ({
      row,
      client,
      lost,
      duplicated,
      reordered,
      millisecondsToOnline,
    }))
    await writeFile(file, `${JSON.stringify(bare, null, 2)}\n`)
  }
}

function toSessions(row: RowName, server: ServerUnderFaults): readonly Session[] {
  if (row === 'restart' && server.restart === undefined) return []
  const present = chosenClients.filter((client) => server.name === 'Prosody' || client === 'ours')
  return seeds.flatMap((seed) => present.map((client) => ({ row, client, server, seed })))
}

async function hold(session: Session, gathering?: Gathering): Promise<void> {
  try {
    held.push({
      session,
      outcome: await holdSession(session, { folder, recordings, gathering }),
    })
  } catch (error) {
    held.push({ session, problem: error instanceof Error ? error.message : String(error) })
  }
}

/** All at once, since all have to bear the same restart. */
async function holdThroughRestart(server: ServerUnderFaults): Promise<void> {
  const all = toSessions('restart', server)
  const { restart } = server
  if (restart === undefined || all.length === 0) return
  const gathering = createGathering(all.length, restart)
  await Promise.all(
    all.map(async (session) => {
      let isThere = false
      const meet = () => {
        isThere = true
        return gathering.meet()
      }
      await hold(session, { ...gathering, meet })
      if (!isThere) gathering.excuse()
    }),
  )
}

function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1)
}
