import { clientTitles, type Client } from '../clients.js'
import { median } from '../statistics.js'
import { isFlawed, rowNames, rowTitles, type RowName, type Session, type SessionOutcome } from './rows.js'

/** A conversation, with how it went or why it could not be held. */
export interface Held {
  readonly session: Session
  readonly outcome?: SessionOutcome
  readonly problem?: string
}

/** All conversations of one client through one kind of trouble on one server. */
export interface Summary {
  readonly row: string
  readonly client: string
  readonly lost: number
  readonly duplicated: number
  /** How often one came again and was kept from the app. */
  readonly recognized: number
  readonly reordered: number
  /** The median; `null` where it never came back. */
  readonly millisecondsToOnline: number | null
  readonly sessions: number
  readonly sent: number
  /** From the client, how many of them it was told of, and how many it was told that the server has. */
  readonly lostUp: number
  readonly toldUp: number
  readonly confirmedUp: number
  /** To the client, and how many of them came back to their sender, or are in no archive. */
  readonly lostDown: number
  readonly bouncedDown: number
  readonly unstoredDown: number
  readonly falseAlarms: number
  readonly slowestMs: number | null
  readonly remarks: readonly string[]
}

export function toSummaries(held: readonly Held[]): readonly Summary[] {
  const groups = new Map<string, Held[]>()
  for (const one of held) {
    const { client, row, server } = one.session
    const key = `${server.name} ${row} ${client}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  return [...groups.values()]
    .sort(([a], [b]) => rankOf(a) - rankOf(b))
    .flatMap((group) => {
      const [first] = group
      return first === undefined ? [] : [summarize(first.session, group)]
    })
}

const servers = ['Prosody', 'ejabberd', 'embedded']

function rankOf(held: Held | undefined): number {
  if (held === undefined) return 0
  const { client, row, server } = held.session
  return (
    servers.indexOf(server.name) * 10_000 +
    rowNames.indexOf(row) * 100 +
    Object.keys(clientTitles).indexOf(client)
  )
}

function summarize({ client, row, server }: Session, group: readonly Held[]): Summary {
  const outcomes = group.flatMap(({ outcome }) => outcome ?? [])
  const sum = (of: (outcome: SessionOutcome) => number) =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0)
  const times = outcomes.flatMap(({ backMs }) => backMs)
  const lostUp = sum(({ up }) => up.lost)
  const lostDown = sum(({ down }) => down.lost)
  return {
    row: `${server.name}: ${rowTitles[row]}`,
    client: clientTitles[client],
    lost: lostUp + lostDown,
    duplicated: sum(({ down, up }) => up.duplicated + down.duplicated),
    recognized: sum(({ down, up }) => up.recognized + down.recognized),
    reordered: sum(({ down, up }) => up.reordered + down.reordered),
    millisecondsToOnline: times.length === 0 ? null : Math.round(median(times)),
    sessions: outcomes.length,
    sent: sum(({ down, up }) => up.sent + down.sent),
    lostUp,
    toldUp: sum(({ up }) => up.told),
    confirmedUp: sum(({ up }) => up.confirmed),
    lostDown,
    bouncedDown: sum(({ down }) => down.told),
    unstoredDown: sum(({ unstored }) => unstored),
    falseAlarms: sum(({ up }) => up.falseAlarms),
    slowestMs: times.length === 0 ? null : Math.round(Math.max(...times)),
    remarks: toRemarks(row, client, group),
  }
}

const remarkLimit = 3

function toRemarks(row: RowName, client: Client, group: readonly Held[]): readonly string[] {
  const missed = group.reduce((total, { outcome }) => total + (outcome?.missed ?? 0), 0)
  const flawed = group.filter(({ outcome }) => outcome !== undefined && isFlawed(outcome))
  const crashed = group.filter(({ outcome }) => outcome?.defect !== undefined)
  const uncaught = group.flatMap(({ outcome }) => outcome?.uncaught ?? [])
  const failed = group.filter(({ problem }) => problem !== undefined)
  const seeds = flawed.map(({ session }) => session.seed).sort((a, b) => a - b)
  return [
    ...(missed > 0 ? [`not back in time ${missed} ×`] : []),
    ...(uncaught.length > 0 ? [`threw ${uncaught.length} × where nobody can catch it: ${uncaught[0]}`] : []),
    ...(crashed.length > 0
      ? [`its process ended ${crashed.length} ×: ${crashed[0]?.outcome?.defect ?? ''}`]
      : []),
    ...(failed.length > 0 ? [`not held ${failed.length} ×: ${failed[0]?.problem ?? ''}`] : []),
    ...(client === 'ours' && seeds.length > 0
      ? [`again with --row '${row}' --seed ${seeds.slice(0, remarkLimit).join(' or ')}`]
      : []),
  ]
}

/** How to read the table. */
export const legend = [
  'duplicated: given to the app twice; known again: came twice, and was kept from the app.',
  'At the other end is an app of the same library: ours knows by its origin-id what is sent again, the others know nothing again.',
  'Ours hears by its archive, which every server keeps for everybody; what is in no archive its server has lost.',
  'A restart is counted from when the server is told to, with its own start.',
  'A server that says it shuts down is left alone for up to a minute at random.',
].join('\n')

/** For people. */
export function toTable(summaries: readonly Summary[]): string {
  const heads = [
    '',
    'client',
    'sent',
    'lost',
    'duplicated (known again)',
    'reordered',
    'lost up (told, confirmed)',
    'lost down (bounced, never stored)',
    'false alarms',
    'online after ms (slowest)',
    'remarks',
  ]
  const cells = summaries.map((summary, index) => [
    summary.row === summaries[index - 1]?.row ? '' : summary.row,
    summary.client,
    String(summary.sent),
    String(summary.lost),
    `${summary.duplicated} (${summary.recognized})`,
    String(summary.reordered),
    `${summary.lostUp} (${summary.toldUp}, ${summary.confirmedUp})`,
    `${summary.lostDown} (${summary.bouncedDown}, ${summary.unstoredDown})`,
    String(summary.falseAlarms),
    `${summary.millisecondsToOnline ?? '–'} (${summary.slowestMs ?? '–'})`,
    summary.remarks.join('; '),
  ])
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => (row[column] ?? '').length)),
  )
  const isText = (column: number) => column < 2 || column === heads.length - 1
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return isText(column) ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
      .trimEnd()
  return [heads, ...cells].map(line).join('\n')
}
