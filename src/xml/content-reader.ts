import { KnownTags } from './known-tags.js'
import { MarkupWindow } from './markup-window.js'
import { verifyOutside } from './gaps.js'

/** Start tags seen; one table for all readers, since they carry no state of a stream. */
export const knownTags = new KnownTags()

/**
 * The straight path through content: text that is followed by a tag, end tags as they are usually written, and start
 * tags that are known. It stops before everything else, having judged nothing of it.
 */
export class ContentReader extends MarkupWindow {
  protected stopped = false

  /** Reads from `pos`, which stands in content, as far as all is known. */
  protected readKnown(): void {
    const { builder, text } = this
    let tag = text.indexOf('<', this.pos)
    while (tag !== -1) {
      if (tag > this.pos) this.readText(tag)
      if (text.charCodeAt(tag + 1) === 0x2f) {
        const openName = builder.name.raw
        const end = tag + openName.length + 2
        if (text.charCodeAt(end) !== 0x3e || !text.startsWith(openName, tag + 2) || builder.depth === 0) return
        this.pos = end + 1
        tag = text.indexOf('<', end)
        this.endElement()
        if (this.stopped) return
      } else {
        const known = builder.depth < builder.stanzaDepth ? undefined : knownTags.find(text, tag)
        if (known === undefined) return
        const { end, values } = knownTags
        const { limits } = this
        const next = text.indexOf('<', tag + 1)
        if (
          (next !== -1 && next < end) ||
          end - tag > limits.startTagLength ||
          known.size > limits.attributes ||
          known.longestName > limits.nameLength
        ) {
          return
        }
        if (builder.depth === builder.stanzaDepth) this.meter.begin(tag)
        builder.openTag(known.name)
        if (known.namespace !== undefined) builder.declareDefault(known.namespace)
        let at = 0
        for (const name of known.attributes) {
          const from = values[at++] ?? 0
          const to = values[at++] ?? 0
          builder.attributeValue(name, this.readPlain(from, to) ?? this.readRun(from, to, 'value'))
        }
        this.pos = end
        builder.endOpenTag()
        tag = next
        if (known.empty) {
          this.endElement()
          if (this.stopped) return
        }
      }
    }
  }

  /** Reads character data up to `to`, as far as it can be judged. */
  protected readText(to: number): void {
    const { builder, pos } = this
    if (builder.depth <= builder.stanzaDepth) {
      verifyOutside(this.text, pos, to, builder.depth > 0)
      this.pos = to
      return
    }
    const plain = this.readPlain(pos, to)
    if (plain === undefined) builder.text(this.readRun(pos, to, 'content'))
    else {
      builder.text(plain)
      this.pos = to
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

  /** Characters that stand for themselves; `undefined` if one of them must be looked at. */
  private readPlain(from: number, to: number): string | undefined {
    const { special, text } = this
    if (special.at < from) special.find(text, from)
    return to <= special.at ? text.slice(from, to) : undefined
  }
}
