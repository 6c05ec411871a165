import { KeyFrame } from './key-frame.js'
import type { RecordingLine, StanzaCrossed } from './record.js'
import type { Segments, StanzaSegment } from './stanza-segment.js'

/** How far somebody has read: lines and stanzas that came before what is next. */
export interface Place {
  readonly lines: number
  readonly stanzas: number
}

/** Nothing read yet. */
export const beginning: Place = { lines: 0, stanzas: 0 }

/** About what a line takes of memory, in bytes. */
const lineBytes = 500

/** What was written down and is still kept: stanzas as they are, everything else as lines. */
export class History {
  readonly #source: string
  /** Everything as it was when the oldest happened that is still kept. */
  readonly #horizon = new KeyFrame()
  readonly #spare: Segments
  #lines: RecordingLine[] = []
  #segments: StanzaSegment[] = []
  #stanzas = 0
  #segmentBytes = 0
  /** What is kept no more, and the records among it. */
  #gone = beginning
  #goneRecords = 0

  constructor(source: string, segments: Segments) {
    this.#source = source
    this.#spare = segments
  }

  get length(): number {
    return this.#lines.length + this.#stanzas
  }

  /** About what it takes of memory. */
  get bytes(): number {
    return lineBytes * this.#lines.length + this.#segmentBytes
  }

  /** Behind everything that is here. */
  get end(): Place {
    const { lines, stanzas } = this.#gone
    return { lines: lines + this.#lines.length, stanzas: stanzas + this.#stanzas }
  }

  keep(line: RecordingLine): void {
    this.#lines.push(line)
  }

  /** Takes stanzas in that have been counted. */
  keepStanzas(segments: readonly StanzaSegment[]): void {
    for (const segment of segments) {
      this.#segments.push(segment)
      this.#stanzas += segment.length
      this.#segmentBytes += segment.bytes
    }
  }

  /** What comes after a place; where that is gone, everything, behind how things were when it began. */
  linesFrom({ lines, stanzas }: Place): readonly RecordingLine[] {
    const gone = this.#gone
    if (lines >= gone.lines && stanzas >= gone.stanzas)
      return merge(this.#lines.slice(lines - gone.lines), this.#stanzasFrom(stanzas - gone.stanzas))
    const told = lines + stanzas
    const missed = told === 0 ? this.#goneRecords : gone.lines + gone.stanzas - told
    return [...this.#horizon.toLines(missed), ...merge(this.#lines, this.#stanzasFrom(0))]
  }

  /** A tenth at once, so that it seldom has to be done. */
  dropOldest(): void {
    let lines = 0
    let stanzas = 0
    const count = Math.ceil(this.length / 10)
    while (lines + stanzas < count) {
      const [segment] = this.#segments
      const line = this.#lines[lines]
      if (segment !== undefined && (line === undefined || isBefore(segment, line))) {
        const next = line !== undefined && 'seq' in line ? line.seq : Infinity
        const given = segment.giveUpBefore(next, count - lines - stanzas)
        stanzas += given.count
        this.#horizon.pass(given.seq, given.t)
        if (segment.length > 0) continue
        this.#segments.shift()
        this.#segmentBytes -= segment.bytes
        this.#spare.giveBack(segment)
      } else if (line !== undefined) {
        lines += 1
        this.#horizon.take(line)
        if ('seq' in line) this.#goneRecords += 1
      }
    }
    this.#lines.splice(0, lines)
    this.#stanzas -= stanzas
    this.#goneRecords += stanzas
    this.#gone = { lines: this.#gone.lines + lines, stanzas: this.#gone.stanzas + stanzas }
  }

  #stanzasFrom(index: number): readonly StanzaCrossed[] {
    const found: StanzaCrossed[] = []
    let first = this.#segments.length
    let before = this.#stanzas
    for (; before > index && first > 0; first--) before -= this.#segments[first - 1]?.length ?? 0
    for (const segment of this.#segments.slice(first)) {
      segment.addRecords(found, this.#source, Math.max(0, index - before))
      before += segment.length
    }
    return found
  }
}

const isBefore = ({ firstSeq }: StanzaSegment, line: RecordingLine) => 'seq' in line && firstSeq < line.seq

/** In the order in which it happened. */
function merge(lines: readonly RecordingLine[], stanzas: readonly StanzaCrossed[]): readonly RecordingLine[] {
  if (lines.length === 0) return stanzas
  const merged: RecordingLine[] = []
  let at = 0
  for (const line of lines) {
    if ('seq' in line)
      for (let next = stanzas[at]; next !== undefined && next.seq < line.seq; next = stanzas[++at])
        merged.push(next)
    merged.push(line)
  }
  for (; at < stanzas.length; at++) {
    const next = stanzas[at]
    if (next !== undefined) merged.push(next)
  }
  return merged
}
