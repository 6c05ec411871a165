import { verifyOutside } from './gaps.js'
import { KnownTags, type KnownTag } from './known-tags.js'
import { MarkupWindow } from './markup-window.js'

/** Start tags seen; one table for all readers, since they carry no state of a stream. */
export const knownTags = new KnownTags()

/**
 * The straight path through content: text, end tags as they are usually written, and start tags that are known. It stops
 * before all other markup, having judged nothing of it.
 */
export class ContentReader extends MarkupWindow {
  /** Nothing more is to be read of the text at hand. */
  protected stopped = false

  /** Reads from `pos`, which stands in content. Answers whether it stands before markup that is not known. */
  protected readContent(): boolean {
    const { text } = this
    let at = text.indexOf('<', this.pos)
    for (;;) {
      const end = at === -1 ? text.length : at
      if (end > this.pos) this.readText(end)
      if (end === text.length) return false
      if (end + 2 >= text.length) return true
      at = text.indexOf('<', end + 1)
      if (!this.readEndTag(end) && !this.readStartTag(end, at)) return true
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

  private readEndTag(at: number): boolean {
    const { builder, text } = this
    const { raw } = builder.name
    const end = at + raw.length + 2
    if (end >= text.length || text.charCodeAt(at + 1) !== 0x2f) return false
    if (text.charCodeAt(end) !== 0x3e || !text.startsWith(raw, at + 2) || builder.depth === 0) return false
    this.pos = end + 1
    this.endElement()
    return true
  }

  private readStartTag(at: number, next: number): boolean {
    const { builder, limits, text } = this
    const tag = builder.depth < builder.stanzaDepth ? undefined : knownTags.find(text, at)
    if (tag === undefined) return false
    const { end } = knownTags
    if (next !== -1 && next < end) return false
    if (
      end - at > limits.startTagLength ||
      tag.size > limits.attributes ||
      tag.longestName > limits.nameLength
    ) {
      return false
    }
    if (builder.depth === builder.stanzaDepth) this.meter.begin(at)
    builder.openTag(tag.name)
    if (tag.namespace !== undefined) builder.declareDefault(tag.namespace)
    this.readValues(tag)
    this.pos = end
    builder.endOpenTag()
    if (tag.empty) this.endElement()
    return true
  }

  private readValues({ attributes }: KnownTag): void {
    const { values } = knownTags
    for (let index = 0; index < attributes.length; index++) {
      const name = attributes[index]
      const from = values[2 * index]
      const to = values[2 * index + 1]
      if (name === undefined || from === undefined || to === undefined) return
      this.builder.attributeValue(name, this.readPlain(from, to) ?? this.readRun(from, to, 'value'))
    }
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
