import type { InspectorRecord, StanzaCrossed } from '../../../recording/record.js'
import { Follower } from '../follower.js'

/** Which stanzas are shown. */
export interface WireFilter {
  readonly direction: 'both' | 'in' | 'out'
  readonly kinds: ReadonlySet<WireKind>
  /** Stands in the stanza, whatever its case; empty: all. */
  readonly text: string
  /** Of this source alone; empty: of all. */
  readonly source: string
}

/** Three kinds of stanza, and everything that keeps the stream itself. */
export const wireKinds = ['message', 'presence', 'iq', 'stream'] as const
export type WireKind = (typeof wireKinds)[number]

export const everything: WireFilter = { direction: 'both', kinds: new Set(wireKinds), text: '', source: '' }

export function kindOf({ name }: StanzaCrossed): WireKind {
  return wireKinds.find((kind) => kind === name) ?? 'stream'
}

/** By the numbers of stanzas: numbers alone, for there may be a hundred thousand. */
interface SourceIndex {
  /** Where the stanzas stand. */
  readonly places: Map<number, number>
  /** Where the events stand that follow from them. */
  readonly effects: Map<number, number[]>
}

/** What passes a filter among so many stanzas. */
interface Shown {
  readonly filter: WireFilter
  readonly rows: readonly number[]
  readonly seen: number
}

/** Finds what crossed the wire among the records, and what each stanza has caused; grows with them. */
export class WireIndex {
  readonly #follower = new Follower({
    take: (record, index) => this.#take(record, index),
    forget: () => this.#forget(),
  })
  #records: readonly InspectorRecord[] = []
  #stanzas: number[] = []
  readonly #sources = new Map<string, SourceIndex>()
  /** For the last three filters, the latest first, and for the last without a text. */
  #shown: readonly Shown[] = []

  /** @returns whether all is read; at most so many records are read at once */
  scan(records: readonly InspectorRecord[], atMost?: number): boolean {
    this.#records = records
    return this.#follower.follow(records, atMost)
  }

  /** Where the stanzas stand that pass, in order. The same list again while nothing is new. */
  rows(filter: WireFilter): readonly number[] {
    let shown = this.#shown.find((each) => isSame(each.filter, filter)) ?? this.#begin(filter)
    if (shown.seen < this.#stanzas.length) {
      const fresh = this.#passing(this.#stanzas.slice(shown.seen), filter)
      const rows = fresh.length === 0 ? shown.rows : [...shown.rows, ...fresh]
      shown = { filter, rows, seen: this.#stanzas.length }
    }
    const others = this.#shown.filter((each) => !isSame(each.filter, filter))
    const unsearched = others.filter((each) => each.filter.text === '').slice(0, 1)
    this.#shown = [...new Set([shown, ...others.slice(0, 2), ...unsearched])]
    return shown.rows
  }

  /** Whether more than one source has crossed the wire. */
  get isShared(): boolean {
    return this.#sources.size > 1
  }

  /** Where the events stand that follow from a stanza. */
  effectsOf({ source, seq }: StanzaCrossed): readonly number[] {
    return this.#sources.get(source)?.effects.get(seq) ?? []
  }

  /** Where a stanza stands, by its own number. */
  placeOf(source: string, seq: number): number | undefined {
    return this.#sources.get(source)?.places.get(seq)
  }

  /** Where the answer to a question stands, or the question that is answered; among the stanzas nearby. */
  counterpartOf(record: StanzaCrossed): number | undefined {
    const place = this.placeOf(record.source, record.seq)
    const half = halfOf(record)
    if (place === undefined || half === undefined) return undefined
    const at = lastAtMost(this.#stanzas, place)
    const around = half.asks
      ? this.#stanzas.slice(at + 1, at + 1 + reach)
      : this.#stanzas.slice(Math.max(0, at - reach), at).toReversed()
    return around.find((index) => {
      const other = this.#records[index]
      if (other?.kind !== 'wire' || other.source !== record.source) return false
      const otherHalf = other.direction === record.direction ? undefined : halfOf(other)
      return otherHalf?.id === half.id && otherHalf.asks !== half.asks
    })
  }

  /** Whoever types on searches among what was found. */
  #begin(filter: WireFilter): Shown {
    const wider = this.#shown.find(
      (each) =>
        filter.text.includes(each.filter.text) && isSame({ ...each.filter, text: filter.text }, filter),
    )
    if (wider === undefined) return { filter, rows: [], seen: 0 }
    return { filter, rows: this.#passing(wider.rows, filter), seen: wider.seen }
  }

  #passing(places: readonly number[], filter: WireFilter): readonly number[] {
    const passes = toTest(filter)
    return places.filter((index) => {
      const record = this.#records[index]
      return record?.kind === 'wire' && passes(record)
    })
  }

  #take(record: InspectorRecord, index: number): void {
    if (record.kind === 'wire') {
      this.#stanzas.push(index)
      this.#of(record.source).places.set(record.seq, index)
    } else if (record.kind === 'event' && record.stanza !== undefined) {
      const { effects } = this.#of(record.source)
      const known = effects.get(record.stanza)
      if (known === undefined) effects.set(record.stanza, [index])
      else known.push(index)
    }
  }

  #of(source: string): SourceIndex {
    const known = this.#sources.get(source) ?? { places: new Map(), effects: new Map() }
    this.#sources.set(source, known)
    return known
  }

  #forget(): void {
    this.#stanzas = []
    this.#sources.clear()
    this.#shown = []
  }
}

/** So many stanzas may pass between a question and its answer, for them to be tied together. */
const reach = 2_000

/** Half of a question with its answer; `undefined`: neither. */
function halfOf({ name, xml }: StanzaCrossed): { readonly id: string; readonly asks: boolean } | undefined {
  if (name !== 'iq') return undefined
  const [tag = ''] = /^[^>]*/.exec(xml) ?? []
  const id = /\sid=(["'])(.*?)\1/.exec(tag)?.[2]
  return id === undefined ? undefined : { id, asks: /\stype=["'][gs]et["']/.test(tag) }
}

/** The place in ascending numbers of the last that is not above `limit`; -1 where all are. */
export function lastAtMost(sorted: readonly number[], limit: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? Infinity) <= limit) low = middle + 1
    else high = middle
  }
  return low - 1
}

function toTest({ direction, kinds, text, source }: WireFilter): (record: StanzaCrossed) => boolean {
  const pattern = new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`), 'i')
  return (record) =>
    (direction === 'both' || record.direction === direction) &&
    (source === '' || record.source === source) &&
    kinds.has(kindOf(record)) &&
    (text === '' || pattern.test(record.xml))
}

function isSame(one: WireFilter, other: WireFilter): boolean {
  return (
    one === other ||
    (one.direction === other.direction &&
      one.text === other.text &&
      one.source === other.source &&
      one.kinds.size === other.kinds.size &&
      [...one.kinds].every((kind) => other.kinds.has(kind)))
  )
}
