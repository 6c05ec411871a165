import { utf8Length } from './utf8.js'
import { exceeded, type Violation } from './violation.js'

/** Counts the UTF-8 bytes of the open stanza, exactly, but only where they may exceed the limit. */
export class StanzaMeter {
  private readonly limit: number
  /** Where the stanza begins, or goes on, in the text at hand; `-1`: none is open. */
  private start = -1
  /** Bytes before that. */
  private bytes = 0

  constructor(limit: number) {
    this.limit = limit
  }

  begin(at: number): void {
    this.start = at
    this.bytes = 0
  }

  end(): void {
    this.start = -1
  }

  /** Whether the stanza is too long up to `to`. */
  exceeds(text: string, to: number): boolean {
    const { bytes, limit, start } = this
    if (start === -1 || bytes + (to - start) * 3 <= limit) return false
    return bytes + utf8Length(text, start, to) > limit
  }

  /** The text before `to` goes: another text begins there. */
  settle(text: string, to: number): void {
    if (this.start === -1) return
    this.bytes += utf8Length(text, this.start, to)
    this.start = 0
  }

  violation(): Violation {
    return exceeded('a stanza is longer than', this.limit, 'bytes (`stanzaBytes`)')
  }
}
