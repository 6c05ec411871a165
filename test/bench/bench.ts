// `npm run bench`: xmpp-machines beside its peers, and by itself.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { measurePresences, measureRosters } from './contact-lists.js'
import { measureCrowd } from './crowd.js'
import { measureIdle } from './idle.js'
import { measureInspector } from './inspector.js'
import { measureLoading } from './loading.js'
import { measureLogins } from './logins.js'
import { choose, readOptions } from '../support/script-options.js'
import { measureParsing } from './parsing.js'
import { startProsodyUnderBench, type ProsodySetting, type ProsodyUnderBench } from './prosody-under-bench.js'
import { toTable } from './report.js'
import { measureRoundTrips } from './round-trips.js'
import { bareRow, type Group } from './row.js'
import type { Scope } from './scope.js'
import { measureSerializing } from './serializing.js'
import { measureSizes } from './sizes.js'
import { measureManagement, measurePingPong, measureRecording, measureTraffic } from './traffic.js'

const groups = {
  size: measureSizes,
  loading: measureLoading,
  parse: measureParsing,
  serialize: measureSerializing,
  traffic: measureTraffic,
  management: measureManagement,
  recording: measureRecording,
  'ping-pong': measurePingPong,
  roster: measureRosters,
  presence: measurePresences,
  login: measureLogins,
  'round-trips': measureRoundTrips,
  idle: measureIdle,
  crowd: measureCrowd,
  inspector: measureInspector,
} satisfies Readonly<Record<string, (scope: Scope) => Promise<Group>>>

/** No peer stands beside these; and where ours stands beside ours, little is looked for, which takes long. */
const leftOutOfQuick = ['management', 'recording', 'crowd', 'inspector']

const names = Object.keys(groups)
const options = readOptions('bench', 'Measures xmpp-machines beside its peers, and by itself.', {
  quick: { help: `A short look, within 5 minutes, without ${leftOutOfQuick.join(', ')}` },
  only: { value: 'NAME[,NAME]', help: `Some groups: ${names.join(', ')}` },
  json: { value: 'FILE', help: 'Write the rows there' },
})
const isQuick = options.has('quick')
const only = options.text('only')
const chosen =
  isQuick && only === undefined
    ? names.filter((name) => !leftOutOfQuick.includes(name))
    : choose('only', names, only)

const folder = await mkdtemp(join(tmpdir(), 'xmpp-machines-bench-'))
const servers = new Map<ProsodySetting, Promise<ProsodyUnderBench | undefined>>()
const scope: Scope = {
  isQuick,
  runs: isQuick ? 2 : 5,
  folder,
  prosody: (setting) => {
    const started = servers.get(setting) ?? startProsodyUnderBench(setting)
    servers.set(setting, started)
    return started
  },
}

let isStopped = false
const stop = async () => {
  if (isStopped) return
  isStopped = true
  for (const started of servers.values()) {
    const server = await started.catch(() => undefined)
    await server?.stop()
  }
  await rm(folder, { recursive: true, force: true })
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void stop().then(() => process.exit(130))
  })
}

const [processor] = cpus()
const say = (text: string) => process.stdout.write(`${text}\n`)
const began = performance.now()
say(`Node ${process.version}, ${cpus().length} × ${processor?.model ?? 'unknown processor'}`)
say(
  `${scope.runs} runs each, in turns, every one a new process; medians, and the spread of the middle half of our runs. Load at the start: ${load()}\n`,
)
const measured: Group[] = []
try {
  for (const [name, measure] of Object.entries(groups)) {
    if (!chosen.includes(name)) continue
    const start = performance.now()
    try {
      const group = await measure(scope)
      measured.push(group)
      say(toTable(group))
    } catch (error) {
      process.exitCode = 1
      say(`${name} could not be measured: ${error instanceof Error ? error.message : String(error)}`)
    }
    say(`  ${name} took ${secondsSince(start)} s\n`)
  }
} finally {
  await stop()
}
if (isQuick && only === undefined) say(`Left out: ${leftOutOfQuick.join(', ')}; --only measures them`)
const targets = measured.flatMap(({ findings }) => findings.flatMap(({ target }) => target ?? []))
say(
  `${targets.filter(({ isMet }) => isMet).length} of ${targets.length} targets met, in ${secondsSince(began)} s. Load at the end: ${load()}`,
)
const file = options.text('json')
if (file !== undefined) {
  const rows = measured.flatMap(({ findings }) => findings.map(bareRow))
  await writeFile(file, `${JSON.stringify(rows, null, 2)}\n`)
}

function secondsSince(start: number): number {
  return Math.round((performance.now() - start) / 1000)
}

function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1)
}
