/** One range of one-byte characters: any other class takes an engine twice as long. */
const control = new RegExp('[\\0-\\x1f]', 'g')

/**
 * Finds the characters that a run must be looked at for; a run without any of them stands for itself. Each kind has a
 * place of its own, so that no part of a text is searched twice.
 */
export class SpecialCursor {
  /** The next special character at or after the place last asked for; the text's length if there is none. */
  at = -1
  private control = -1
  private ampersand = -1
  private bracket = -1
  private nonCharacter = -1

  /** Another text follows. */
  reset(): void {
    this.at = -1
    this.control = -1
    this.ampersand = -1
    this.bracket = -1
    this.nonCharacter = -1
  }

  /** Moves on, to be called once `at` is before `from`. */
  find(text: string, from: number): void {
    if (this.control < from) {
      control.lastIndex = from
      this.control = control.test(text) ? control.lastIndex - 1 : text.length
    }
    if (this.ampersand < from) this.ampersand = indexOrEnd(text, '&', from)
    if (this.bracket < from) this.bracket = indexOrEnd(text, ']', from)
    if (this.nonCharacter < from) {
      this.nonCharacter = Math.min(indexOrEnd(text, '\ufffe', from), indexOrEnd(text, '\uffff', from))
    }
    this.at = Math.min(this.control, this.ampersand, this.bracket, this.nonCharacter)
  }
}

function indexOrEnd(text: string, character: string, from: number): number {
  const index = text.indexOf(character, from)
  return index === -1 ? text.length : index
}
