import type { Finding, Group } from './row.js'

/** A group as a table for people. */
export function toTable({ findings, remarks, title }: Group): string {
  const heads = ['', 'ours', 'peer', 'its value', 'ratio', 'spread', 'unit', 'target']
  const rows = findings.map((finding, index) => [
    finding.name === findings[index - 1]?.name ? '' : finding.name,
    toText(finding.ours),
    finding.peer,
    finding.peerValue === null ? '–' : toText(finding.peerValue),
    finding.ratio === null ? '–' : `${finding.ratio.toFixed(2)} ×`,
    toSpread(finding, findings[index - 1]),
    finding.unit,
    toVerdict(finding),
  ])
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => pad(cell, widths[column] ?? 0, rightAligned.has(column)))
      .join('  ')
      .trimEnd()
  return [title, line(heads), ...rows.map(line), ...remarks.map((remark) => `  ${remark}`)].join('\n')
}

const rightAligned = new Set([1, 3, 4, 5])

const pad = (cell: string, width: number, right: boolean): string =>
  right ? cell.padStart(width) : cell.padEnd(width)

function toText(value: number): string {
  if (value >= 1000) return String(Math.round(value))
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

/** Of our runs, so once is enough. */
function toSpread({ name, spread }: Finding, before: Finding | undefined): string {
  return spread === undefined || name === before?.name ? '' : `${Math.round(spread * 100)} %`
}

function toVerdict({ remark, target }: Finding): string {
  const verdict = target === undefined ? '' : `${target.text}: ${target.isMet ? 'pass' : 'falls short'}`
  return [verdict, remark ?? ''].filter((text) => text !== '').join('; ')
}
