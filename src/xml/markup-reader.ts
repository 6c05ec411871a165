import { QuoteType, Tokenizer, type TokenizerCallbacks } from './tokenizer.js'
import type { ProtocolError } from '../errors.js'
import { isWhiteSpace } from './characters.js'
import { ContentReader } from './content-reader.js'
import { longGap, verifyEquals, verifyGap } from './gaps.js'
import { knownTags, type AttributePlace } from './known-tags.js'
import { readNamespace, type QualifiedName } from './names.js'
import { cdataStart, judgeDeclaration } from './restrictions.js'
import { TextRun } from './text-run.js'
import { malformed, Violation } from './violation.js'

/**
 * Strict XML on a forgiving tokenizer. The tokenizer says where names and values are; this class verifies every
 * character between them, so that nothing the tokenizer skips or repairs goes unseen, and hands the pieces to the
 * builder.
 *
 * The tokenizer is given one piece of markup at a time, where content is not known to stand for itself; a start tag that
 * it read is known from then on.
 */
export class MarkupReader extends ContentReader implements TokenizerCallbacks {
  private readonly tokenizer = new Tokenizer({ xmlMode: true, decodeEntities: false }, this)
  /** The tokenizer is at work: what follows is its own. */
  private tokenizing = false
  /** The values of the start tag being read; `undefined`: it is not to be learned. */
  private places: AttributePlace[] | undefined
  private attribute: QualifiedName | undefined
  /** Behind the opening quote of a value. */
  private inValue = false
  private valueStart = 0
  /** The value is whole in `text` and stands for itself; otherwise it is collected in `value`. */
  private plain = false
  private readonly value = new TextRun()
  /** Behind the name of an end tag, before its `>`. */
  private inEndTag = false
  /** Inside a CDATA section of which a part has been taken. */
  private inSection = false

  /** Reads on. Answers why the document is refused; what the builder's sink throws passes through, as after a stop. */
  read(chunk: string): ProtocolError | undefined {
    // Joined to one flat string: characters of a `+` are reached through one more step each time.
    this.text = this.text === '' ? chunk : [this.text, chunk].join('')
    this.stopped = false
    try {
      if (this.tokenizing) this.tokenize(chunk)
      else if (this.inEndTag) this.readEndOfEndTag()
      while (!this.tokenizing && !this.inEndTag && !this.stopped && this.readContent()) {
        this.base = 0 - this.pos
        this.tokenizing = true
        this.tokenize(this.text.slice(this.pos))
      }
      if (!this.stopped) this.settle()
      return undefined
    } catch (error) {
      this.stopped = true
      if (error instanceof Violation) return this.toProtocolError(error)
      throw error
    }
  }

  /** Called by the builder's sink: nothing behind the construct that was just told is read. */
  stop(): void {
    this.stopped = true
    this.tokenizer.pause()
  }

  /** What was not read because of a stop (`undefined`: there was none); the next `read` begins there. */
  takeUnread(): string | undefined {
    if (!this.stopped) return undefined
    const unread = this.text.slice(this.pos)
    this.forget()
    this.atStart = false
    return unread
  }

  /** Called by the builder's sink: as `stop`, and what is not read is forgotten here. */
  dropUnread(): string {
    const unread = this.text.slice(this.pos)
    this.pos = this.text.length
    this.stop()
    return unread
  }

  /** How many units of the text stand behind the construct that is told. */
  get unreadUnits(): number {
    return this.text.length - this.pos
  }

  onopentagname(start: number, endIndex: number): void {
    const { builder, pos, text } = this
    const from = start - this.base
    const to = endIndex - this.base
    if (from - pos !== 1 || text.charCodeAt(pos) !== 0x3c) throw malformed('a start tag is malformed')
    const name = this.readName(from, to)
    if (builder.depth === builder.stanzaDepth) this.meter.begin(pos)
    builder.openTag(name)
    this.inTag = true
    this.tagStart = pos
    this.places = []
    this.pos = to
  }

  onattribname(start: number, endIndex: number): void {
    const { pos, text } = this
    const from = start - this.base
    const to = endIndex - this.base
    if (from - pos !== 1 || text.charCodeAt(pos) !== 0x20) {
      if (from === pos) throw malformed('no white space stands before an attribute')
      verifyGap(text, pos, from, this.limits.gapLength)
    }
    const name = this.readName(from, to)
    this.builder.attributeName(name)
    this.attribute = name
    this.pos = to
  }

  onattribdata(start: number, endIndex: number): void {
    const { special, text } = this
    const to = endIndex - this.base
    const begins = !this.inValue
    if (begins) {
      const { pos } = this
      const from = start - this.base
      const quote = text.charCodeAt(from - 1)
      if (from - pos !== 2 || text.charCodeAt(pos) !== 0x3d || (quote !== 0x22 && quote !== 0x27)) {
        verifyEquals(text, pos, from, this.limits.gapLength)
      }
      this.inValue = true
      this.valueStart = from
      this.plain = false
      this.pos = from
    }
    const from = this.pos
    if (this.lessThan < from) {
      const next = text.indexOf('<', from)
      this.lessThan = next === -1 ? text.length : next
    }
    if (special.at < from) special.find(text, from)
    if (to > special.at || to > this.lessThan) this.readValue(from, to)
    else {
      this.pos = to
      if (begins && to < text.length) this.plain = true
      else this.value.add(text.slice(from, to))
    }
  }

  onattribend(quote: QuoteType, endIndex: number): void {
    const { attribute, builder, plain, text, valueStart } = this
    if (attribute === undefined || (quote !== QuoteType.Double && quote !== QuoteType.Single)) {
      throw malformed('an attribute has no quoted value')
    }
    const to = endIndex - this.base - 1
    const value = plain ? text.slice(valueStart, to) : this.value.take()
    const declares = attribute.declares !== undefined
    this.inValue = false
    this.pos = to + 1
    builder.attributeValue(attribute, declares ? readNamespace(value, 0, value.length) : value)
    if (declares && !plain) this.places = undefined
    else this.places?.push({ name: attribute, from: valueStart, to })
    if (to - this.tagStart >= this.limits.startTagLength) throw this.longTag()
  }

  onopentagend(endIndex: number): void {
    const to = endIndex - this.base
    if (to !== this.pos) verifyGap(this.text, this.pos, to, this.limits.gapLength)
    this.endStartTag(to + 1)
    this.handBack()
  }

  onselfclosingtag(endIndex: number): void {
    const { pos, text } = this
    const to = endIndex - this.base
    if (to - pos !== 1) verifyGap(text, pos, to - 1, this.limits.gapLength)
    if (text.charCodeAt(to - 1) !== 0x2f) throw malformed('the end of an empty-element tag is malformed')
    try {
      this.endStartTag(to + 1)
    } catch (error) {
      // The listener's: for the reader the tag is complete.
      if (!(error instanceof Violation)) this.endElement()
      throw error
    }
    this.handBack()
    this.endElement()
  }

  onclosetag(start: number, endIndex: number): void {
    const { pos, text } = this
    const from = start - this.base
    const to = endIndex - this.base
    if (from - pos !== 2 || text.charCodeAt(pos) !== 0x3c || text.charCodeAt(pos + 1) !== 0x2f) {
      throw malformed('an end tag is malformed')
    }
    const openName = this.builder.name.raw
    if (to - from !== openName.length || text.slice(from, to) !== openName) {
      if (to - from > this.limits.nameLength) throw this.longName()
      throw malformed('an end tag has another name than its start tag')
    }
    this.pos = to
    this.inEndTag = true
    this.handBack()
    this.readEndOfEndTag()
  }

  ontext(): void {
    throw malformed('a "<" begins no tag')
  }

  oncdata(start: number, endIndex: number, endOffset: number): void {
    const to = endIndex - this.base
    if (!this.inSection) {
      if (start - this.base - this.pos !== cdataStart.length) throw malformed('a CDATA section is malformed')
      this.beginSection()
    }
    this.readSection(to - endOffset)
    this.inSection = false
    this.pos = to + 1
    this.handBack()
  }

  oncomment(): void {
    this.judge()
    this.ontext()
  }

  ondeclaration(): void {
    this.oncomment()
  }

  onprocessinginstruction(_start: number, endIndex: number): void {
    const { pos } = this
    if (this.judge() !== 'declaration') throw malformed('a "<?" begins nothing that XML knows')
    const to = endIndex - this.base + 2
    if (to - pos > this.keptLimit) throw longGap(this.limits.gapLength)
    judgeDeclaration(this.text.slice(pos, to))
    this.pos = to
    this.handBack()
  }

  onattribentity(): void {
    // Never called: entities are not left to the tokenizer.
  }

  ontextentity(): void {
    // Never called, likewise.
  }

  onend(): void {
    // Never called: a stream that is cut off is not completed.
  }

  private readValue(from: number, to: number): void {
    const { lessThan } = this
    const end = Math.min(to, lessThan)
    this.value.add(this.readRun(from, end, 'value'))
    if (lessThan < to) throw malformed('an attribute value contains "<"', lessThan)
  }

  private endStartTag(pos: number): void {
    const { builder, places } = this
    if (pos - this.tagStart > this.limits.startTagLength) throw this.longTag()
    this.inTag = false
    this.places = undefined
    this.pos = pos
    builder.endOpenTag()
    if (places !== undefined && builder.depth > builder.stanzaDepth) {
      knownTags.learn(this.text, this.tagStart, pos, builder.name, places)
    }
  }

  private tokenize(chunk: string): void {
    this.tokenizer.write(chunk)
    if (!this.tokenizing) this.tokenizer.reset()
  }

  private handBack(): void {
    this.tokenizing = false
    this.tokenizer.pause()
  }

  private readEndOfEndTag(): void {
    const { pos, text } = this
    let at = pos
    while (isWhiteSpace(text.charCodeAt(at))) at++
    if (at - pos > this.limits.gapLength) throw longGap(this.limits.gapLength)
    if (at === text.length) return
    if (text.charCodeAt(at) !== 0x3e) throw malformed('an end tag is malformed')
    this.inEndTag = false
    this.pos = at + 1
    this.endElement()
  }

  private beginSection(): void {
    if (this.judge() !== 'cdata') throw malformed('a CDATA section is malformed')
    const { builder } = this
    if (builder.depth === 0) throw malformed('a CDATA section stands outside the root element')
    if (builder.depth === builder.stanzaDepth) {
      throw new Violation('invalid-xml', 'a CDATA section stands between stanzas')
    }
    this.inSection = true
    this.pos += cdataStart.length
  }

  private readSection(to: number): void {
    if (to > this.pos) this.builder.text(this.readRun(this.pos, to, 'cdata'))
  }

  /** The end of a chunk: takes what can be taken, applies the limits, and keeps what is left. */
  private settle(): void {
    const { text } = this
    if (this.tokenizing && !this.inTag) {
      const second = text.charCodeAt(this.pos + 1)
      if (this.inSection) this.readSection(text.length)
      else if ((second === 0x21 || second === 0x3f) && this.judge() === 'cdata') {
        this.beginSection()
        this.readSection(text.length)
      }
    }
    const { pos } = this
    if (text.length - pos > this.keptLimit) throw longGap(this.limits.gapLength)
    if (this.inTag && pos - this.tagStart > this.limits.startTagLength) throw this.longTag()
    if (this.meter.exceeds(text, pos)) throw this.meter.violation()
    this.meter.settle(text, pos)
    if (pos > 0) this.atStart = false
    if (this.tokenizing) {
      this.base += pos
      this.tagStart -= pos
      this.places = undefined
    }
    this.text = text.slice(pos)
    this.pos = 0
    this.special.reset()
    this.lessThan = -1
  }

  private forget(): void {
    this.tokenizer.reset()
    this.tokenizing = false
    this.text = ''
    this.pos = 0
    this.special.reset()
    this.lessThan = -1
    this.stopped = false
    this.inTag = false
    this.inValue = false
    this.value.clear()
    this.inEndTag = false
    this.inSection = false
    this.meter.end()
  }
}
