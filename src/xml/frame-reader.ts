import { ProtocolError } from '../errors.js'
import { isWhiteSpace, readCharacters, type CharacterRules } from './characters.js'
import type { XmlElement } from './element.js'
import { longGap, verifyOutside } from './gaps.js'
import { fits, knownTags, type AttributePlace, type KnownTag } from './known-tags.js'
import { defaultXmlLimits, resolveXmlLimits, type GivenLimits, type XmlLimits } from './limits.js'
import { names, readNamespace, type QualifiedName } from './names.js'
import { cdataStart, judgeDeclaration, judgeMarkup } from './restrictions.js'
import { TreeBuilder } from './tree-builder.js'
import { loneSurrogate, utf8Length } from './utf8.js'
import { exceeded, malformed, Violation } from './violation.js'

/**
 * Makes a reader of text frames that each hold one complete document (RFC 7395 §3.3). The reader throws `ProtocolError`
 * for anything else: broken XML, an element that stays open, a second root, text outside the root, a broken limit. No
 * scope crosses frames.
 *
 * @throws RangeError for a limit that is no positive integer
 */
export function createFrameReader(limits?: GivenLimits): (frame: string) => XmlElement {
  const resolved = resolveXmlLimits(limits)
  if (resolved !== defaultXmlLimits) return createReader(resolved)
  sharedReader ??= createReader(resolved)
  return sharedReader
}

/** Nothing is left of a frame once it is read, so that all who keep to the default limits may read by one reader. */
let sharedReader: ((frame: string) => XmlElement) | undefined

/** Reads one text frame; see `createFrameReader`, which is cheaper for many frames with limits of one's own. */
export function readFrame(frame: string, limits?: GivenLimits): XmlElement {
  return createFrameReader(limits)(frame)
}

function createReader(limits: XmlLimits): (frame: string) => XmlElement {
  const reader = new FrameReader(limits)
  return (frame) => {
    try {
      return reader.read(frame)
    } catch (error) {
      if (error instanceof Violation) throw new ProtocolError(error.condition, error.message)
      throw error
    } finally {
      reader.reset()
    }
  }
}

/** What a text may have to be looked at for, each apart: engines search for a class of all of them twice as long. */
const special = ['&', ']', '\ufffe', '\uffff'] as const
const control = new RegExp('[\\0-\\x1f]')

/**
 * The whole document is there at once: where a byte stream needs a tokenizer that waits anywhere, this searches. It is a
 * third of that, and the only reader in a browser's app.
 */
class FrameReader {
  private readonly limits: XmlLimits
  private readonly builder: TreeBuilder
  private root: XmlElement | undefined
  private text = ''
  private pos = 0
  /** The next `<` behind the markup at hand, or the end of the frame. */
  private next = 0
  /** No character of the frame needs a look. */
  private plain = false

  constructor(limits: XmlLimits) {
    const sink = {
      opened: () => undefined,
      element: (element: XmlElement) => {
        this.root = element
      },
      closed: () => undefined,
    }
    this.limits = limits
    this.builder = new TreeBuilder(sink, limits, false)
  }

  read(frame: string): XmlElement {
    this.begin(frame)
    while (this.next < frame.length) this.readMarkup(this.next)
    if (this.root === undefined) throw cutOff()
    return this.root
  }

  reset(): void {
    this.root = undefined
    this.text = ''
    this.builder.reset()
  }

  private begin(frame: string): void {
    const { stanzaBytes } = this.limits
    if (frame.length * 3 > stanzaBytes && utf8Length(frame.trim()) > stanzaBytes) {
      throw exceeded('a frame is longer than', stanzaBytes, 'bytes (`stanzaBytes`)')
    }
    if (loneSurrogate.test(frame)) {
      throw new Violation('unsupported-encoding', 'a frame holds half a surrogate pair')
    }
    this.text = frame
    this.plain = !control.test(frame) && !special.some((one) => frame.includes(one))
    this.readContent(0)
  }

  /** Text from `from` up to the next markup. */
  private readContent(from: number): void {
    const { builder, text } = this
    const to = this.find('<', from, text.length)
    if (to > from) {
      if (builder.depth === 0) verifyOutside(text, from, to, false)
      else builder.text(this.readRun(from, to, 'content'))
    }
    this.next = to
  }

  private readMarkup(at: number): void {
    const code = this.text.charCodeAt(at + 1)
    if (code === 0x2f) this.readEndTag(at)
    else if (code === 0x21 || code === 0x3f) this.readSpecialMarkup(at)
    else this.readStartTag(at)
    this.readContent(this.pos)
  }

  private readEndTag(at: number): void {
    const { builder, text } = this
    const { raw } = builder.name
    if (builder.depth === 0 || !text.startsWith(raw, at + 2)) {
      throw malformed('an end tag has another name than its start tag')
    }
    const end = this.skipGap(at + 2 + raw.length)
    if (text.charCodeAt(end) !== 0x3e) throw malformed('an end tag is malformed')
    this.pos = end + 1
    builder.closeTag()
  }

  private readSpecialMarkup(at: number): void {
    const { builder, text } = this
    const what = judgeMarkup(text, at, at === 0)
    if (what === undefined) throw cutOff()
    if (what === 'declaration') {
      this.pos = this.find('?>', at) + 2
      if (this.pos - at > this.limits.gapLength) throw longGap(this.limits.gapLength)
      judgeDeclaration(text.slice(at, this.pos))
      return
    }
    if (builder.depth === 0) throw malformed('a CDATA section stands outside the root element')
    const from = at + cdataStart.length
    const to = this.find(']]>', from)
    this.pos = to + 3
    if (to > from) builder.text(this.readRun(from, to, 'cdata'))
  }

  private readStartTag(at: number): void {
    const { builder, limits, text } = this
    this.next = this.find('<', at + 1, text.length)
    const tag = knownTags.find(text, at)
    if (tag !== undefined && knownTags.end <= this.next && fits(tag, knownTags.end - at, limits)) {
      this.pos = knownTags.end
      builder.openTag(tag.name)
      builder.endKnownTag(tag, this.readValues(tag))
      if (tag.empty) builder.closeTag()
      return
    }
    const places: AttributePlace[] = []
    const name = this.readName(at + 1)
    builder.openTag(name)
    for (;;) {
      const from = this.skipGap(this.pos)
      const code = text.charCodeAt(from)
      const isEmpty = code === 0x2f
      if (isEmpty || code === 0x3e) {
        if (isEmpty && text.charCodeAt(from + 1) !== 0x3e) {
          throw malformed('the end of an empty-element tag is malformed')
        }
        this.pos = from + (isEmpty ? 2 : 1)
        if (this.pos - at > limits.startTagLength) throw longTag(limits)
        builder.endOpenTag()
        knownTags.learn(text, at, this.pos, name, places)
        if (isEmpty) builder.closeTag()
        return
      }
      if (from === this.pos) throw malformed('no white space stands before an attribute')
      const place = this.readAttribute(from)
      if (place !== undefined) places.push(place)
      if (this.pos - at > limits.startTagLength) throw longTag(limits)
    }
  }

  private readValues({ blanks }: KnownTag): readonly string[] {
    if (blanks.length === 0) return blanks
    const { values } = knownTags
    const read = blanks.slice()
    for (let index = 0; index < read.length; index++) {
      read[index] = this.readRun(values[2 * index] ?? 0, values[2 * index + 1] ?? 0, 'value')
    }
    return read
  }

  /** Answers where the value stands, unless it is a namespace that is spelled otherwise: a tag with a place less is not learned. */
  private readAttribute(from: number): AttributePlace | undefined {
    const { builder, next, text } = this
    const name = this.readName(from)
    builder.attributeName(name)
    const equals = this.skipGap(this.pos)
    const open = this.skipGap(equals + 1)
    const quote = text.charAt(open)
    if (text.charCodeAt(equals) !== 0x3d || (quote !== '"' && quote !== "'")) {
      throw malformed('an attribute has no quoted value')
    }
    const to = this.find(quote, open + 1)
    const value = this.readRun(open + 1, Math.min(to, next), 'value')
    if (next < to) throw malformed('an attribute value contains "<"')
    this.pos = to + 1
    const declares = name.declares !== undefined
    builder.attributeValue(name, declares ? readNamespace(value, 0, value.length) : value)
    return declares && value !== text.slice(open + 1, to) ? undefined : { name, from: open + 1, to }
  }

  private readName(from: number): QualifiedName {
    const { text } = this
    let to = from
    while (!endsName(text.charCodeAt(to))) to++
    if (to === text.length) throw cutOff()
    const { nameLength } = this.limits
    if (to - from > nameLength) throw exceeded('a name is longer than', nameLength, 'characters')
    const name = to > from ? names.read(text, from, to) : undefined
    if (name === undefined) throw malformed('a name is malformed')
    this.pos = to
    return name
  }

  private readRun(from: number, to: number, rules: CharacterRules): string {
    const run = this.text.slice(from, to)
    if (this.plain) return run
    const { fault, text } = readCharacters(run, rules, false, this.limits.nameLength)
    if (fault !== undefined) throw new Violation(fault.condition, fault.message)
    return text
  }

  private skipGap(from: number): number {
    let to = from
    while (isWhiteSpace(this.text.charCodeAt(to))) to++
    if (to - from > this.limits.gapLength) throw longGap(this.limits.gapLength)
    return to
  }

  /** Where something is found next. */
  private find(what: string, from: number, otherwise?: number): number {
    const at = this.text.indexOf(what, from)
    if (at !== -1) return at
    if (otherwise === undefined) throw cutOff()
    return otherwise
  }
}

/** White space, `/`, `=`, `>`, a quote, or the end of the frame. */
function endsName(code: number): boolean {
  return !(code > 0x20) || code === 0x2f || code === 0x3d || code === 0x3e || code === 0x22 || code === 0x27
}

function cutOff(): Violation {
  return malformed('a frame ends before its document does')
}

function longTag({ startTagLength }: XmlLimits): Violation {
  return exceeded('a start tag is longer than', startTagLength, 'characters')
}
