import { verifyOutside } from './gaps.js'
import { fits, knownTags, type KnownTag } from './known-tags.js'
import { MarkupWindow } from './markup-window.js'

/**
 * The straight path through content: text, end tags as they are usually written, and start tags that are known. It stops
 * before all other markup, having judged nothing of it.
 */
export class ContentReader extends MarkupWindow {
  /** Nothing more is to be read of the text at hand. */
  protected stopped = false

  /**
   * Reads from `pos`, which stands in content. Answers whether it stands before markup that is not known.
   *
   * One long loop: split up, an engine would compile each part alone and then once more inside the others.
   */
  protected readContent(): boolean {
    const { builder, text } = this
    let next = text.indexOf('<', this.pos)
    for (;;) {
      const at = next === -1 ? text.length : next
      if (at > this.pos) this.readText(at)
      if (at === text.length) return false
      if (at + 2 >= text.length) return true
      next = text.indexOf('<', at + 1)
      if (text.charCodeAt(at + 1) === 0x2f) {
        const { raw } = builder.name
        const end = at + raw.length + 2
        if (end >= text.length || text.charCodeAt(end) !== 0x3e || !text.startsWith(raw, at + 2)) return true
        if (builder.depth === 0) return true
        this.pos = end + 1
        this.endElement()
      } else {
        const tag = builder.depth < builder.stanzaDepth ? undefined : knownTags.find(text, at)
        if (tag === undefined) return true
        const { end } = knownTags
        if ((next !== -1 && next < end) || !fits(tag, end - at, this.limits)) return true
        if (builder.depth === builder.stanzaDepth) this.meter.begin(at)
        builder.openTag(tag.name)
        const values = this.readValues(tag)
        this.pos = end
        builder.endKnownTag(tag, values)
        if (tag.empty) this.endElement()
      }
      if (this.stopped) return false
    }
  }

  protected endElement(): void {
    const { builder } = this
    if (builder.depth - builder.stanzaDepth === 1) {
      if (this.meter.exceeds(this.text, this.pos)) throw this.meter.violation()
      this.meter.end()
    }
    builder.closeTag()
  }

  /** Reads character data up to `to`; what cannot be judged before more has arrived is left. */
  private readText(to: number): void {
    const { builder, pos } = this
    if (builder.depth <= builder.stanzaDepth) {
      verifyOutside(this.text, pos, to, builder.depth > 0)
      this.pos = to
    } else {
      builder.text(this.readPlain(pos, to) ?? this.readRun(pos, to, 'content'))
    }
  }

  private readValues({ blanks }: KnownTag): readonly string[] {
    if (blanks.length === 0) return blanks
    const { values } = knownTags
    const read = blanks.slice()
    for (let index = 0; index < read.length; index++) {
      const from = values[2 * index] ?? 0
      const to = values[2 * index + 1] ?? 0
      read[index] = this.readPlain(from, to) ?? this.readRun(from, to, 'value')
    }
    return read
  }

  /** Characters that stand for themselves; `undefined` if one of them must be looked at. */
  private readPlain(from: number, to: number): string | undefined {
    const { special, text } = this
    if (special.at < from) special.find(text, from)
    if (to > special.at) return undefined
    this.pos = to
    return text.slice(from, to)
  }
}
