import { ProtocolError } from '../errors.js'
import { readCharacters, type CharacterRules } from './characters.js'
import type { XmlLimits } from './limits.js'
import { names, type QualifiedName } from './names.js'
import { judgeMarkup } from './restrictions.js'
import { SpecialCursor } from './special-cursor.js'
import { StanzaMeter } from './stanza-meter.js'
import type { TreeBuilder } from './tree-builder.js'
import { exceeded, malformed, Violation } from './violation.js'

/**
 * The part of a document that has yet to be verified, and where the reading of it stands. `text` begins where the last
 * chunk could not be finished; all indices are in it, and everything before `pos` is verified. The tokenizer counts from
 * its last reset: `base` is where `text` begins in its count.
 */
export class MarkupWindow {
  protected readonly builder: TreeBuilder
  protected readonly limits: XmlLimits
  protected readonly meter: StanzaMeter

  protected text = ''
  protected base = 0
  protected pos = 0
  protected readonly special = new SpecialCursor()
  /** The next `<` at or after the value last read; `-1`: unknown. */
  protected lessThan = -1

  /** Nothing before `text` has been read. */
  protected atStart = true
  /** Between the name of a start tag and its `>`. */
  protected inTag = false
  protected tagStart = 0

  constructor(builder: TreeBuilder, limits: XmlLimits) {
    this.builder = builder
    this.limits = limits
    this.meter = new StanzaMeter(limits.stanzaBytes)
  }

  protected readName(from: number, to: number): QualifiedName {
    if (to - from > this.limits.nameLength) throw this.longName()
    const name = names.read(this.text, from, to)
    if (name === undefined) throw malformed('a name is malformed')
    return name
  }

  /** Reads characters that need a look, and stops before what cannot be judged yet. */
  protected readRun(from: number, to: number, rules: CharacterRules): string {
    const unfinished = to === this.text.length
    const run = readCharacters(this.text.slice(from, to), rules, unfinished, this.limits.nameLength)
    const { fault } = run
    if (fault !== undefined) throw new Violation(fault.condition, fault.message, from + fault.at)
    this.pos = from + run.length
    return run.text
  }

  protected judge(): 'cdata' | 'declaration' | undefined {
    return judgeMarkup(this.text, this.pos, this.atStart && this.pos === 0)
  }

  /** What is broken first decides, wherever the chunks were cut: a limit that lies before the violation wins. */
  protected toProtocolError(violation: Violation): ProtocolError {
    const at = violation.at === -1 ? this.pos : violation.at
    let first = violation
    if (this.inTag && at - this.tagStart > this.limits.startTagLength) first = this.longTag()
    else if (this.meter.exceeds(this.text, at)) first = this.meter.violation()
    return new ProtocolError(first.condition, first.message)
  }

  /** The longest piece that may have to wait for its rest. */
  protected get keptLimit(): number {
    return this.limits.gapLength + this.limits.nameLength + 4
  }

  protected longName(): Violation {
    return exceeded('a name is longer than', this.limits.nameLength, 'characters')
  }

  protected longTag(): Violation {
    return exceeded('a start tag is longer than', this.limits.startTagLength, 'characters')
  }
}
