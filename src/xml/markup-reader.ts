import { QuoteType, Tokenizer, type TokenizerCallbacks } from 'htmlparser2'
import { ProtocolError } from '../errors.js'
import { isWhiteSpace, readCharacters, specialCharacter, type CharacterRules } from './characters.js'
import { standsAt } from './interner.js'
import type { XmlLimits } from './limits.js'
import { names, namespaceNames, type QualifiedName } from './names.js'
import { cdataStart, judgeDeclaration, judgeMarkup } from './restrictions.js'
import { TextRun } from './text-run.js'
import type { TreeBuilder } from './tree-builder.js'
import { utf8Length } from './utf8.js'
import { Violation } from './violation.js'

/**
 * Strict XML on a forgiving tokenizer. The tokenizer says where names, values and text are; this class verifies every
 * character between them, so that nothing the tokenizer skips or repairs goes unseen, and hands the pieces to the
 * builder.
 *
 * `text` begins where the last chunk could not be finished; all indices are in it, and everything before `pos` is
 * verified. The tokenizer counts from its last reset: `base` is where `text` begins in its count.
 */
export class MarkupReader implements TokenizerCallbacks {
  private readonly tokenizer = new Tokenizer({ xmlMode: true, decodeEntities: false }, this)
  private readonly builder: TreeBuilder
  private readonly limits: XmlLimits

  private text = ''
  private base = 0
  private pos = 0
  /** Next character that needs a look, and next `<`, both at or after the item last read; `-1`: unknown. */
  private special = -1
  private lessThan = -1

  /** Nothing before `text` has been read. */
  private atStart = true
  private stopped = false
  /** Between the name of a start tag and its `>`. */
  private inTag = false
  private tagStart = 0
  private attribute: QualifiedName | undefined
  /** Behind the opening quote of a value. */
  private inValue = false
  private readonly value = new TextRun()
  /** Behind the name of an end tag, before its `>`. */
  private inEndTag = false
  /** Inside a CDATA section of which a part has been taken. */
  private inSection = false
  /** `text` begins with content that cannot be judged without what follows. */
  private undecided = false

  /** Where the open stanza begins, or goes on, in `text` (`-1`: none is open), and its bytes before that. */
  private stanzaStart = -1
  private stanzaBytes = 0

  constructor(builder: TreeBuilder, limits: XmlLimits) {
    this.builder = builder
    this.limits = limits
  }

  /** Reads on. Answers why the document is refused; what the builder's sink throws passes through, as after a stop. */
  read(chunk: string): ProtocolError | undefined {
    // Joined to one flat string: characters of a `+` are reached through one more step each time.
    this.text = this.text === '' ? chunk : [this.text, chunk].join('')
    this.stopped = false
    try {
      if (this.inEndTag) this.readEndOfEndTag()
      else if (this.undecided) this.readUndecided()
      if (!this.stopped) this.tokenizer.write(chunk)
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

  /** Nothing is begun: all that was written has been read. */
  get atRest(): boolean {
    return this.text === '' && !this.inTag && !this.inSection
  }

  /** A new document begins; what was begun is dropped. */
  reset(): void {
    this.forget()
    this.builder.reset()
    this.atStart = true
  }

  onopentagname(start: number, endIndex: number): void {
    const { builder, pos, text } = this
    const from = start - this.base
    const to = endIndex - this.base
    if (from - pos !== 1 || text.charCodeAt(pos) !== 0x3c) throw malformed('a start tag is malformed')
    const name = this.readName(from, to)
    if (builder.depth === builder.stanzaDepth) {
      this.stanzaStart = pos
      this.stanzaBytes = 0
    }
    builder.openTag(name)
    this.inTag = true
    this.tagStart = pos
    this.pos = to
  }

  onattribname(start: number, endIndex: number): void {
    const { pos } = this
    const from = start - this.base
    const to = endIndex - this.base
    if (from - pos !== 1 || this.text.charCodeAt(pos) !== 0x20) {
      if (from === pos) throw malformed('no white space stands before an attribute')
      this.verifyGap(pos, from)
    }
    const name = this.readName(from, to)
    this.builder.attributeName(name)
    this.attribute = name
    this.pos = to
  }

  onattribdata(start: number, endIndex: number): void {
    const { text } = this
    const to = endIndex - this.base
    if (!this.inValue) {
      const from = start - this.base
      this.verifyEquals(from)
      this.inValue = true
      this.pos = from
    }
    const from = this.pos
    if (this.lessThan < from) {
      const next = text.indexOf('<', from)
      this.lessThan = next === -1 ? text.length : next
    }
    if (this.special < from) this.findSpecial(from)
    if (to <= this.special && to <= this.lessThan) {
      const cached =
        this.attribute?.declares !== undefined && to - from <= 256 && to > from && to < text.length
      const known = cached && this.value.empty ? namespaceNames.read(text, from, to) : undefined
      this.value.add(known === undefined ? text.slice(from, to) : known.raw)
      this.pos = to
    } else this.readValue(from, to)
  }

  onattribend(quote: QuoteType, endIndex: number): void {
    if (this.attribute === undefined || (quote !== QuoteType.Double && quote !== QuoteType.Single)) {
      throw malformed('an attribute has no quoted value')
    }
    this.builder.attributeValue(this.attribute, this.value.take())
    this.inValue = false
    this.pos = endIndex - this.base
    if (this.pos - this.tagStart > this.limits.startTagLength) throw this.longTag()
  }

  onopentagend(endIndex: number): void {
    const to = endIndex - this.base
    if (to !== this.pos) this.verifyGap(this.pos, to)
    this.endStartTag(to + 1)
  }

  onselfclosingtag(endIndex: number): void {
    const { pos, text } = this
    const to = endIndex - this.base
    if (to - pos !== 1) this.verifyGap(pos, to - 1)
    if (text.charCodeAt(to - 1) !== 0x2f) throw malformed('the end of an empty-element tag is malformed')
    this.endStartTag(to + 1)
    this.endElement()
  }

  onclosetag(start: number, endIndex: number): void {
    const { pos, text } = this
    const from = start - this.base
    const to = endIndex - this.base
    if (from - pos !== 2 || text.charCodeAt(pos) !== 0x3c || text.charCodeAt(pos + 1) !== 0x2f) {
      throw malformed('an end tag is malformed')
    }
    const { openName } = this.builder
    if (to - from !== openName.length || !standsAt(openName, text, from)) {
      if (to - from > this.limits.nameLength) throw this.longName()
      throw malformed('an end tag has another name than its start tag')
    }
    this.pos = to
    if (text.charCodeAt(to) === 0x3e) {
      this.pos = to + 1
      this.endElement()
    } else {
      this.inEndTag = true
      this.readEndOfEndTag()
    }
  }

  ontext(start: number, endIndex: number): void {
    const { builder, pos, text } = this
    const from = start - this.base
    const to = endIndex - this.base
    if (to <= pos || this.undecided) return
    if (from !== pos || text.charCodeAt(from) === 0x3c) throw malformed('a "<" begins no tag')
    if (builder.depth <= builder.stanzaDepth) {
      this.readOutside(from, to)
      return
    }
    if (this.special < from) this.findSpecial(from)
    if (to <= this.special) {
      builder.text(text.slice(from, to))
      this.pos = to
    } else {
      builder.text(this.readRun(from, to, 'content'))
      this.undecided = this.pos < to
    }
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
  }

  oncomment(): void {
    this.judge()
    throw malformed('a "<" begins no tag')
  }

  ondeclaration(): void {
    this.oncomment()
  }

  onprocessinginstruction(_start: number, endIndex: number): void {
    const { pos } = this
    if (this.judge() !== 'declaration') throw malformed('a "<?" begins nothing that XML knows')
    const to = endIndex - this.base + 2
    if (to - pos > this.keptLimit) throw this.longGap()
    judgeDeclaration(this.text.slice(pos, to))
    this.pos = to
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

  private readName(from: number, to: number): QualifiedName {
    if (to - from > this.limits.nameLength) throw this.longName()
    const name = names.read(this.text, from, to)
    if (name === undefined) throw malformed('a name is malformed')
    return name
  }

  private findSpecial(from: number): void {
    specialCharacter.lastIndex = from
    this.special = specialCharacter.test(this.text) ? specialCharacter.lastIndex - 1 : this.text.length
  }

  /** White space and nothing else. */
  private verifyGap(from: number, to: number): void {
    if (to - from > this.limits.gapLength) throw this.longGap()
    for (let at = from; at < to; at++) {
      if (!isWhiteSpace(this.text.charCodeAt(at))) throw malformed('a tag is malformed')
    }
  }

  /** Between the name of an attribute and its value: `S? = S? quote`. */
  private verifyEquals(to: number): void {
    const { pos, text } = this
    const quote = text.charCodeAt(to - 1)
    if (to - pos !== 2 || text.charCodeAt(pos) !== 0x3d) {
      if (to - pos > this.limits.gapLength + 2) throw this.longGap()
      if (!/^[ \t\r\n]*=[ \t\r\n]*["']$/.test(text.slice(pos, to))) {
        throw malformed('an attribute has no quoted value')
      }
    } else if (quote !== 0x22 && quote !== 0x27) throw malformed('an attribute has no quoted value')
  }

  private readValue(from: number, to: number): void {
    const { lessThan } = this
    const end = Math.min(to, lessThan)
    this.value.add(this.readRun(from, end, 'value'))
    if (lessThan < to) throw malformed('an attribute value contains "<"', lessThan)
  }

  /** Reads characters that need a look, and stops before what cannot be judged yet. */
  private readRun(from: number, to: number, rules: CharacterRules): string {
    const unfinished = to === this.text.length
    const run = readCharacters(this.text.slice(from, to), rules, unfinished, this.limits.nameLength)
    if (run.fault !== undefined)
      throw new Violation(run.fault.condition, run.fault.message, from + run.fault.at)
    this.pos = from + run.length
    return run.text
  }

  /** The content that the last chunk ended with, now that more of it is here. */
  private readUndecided(): void {
    const next = this.text.indexOf('<', this.pos)
    const to = next === -1 ? this.text.length : next
    this.builder.text(this.readRun(this.pos, to, 'content'))
    this.undecided = this.pos < to
  }

  /** Between stanzas, before the root and behind it: white space, which means nothing. */
  private readOutside(from: number, to: number): void {
    for (let at = from; at < to; at++) {
      const code = this.text.charCodeAt(at)
      if (isWhiteSpace(code)) continue
      if (this.builder.depth === 0 || code < 0x20 || code >= 0xfffe) {
        throw malformed('text stands outside the root element', at)
      }
      throw new Violation('invalid-xml', 'text stands between stanzas', at)
    }
    this.pos = to
  }

  private endStartTag(pos: number): void {
    if (pos - this.tagStart > this.limits.startTagLength) throw this.longTag()
    this.inTag = false
    this.pos = pos
    this.builder.endOpenTag()
  }

  private readEndOfEndTag(): void {
    const { pos, text } = this
    let at = pos
    while (isWhiteSpace(text.charCodeAt(at))) at++
    if (at - pos > this.limits.gapLength) throw this.longGap()
    if (at === text.length) return
    if (text.charCodeAt(at) !== 0x3e) throw malformed('an end tag is malformed')
    this.inEndTag = false
    this.pos = at + 1
    this.endElement()
  }

  private endElement(): void {
    const { builder } = this
    if (builder.depth - builder.stanzaDepth === 1) {
      if (this.stanzaLength(this.pos) > this.limits.stanzaBytes) throw this.longStanza()
      this.stanzaStart = -1
    }
    builder.closeTag()
  }

  private judge(): 'cdata' | 'declaration' | undefined {
    return judgeMarkup(this.text, this.pos, this.atStart && this.pos === 0)
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
    const second = text.charCodeAt(this.pos + 1)
    const inContent = !this.inTag && !this.inEndTag && !this.undecided
    if (this.inSection) this.readSection(text.length)
    else if (inContent && (second === 0x21 || second === 0x3f) && this.judge() === 'cdata') {
      this.beginSection()
      this.readSection(text.length)
    }
    const { pos } = this
    if (text.length - pos > this.keptLimit) throw this.longGap()
    if (this.inTag && pos - this.tagStart > this.limits.startTagLength) throw this.longTag()
    if (this.stanzaStart >= 0) {
      this.stanzaBytes += utf8Length(text, this.stanzaStart, pos)
      this.stanzaStart = pos
      if (this.stanzaBytes > this.limits.stanzaBytes) throw this.longStanza()
      this.stanzaStart = 0
    }
    if (pos > 0) this.atStart = false
    if (pos === text.length && inContent && !this.inSection) {
      // A fresh count, so that the tokenizer's indices stay small integers however long the stream lives.
      this.tokenizer.reset()
      this.base = 0
      this.text = ''
    } else {
      this.base += pos
      this.text = text.slice(pos)
      this.tagStart -= pos
    }
    this.pos = 0
    this.special = -1
    this.lessThan = -1
  }

  private forget(): void {
    this.tokenizer.reset()
    this.text = ''
    this.base = 0
    this.pos = 0
    this.special = -1
    this.lessThan = -1
    this.stopped = false
    this.inTag = false
    this.inValue = false
    this.value.clear()
    this.inEndTag = false
    this.inSection = false
    this.undecided = false
    this.stanzaStart = -1
  }

  /** UTF-8 bytes of the open stanza up to `to`; counted only where they may exceed the limit. */
  private stanzaLength(to: number): number {
    if (this.stanzaStart < 0) return 0
    const most = this.stanzaBytes + (to - this.stanzaStart) * 3
    return most <= this.limits.stanzaBytes
      ? most
      : this.stanzaBytes + utf8Length(this.text, this.stanzaStart, to)
  }

  /** What is broken first decides, wherever the chunks were cut: a limit that lies before the violation wins. */
  private toProtocolError(violation: Violation): ProtocolError {
    const at = violation.at === -1 ? this.pos : violation.at
    let first = violation
    if (this.inTag && at - this.tagStart > this.limits.startTagLength) first = this.longTag()
    else if (this.stanzaLength(at) > this.limits.stanzaBytes) first = this.longStanza()
    return new ProtocolError(first.condition, first.message)
  }

  /** The longest piece that may have to wait for its rest. */
  private get keptLimit(): number {
    return this.limits.gapLength + this.limits.nameLength + 4
  }

  private longName(): Violation {
    return new Violation('policy-violation', `a name is longer than ${this.limits.nameLength} characters`)
  }

  private longGap(): Violation {
    return new Violation(
      'policy-violation',
      `a tag has more white space than ${this.limits.gapLength} characters`,
    )
  }

  private longTag(): Violation {
    return new Violation(
      'policy-violation',
      `a start tag is longer than ${this.limits.startTagLength} characters`,
    )
  }

  private longStanza(): Violation {
    return new Violation('policy-violation', `a stanza is longer than ${this.limits.stanzaBytes} bytes`)
  }
}

function malformed(message: string, at = -1): Violation {
  return new Violation('not-well-formed', message, at)
}
