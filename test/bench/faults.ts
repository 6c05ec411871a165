// `npm run bench:faults`: what survives of conversations when the line fails, ours beside its peers. `--quick` for a short
// look, `--json FILE` for the rows; `--row`, `--client` and `--server NAME[,NAME]` for some, `--seed N[,N]` for conversations
// again, `--together N` for so many conversations at a time, `--record FOLDER` for recordings of ours where it did not go well.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Client } from './clients.js'
import { createGathering, type Gathering } from './faults/gathering.js'
import { runAtMost } from './faults/run-at-most.js'
import { holdSession, rowNames, type RowName, type Session } from './faults/rows.js'
import { serverNames, startServerUnderFaults, type ServerUnderFaults } from './faults/servers.js'
import { legend, toSummaries, toTable, type Held } from './faults/summary.js'

const clients = ['ours', 'xmpp-client', 'stanza', 'strophe'] as const satisfies readonly Client[]

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    row: { type: 'string' },
    client: { type: 'string' },
    server: { type: 'string' },
    seed: { type: 'string' },
    together: { type: 'string' },
    record: { type: 'string' },
  },
})
const rows = choose('row', rowNames, values.row)
const chosenClients = choose('client', clients, values.client)
const chosenServers = choose('server', serverNames, values.server)
const sessions = values.quick ? 1 : 20
const seeds =
  values.seed === undefined
    ? Array.from({ length: sessions }, (_, index) => index + 1)
    : values.seed.split(',').map(Number)

/** Conversations at a time: they mostly wait, and what they do when they do not must not make others late. */
const concurrency = Number(values.together ?? (values.quick ? 12 : 16))

/** The longest first, so that nobody waits for one at the end. */
const order: readonly RowName[] = ['random', 'black hole', ...rowNames]

const began = performance.now()
const say = (text: string) => process.stdout.write(`${text}\n`)
if (values.record !== undefined) await mkdir(values.record, { recursive: true })
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
  if (values.json !== undefined) {
    const bare = summaries.map(({ row, client, lost, duplicated, reordered, millisecondsToOnline }) => ({
      row,
      client,
      lost,
      duplicated,
      reordered,
      millisecondsToOnline,
    }))
    await writeFile(values.json, `${JSON.stringify(bare, null, 2)}\n`)
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
      outcome: await holdSession(session, { folder, recordings: values.record, gathering }),
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

function choose<Name extends string>(
  what: string,
  names: readonly Name[],
  wanted: string | undefined,
): readonly Name[] {
  if (wanted === undefined) return names
  const chosen = wanted.split(',')
  const unknown = chosen.filter((name) => !names.some((known) => known === name))
  if (unknown.length > 0)
    throw new RangeError(`no ${what} ${unknown.join(', ')}; there are ${names.join(', ')}`)
  return names.filter((name) => chosen.includes(name))
}

function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1)
}
