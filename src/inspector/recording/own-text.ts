const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** How many bytes there is room for at first: for the ids of as many stanzas as stand together. */
const roomAtFirst = 2048

/** Texts, one behind the other, as bytes: of whatever is kept here, the garbage collector has nothing to look at. */
export class OwnText {
  /** How many bytes. */
  length = 0
  #bytes = new Uint8Array(roomAtFirst)

  /** What it takes of memory, in bytes. */
  get room(): number {
    return this.#bytes.length
  }

  /** Adds a text that XML and JSON write as it is, and adds nothing and returns false where that is not certain. */
  addPlain(text: string): boolean {
    const { length } = text
    if (this.length + length > this.#bytes.length) this.#grow(length)
    const bytes = this.#bytes
    const begin = this.length
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index)
      if (unit > 0x7f || isSpecial[unit] === 1) return false
      bytes[begin + index] = unit
    }
    this.length = begin + length
    return true
  }

  /** Adds a text that is well-formed. */
  add(text: string): void {
    const bytes = encoder.encode(text)
    if (this.length + bytes.length > this.#bytes.length) this.#grow(bytes.length)
    this.#bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  /** What was added from a byte on. */
  textFrom(begin: number): string {
    return begin === this.length ? '' : decoder.decode(this.#bytes.subarray(begin, this.length))
  }

  #grow(more: number): void {
    const bytes = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + more))
    bytes.set(this.#bytes)
    this.#bytes = bytes
  }
}

/** Of ASCII, whatever XML or JSON may write in another way. */
const isSpecial = Uint8Array.from({ length: 0x80 }, (_, unit) =>
  unit < 0x20 || unit === 0x7f || '"&\'<>\\'.includes(String.fromCharCode(unit)) ? 1 : 0,
)
