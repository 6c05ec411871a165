import { toRow, type Finding, type Target } from './row.js'
import { median, spread } from './statistics.js'
import { values, type SubjectRuns } from './subjects.js'

/** How one figure of ours stands beside the same of its peers. */
export interface Comparison<Name extends string> {
  readonly name: string
  readonly unit: string
  readonly better: 'less' | 'more'
  readonly ours: Name
  readonly peers: readonly Name[]
  readonly results: ReadonlyMap<Name, SubjectRuns>
  /** Makes the value out of one run's figures; by default the figure of that name. */
  readonly figure: string
  readonly convert?: (value: number) => number
  /** Which peer the target is about, `best` by default, and the limit of the ratio. */
  readonly target?: { readonly ratio: number; readonly peer?: Name | 'best' }
  /**
   * Whether all subjects of a run took turns within it. A ratio and its spread are then of the ratios of the runs, since what made
   * one of them slow did so for all.
   */
  readonly paired?: boolean
  /** How a peer is called in the table. */
  readonly title?: (name: Name) => string
}

/** One row for every peer; the target stands beside the peer it is about. */
export function compare<Name extends string>(comparison: Comparison<Name>): readonly Finding[] {
  const { better, convert = same, figure, name, ours, paired = false, peers } = comparison
  const { results, target, unit } = comparison
  const title = comparison.title ?? same
  const each = (subject: Name) => values(results.get(subject), figure).map(convert)
  const value = (subject: Name): number | undefined => {
    const figures = each(subject)
    return figures.length === 0 ? undefined : median(figures)
  }
  const mine = value(ours) ?? Number.NaN
  const measured = peers.filter((peer) => value(peer) !== undefined)
  const best = measured.reduce<Name | undefined>((leader, peer) => {
    if (leader === undefined) return peer
    const difference = (value(peer) ?? 0) - (value(leader) ?? 0)
    return (better === 'less' ? difference < 0 : difference > 0) ? peer : leader
  }, undefined)
  const judged = target?.peer === undefined || target.peer === 'best' ? best : target.peer
  return peers.map((peer) => {
    const theirs = value(peer)
    const ratios = paired ? ratiosOf(each(ours), each(peer)) : []
    const row = toRow({
      name,
      ours: mine,
      peer: title(peer),
      peerValue: theirs ?? null,
      unit,
      runs: results.get(ours)?.runs.length ?? 0,
      ...(ratios.length > 0 && { ratio: median(ratios) }),
    })
    const isJudged = target !== undefined && peer === judged && row.ratio !== null
    return {
      ...row,
      spread: spread(ratios.length > 0 ? ratios : each(ours)),
      target: isJudged ? toTarget(row.ratio, target.ratio, better) : undefined,
      remark: theirs === undefined ? (results.get(peer)?.problem ?? 'not measured') : undefined,
    }
  })
}

function toTarget(ratio: number, limit: number, better: 'less' | 'more'): Target {
  return better === 'less'
    ? { text: `≤ ${limit} ×`, isMet: ratio <= limit }
    : { text: `≥ ${limit} ×`, isMet: ratio >= limit }
}

/** Run by run. */
const ratiosOf = (ours: readonly number[], theirs: readonly number[]) =>
  theirs.map((value, run) => (ours[run] ?? Number.NaN) / value)

const same = <T>(value: T): T => value
