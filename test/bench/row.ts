/** One figure of ours beside a peer's; `null` where the peer could not be measured. */
export interface Row {
  readonly name: string
  readonly ours: number
  readonly peer: string
  readonly peerValue: number | null
  /** `ours / peerValue`, or the median of the ratios of runs that were side by side. */
  readonly ratio: number | null
  readonly unit: string
  /** How many runs each figure is the median of. */
  readonly runs: number
}

/** What ours is to reach, and whether it does. */
export interface Target {
  readonly text: string
  readonly isMet: boolean
}

/** A row as it is shown. */
export interface Finding extends Row {
  readonly target?: Target | undefined
  /** How far the middle half of our runs reaches, as a part of their median. */
  readonly spread?: number | undefined
  /** Why a peer has no figure, or what to know about it. */
  readonly remark?: string | undefined
}

/** What a group of measurements found, and how. */
export interface Group {
  readonly title: string
  readonly findings: readonly Finding[]
  readonly remarks: readonly string[]
}

/** Makes a row; rounds to four significant digits, so that nothing claims more. */
export function toRow(row: Omit<Row, 'ratio'> & { readonly ratio?: number }): Row {
  const { ours, peerValue } = row
  const ratio = row.ratio ?? (peerValue === null || peerValue === 0 ? null : ours / peerValue)
  return {
    ...row,
    ours: round(ours),
    peerValue: peerValue === null ? null : round(peerValue),
    ratio: ratio === null ? null : round(ratio),
  }
}

/** The members that a row has, in their order. */
export function bareRow({ name, ours, peer, peerValue, ratio, unit, runs }: Row): Row {
  return { name, ours, peer, peerValue, ratio, unit, runs }
}

const round = (value: number): number => Number(value.toPrecision(4))
