import { appendFile, writeFile } from 'node:fs/promises'
import type { Finding, Verdict } from '../testing/finding.js'
import { forbiddenCharacters } from '../xml/characters.js'
import { serialize } from '../xml/serializer.js'
import { xml } from '../xml/element.js'
import { exitCodes } from './exit-codes.js'
import type { GivenOptions } from './options.js'
import { readTextFile } from './password.js'
import type { Screen } from './screen.js'
import { styled, toGist, wrap, type Line, type Style } from './text.js'
import { toReason, UsageError } from './usage-error.js'

/** Deviations that are known, each by the id of its trial, with the reason why they are put up with. */
export type KnownDeviations = ReadonlyMap<string, string>

/** Options of every command that ends in findings. */
export const findingsOptions = {
  known: { value: 'FILE', help: 'Deviations that are known: a JSON object of id and reason' },
  json: { value: 'FILE', help: 'Write all findings as JSON' },
  junit: { value: 'FILE', help: 'Write them as JUnit XML, for continuous integration' },
} as const

/** Reads them. @throws UsageError unless it is one JSON object of texts */
export async function readKnown(file: string | undefined): Promise<KnownDeviations> {
  if (file === undefined) return new Map()
  const text = await readTextFile(file, 'the known deviations')
  const refuse = () => new UsageError(`${file} holds no known deviations.`, 'Write {"id": "reason", …}.')
  let known: unknown
  try {
    known = JSON.parse(text)
  } catch {
    throw refuse()
  }
  if (typeof known !== 'object' || known === null) throw refuse()
  return new Map(
    Object.entries(known).map(([id, reason]: readonly [string, unknown]) => {
      if (typeof reason !== 'string') throw refuse()
      return [id, reason]
    }),
  )
}

/** Opens the files that the findings are to be written to: nobody waits for what cannot be kept. @throws UsageError */
export async function tryFiles(options: GivenOptions<keyof typeof findingsOptions>): Promise<void> {
  for (const name of ['json', 'junit'] as const) {
    const file = options.text(name)
    if (file !== undefined) await appendFile(file, '').catch(refuseFile(file))
  }
}

const marks: Readonly<Record<Verdict | 'known', readonly [Style, string]>> = {
  right: ['green', '✓'],
  wrong: ['red', '✗'],
  known: ['yellow', '~'],
  absent: ['dim', '·'],
  unseen: ['dim', '?'],
}

const specWidth = 23
const stateWidth = 25

/** Prints the table, what is wrong in full, why something was not observed, and the sum. */
export function showFindings(screen: Screen, findings: readonly Finding[], known: KnownDeviations): void {
  for (const finding of findings) screen.print(...toRow(finding, known, screen.columns))
  const wrongs = findings.filter(({ verdict }) => verdict === 'wrong')
  if (wrongs.length > 0) screen.print()
  for (const { detail = '', id, spec, title } of wrongs) {
    const reason = known.get(id)
    const [style, mark] = marks[reason === undefined ? 'wrong' : 'known']
    screen.print(styled(style, mark), ' ', styled('bold', id), styled('cyan', `  ${spec}`))
    for (const line of wrap(`${title}: ${detail}`, screen.columns - 2)) screen.print('  ', line)
    if (reason === undefined) continue
    for (const line of wrap(`known: ${reason}`, screen.columns - 2)) screen.print('  ', styled('dim', line))
  }
  showUnseen(screen, findings)
  screen.print()
  const count = (verdict: Verdict) => findings.filter((finding) => finding.verdict === verdict).length
  const excused = wrongs.filter(({ id }) => known.has(id)).length
  screen.print(
    styled('bold', `${count('right')} right, ${wrongs.length - excused} wrong`),
    `, ${excused} known, ${count('absent')} not offered, ${count('unseen')} not observed`,
  )
}

/** Each reason once: one may be that of all. */
function showUnseen(screen: Screen, findings: readonly Finding[]): void {
  const counts = new Map<string, number>()
  for (const { detail, verdict } of findings) {
    if (verdict === 'unseen' && detail !== undefined) counts.set(detail, (counts.get(detail) ?? 0) + 1)
  }
  if (counts.size > 0) screen.print()
  const [style, mark] = marks.unseen
  for (const [reason, count] of counts) {
    const [first = '', ...rest] = wrap(`${count} not observed: ${reason}`, screen.columns - 2)
    screen.print(styled(style, `${mark} ${first}`))
    for (const line of rest) screen.print(styled(style, `  ${line}`))
  }
}

function toRow(
  { detail, id, spec, state, title, verdict }: Finding,
  known: KnownDeviations,
  columns: number,
): Line {
  const [style, mark] = marks[verdict === 'wrong' && known.has(id) ? 'known' : verdict]
  const hasState = columns >= 100
  const width = columns - 3 - specWidth - (hasState ? stateWidth : 0)
  const words =
    verdict === 'right' && detail !== undefined && title.length + detail.length + 3 < width
      ? `${title}: ${detail}`
      : title
  return [
    styled(style, mark),
    ' ',
    toGist(words, width - 1).padEnd(width),
    styled('cyan', toGist(spec, specWidth - 1).padEnd(specWidth)),
    hasState ? styled('dim', state) : '',
  ]
}

/** How far something is, in a line that the next one replaces. */
export function toProgress(done: number, total: number, title: string, columns: number): Line {
  const width = 20
  const full = Math.floor((done / Math.max(1, total)) * width)
  const counter = ` ${String(done).padStart(String(total).length)}/${total} `
  return [
    styled('green', '█'.repeat(full)),
    styled('dim', '░'.repeat(width - full)),
    counter,
    toGist(title, columns - width - counter.length - 1),
  ]
}

/** What the files are about. */
export interface Trial {
  /** `check` or `challenge`. */
  readonly command: string
  /** Whom: an endpoint, or a command. */
  readonly subject: string
}

/** Writes all findings as JSON. @throws UsageError where that is not possible */
export function writeJson(
  file: string,
  trial: Trial,
  findings: readonly Finding[],
  known: KnownDeviations,
): Promise<void> {
  const all = findings.map((finding) => ({ ...finding, known: known.get(finding.id) }))
  return write(
    file,
    `${JSON.stringify({ ...trial, at: new Date().toISOString(), findings: all }, null, 2)}\n`,
  )
}

/** Writes them as JUnit XML: a suite for each specification; what was not tried is skipped. @throws UsageError where that is not possible */
export function writeJunit(
  file: string,
  trial: Trial,
  findings: readonly Finding[],
  known: KnownDeviations,
): Promise<void> {
  const suites = group(findings)
  const text = serialize(
    xml(
      'testsuites',
      '',
      { name: toCarried(`xmpp-machines ${trial.command} ${trial.subject}`) },
      ...[...suites].map(([name, cases]) => toSuite(name, cases, known)),
    ),
  )
  return write(file, `<?xml version="1.0" encoding="UTF-8"?>\n${text}\n`)
}

function group(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const groups = new Map<string, readonly Finding[]>()
  for (const finding of findings) {
    const name = finding.spec.split(' §', 1)[0] ?? ''
    groups.set(name, [...(groups.get(name) ?? []), finding])
  }
  return groups
}

function toSuite(name: string, findings: readonly Finding[], known: KnownDeviations) {
  const isFailure = ({ id, verdict }: Finding) => verdict === 'wrong' && !known.has(id)
  const seconds = (ms: number) => (ms / 1000).toFixed(3)
  return xml(
    'testsuite',
    '',
    {
      name,
      tests: findings.length,
      failures: findings.filter(isFailure).length,
      errors: 0,
      skipped: findings.filter((one) => one.verdict !== 'right' && !isFailure(one)).length,
      time: seconds(findings.reduce((sum, { durationMs }) => sum + durationMs, 0)),
    },
    ...findings.map((finding) => {
      const { durationMs, id, spec, state, title, verdict } = finding
      const detail = toCarried(finding.detail ?? '')
      const reason =
        verdict === 'absent'
          ? `not offered ${detail}`
          : verdict === 'wrong'
            ? toCarried(`known: ${known.get(id)}`)
            : detail
      return xml(
        'testcase',
        '',
        { classname: state, name: `${id}: ${title} (${spec})`, time: seconds(durationMs) },
        isFailure(finding)
          ? xml('failure', '', { message: detail, type: 'deviation' }, `${spec}: ${title}: ${detail}`)
          : verdict === 'right'
            ? undefined
            : xml('skipped', '', { message: reason.trim() }),
      )
    }),
  )
}

/** What was seen may be anything: U+FFFD stands for what XML cannot carry. */
const toCarried = (text: string): string => text.replaceAll(uncarried, '\uFFFD')
const uncarried = new RegExp(`[${forbiddenCharacters}]|\\p{Surrogate}`, 'gu')

const write = (file: string, text: string): Promise<void> => writeFile(file, text).catch(refuseFile(file))

const refuseFile = (file: string) => (error: unknown) => {
  throw new UsageError(`${file} cannot be written (${toReason(error)}).`, 'Check its folder and rights.')
}

/** Whether anything is wrong that is not known. */
export function toFindingsExitCode(findings: readonly Finding[], known: KnownDeviations): number {
  return findings.some(({ id, verdict }) => verdict === 'wrong' && !known.has(id))
    ? exitCodes.deviation
    : exitCodes.ok
}
