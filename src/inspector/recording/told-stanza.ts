import type { RecordingLine, StanzaCrossed } from './record.js'

/** A stanza of which the line is made already, in one text with others. */
export class ToldStanza implements StanzaCrossed {
  readonly kind = 'wire'
  readonly direction: StanzaCrossed['direction']
  readonly what: StanzaCrossed['what']
  readonly name: string
  readonly xml: string
  readonly source: string
  readonly seq: number
  readonly t: number
  readonly #text: string
  readonly #from: number
  readonly #to: number

  /** @param text has the line from `from` up to the line feed at `to` */
  constructor(
    { direction, name, what }: Pick<StanzaCrossed, 'direction' | 'name' | 'what'>,
    { seq, source, t, xml }: Pick<StanzaCrossed, 'seq' | 'source' | 't' | 'xml'>,
    text: string,
    from: number,
    to: number,
  ) {
    this.direction = direction
    this.what = what
    this.name = name
    this.xml = xml
    this.source = source
    this.seq = seq
    this.t = t
    this.#text = text
    this.#from = from
    this.#to = to
  }

  /** The line, where this has one. */
  static lineOf(record: RecordingLine): string | undefined {
    return #text in record ? record.#text.slice(record.#from, record.#to) : undefined
  }

  /** Lines that follow each other in one text, from one on: how many those are, and their text with all line feeds. */
  static runFrom(lines: readonly RecordingLine[], index: number): Run | undefined {
    const first = lines[index]
    if (first === undefined || !(#text in first)) return undefined
    let last = first
    let count = 1
    for (;;) {
      const next = lines[index + count]
      if (next === undefined || !(#text in next)) break
      if (next.#text !== first.#text || next.#from !== last.#to + 1) break
      last = next
      count++
    }
    return { count, text: first.#text.slice(first.#from, last.#to + 1) }
  }
}

interface Run {
  readonly count: number
  readonly text: string
}
