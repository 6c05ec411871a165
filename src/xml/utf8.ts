const none = new Uint8Array(0)
/** U+FEFF is a character of the stream and no mark (RFC 6120 §11.6), so it is kept. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Finds half a surrogate pair, which has no form in UTF-8. */
export const loneSurrogate = /\p{Surrogate}/u

/** What a chunk of bytes says. */
export interface DecodedChunk {
  readonly text: string
  /** From the first byte that is no UTF-8 on; empty if there is none. */
  readonly invalid: Uint8Array
}

/** Strict UTF-8 decoding of a byte stream cut anywhere; a character that is cut in two waits for its rest. */
export class Utf8Input {
  private begun = none

  /** A character has been cut in two. */
  get waiting(): boolean {
    return this.begun.length > 0
  }

  /** The bytes of a character whose rest has yet to come. They are forgotten here. */
  takeBegun(): Uint8Array {
    const bytes = this.begun
    this.begun = none
    return bytes
  }

  decode(chunk: Uint8Array): DecodedChunk {
    const bytes = this.begun.length === 0 ? chunk : concatBytes([this.takeBegun(), chunk])
    const begun = begunLength(bytes)
    const complete = begun === 0 ? bytes : bytes.subarray(0, -begun)
    if (begun > 0) this.begun = bytes.slice(-begun)
    try {
      return { text: decoder.decode(complete), invalid: none }
    } catch {
      const valid = validLength(complete)
      this.begun = none
      return { text: decoder.decode(complete.subarray(0, valid)), invalid: bytes.slice(valid) }
    }
  }
}

/** Joins pieces of bytes. */
export function concatBytes(pieces: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const piece of pieces) length += piece.length
  const joined = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}

const beyondAscii = /[^\0-\x7f]/

/** UTF-8 bytes of a part of a text. */
export function utf8Length(text: string, from = 0, to: number = text.length): number {
  const plain = text.slice(from, to).search(beyondAscii)
  let bytes = to - from
  if (plain === -1) return bytes
  for (let index = from + plain; index < to; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x80) continue
    // Each half of a surrogate pair makes two of its four bytes.
    bytes += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2
  }
  return bytes
}

/** How many bytes at the end begin a character that may yet be completed. */
function begunLength(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const lead = bytes[bytes.length - back] ?? 0
    if ((lead & 0xc0) === 0x80) continue
    const begun =
      sequenceLength(lead) > back && (back === 1 || maySecond(lead, bytes[bytes.length - back + 1]))
    return begun ? back : 0
  }
  return 0
}

/** Bytes of the character that begins so; 0 if none does (RFC 3629 §4). */
function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1
  if (lead < 0xc2 || lead > 0xf4) return 0
  if (lead < 0xe0) return 2
  return lead < 0xf0 ? 3 : 4
}

/** Whether a byte may stand behind this first one: neither overlong forms nor surrogates nor what exceeds Unicode. */
function maySecond(lead: number, byte = 0): boolean {
  if (lead === 0xe0) return byte >= 0xa0 && byte <= 0xbf
  if (lead === 0xed) return byte >= 0x80 && byte <= 0x9f
  if (lead === 0xf0) return byte >= 0x90 && byte <= 0xbf
  if (lead === 0xf4) return byte >= 0x80 && byte <= 0x8f
  return byte >= 0x80 && byte <= 0xbf
}

/** Length of the longest valid beginning. */
function validLength(bytes: Uint8Array): number {
  let at = 0
  while (at < bytes.length) {
    const lead = bytes[at] ?? 0
    const length = sequenceLength(lead)
    if (length === 0 || (length > 1 && !maySecond(lead, bytes[at + 1]))) return at
    for (let index = 2; index < length; index++) {
      if (((bytes[at + index] ?? 0) & 0xc0) !== 0x80) return at
    }
    at += length
  }
  return at
}
