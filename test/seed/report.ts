import { realDeviations, type Deviation } from '../conversations/server-under-test.js'
import { judge, stages, type Stage, type TestResult, type Verdict } from './judge.js'
import { rows } from './rows.js'

/** Every row, on every stage. */
export interface SeedReport {
  readonly isProven: boolean
  readonly rows: readonly {
    readonly id: string
    readonly title: string
    readonly on: Readonly<Record<Stage, Verdict>>
  }[]
}

/** The test files that the proofs are run by. */
export const files = [
  'test/document/document.test.ts',
  'test/conversations/embedded-server.test.ts',
  'test/interop/conversations.test.ts',
]

/** What the full names of the proofs, and of the examples, have in them. */
export const titles = new RegExp(
  [
    'S\\d+\\.\\d+ is ',
    ...rows.flatMap(({ proofs }) => proofs.map(({ test }) => escape(test.split('%s')[0] ?? ''))),
  ].join('|'),
)

function escape(text: string): string {
  return text.replaceAll(/[^\w ]/g, '.')
}

const deviations: Readonly<Record<Stage, readonly Deviation[]>> = {
  document: [],
  embedded: [],
  ...realDeviations,
}

/** What came of every row. */
export function report(results: readonly TestResult[]): SeedReport {
  const judged = rows.map((row) => {
    const on = (stage: Stage) => judge(row, stage, results, deviations[stage])
    const { id, title } = row
    return {
      id,
      title,
      on: {
        document: on('document'),
        embedded: on('embedded'),
        prosody: on('prosody'),
        ejabberd: on('ejabberd'),
      },
    }
  })
  const isProven = judged.every(({ on }) => stages.every((stage) => on[stage].verdict !== 'fail'))
  return { isProven, rows: judged }
}

/** The same as a table, with what needs saying beneath. */
export function toText({ rows: judged, isProven }: SeedReport): string {
  const cells = judged.map(({ id, title, on }) => [
    `${id} ${title}`,
    ...stages.map((stage) => {
      const { passed, reasons, verdict } = on[stage]
      return `${verdict}${passed > 0 ? ` (${passed})` : ''}${reasons.length > 0 ? ' *' : ''}`
    }),
  ])
  const notes = judged.flatMap(({ id, on }) =>
    stages.flatMap((stage) => on[stage].reasons.map((reason) => `* ${id} on ${stage}: ${reason}`)),
  )
  const table = [['row', ...stages], ...cells].map(([row = '', ...rest]) =>
    [row.padEnd(46), ...rest.map((cell) => cell.padEnd(18))].join('').trimEnd(),
  )
  const end = isProven ? 'Every row is proven.' : 'Not every row is proven.'
  return [...table, '', ...notes, ...(notes.length > 0 ? [''] : []), end].join('\n')
}
