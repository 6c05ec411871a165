import { ProtocolError } from '../errors.js'
import type { XmlElement } from './element.js'
import { HeldInput } from './held-input.js'
import { resolveXmlLimits, type GivenLimits, type XmlLimits } from './limits.js'
import { MarkupReader } from './markup-reader.js'
import type { Spelling } from './spelling.js'
import { TreeBuilder } from './tree-builder.js'
import { loneSurrogate, Utf8Input, type DecodedChunk } from './utf8.js'

/**
 * Who is told what the peer sent: synchronously, in order, each time when the reader stands exactly behind the `>` of
 * what is told. What a callback throws passes to whoever wrote the chunk, and nothing of the chunk is lost.
 */
export interface StreamReaderHandler {
  /**
   * The stream header: the root's start tag with its attributes and no children.
   *
   * @param contentNamespace the default namespace in scope inside it, empty if none is (RFC 6120 §4.8.2)
   */
  opened(header: XmlElement, contentNamespace: string): void
  /** A complete first-level element. */
  element(element: XmlElement): void
  /** The root's end tag. */
  closed(): void
  /** The peer broke XML, a restriction of RFC 6120 §11 or a limit. At most once a stream, and nothing follows it. */
  failed(error: ProtocolError): void
}

/** Reads one XML stream; see `createStreamReader`. */
export interface StreamReader {
  /** Takes bytes (UTF-8) or text, cut anywhere. Ignored after a failure. */
  write(chunk: Uint8Array | string): void
  /** Stops behind the construct being told; what follows, and what is written from now on, is held (`heldBytes`). */
  halt(): void
  /** Reads on, beginning with what is held, before it returns (inside a callback: once that returns). */
  resume(): void
  /**
   * What is held, byte for byte, and no longer here: to be handed to another reader, or refused. Inside a callback: all
   * that has arrived behind the construct being told, halted or not.
   */
  takeHeld(): Uint8Array
  /**
   * A new stream begins, behind the construct being told if called inside a callback: nothing of the old one survives,
   * neither scope nor unfinished input nor a failure. What is held stays held.
   *
   * @param limits those of the new stream, if they are others
   */
  reset(limits?: GivenLimits): void
}

/** Longer chunks are read in pieces, so that limits act inside them. */
const pieceLength = 65_536

/**
 * Reads one XML stream as RFC 6120 has it: a root that stays open, and elements in it. Strict: XML 1.0, Namespaces in
 * XML 1.0 and the restrictions of RFC 6120 §11; the result does not depend on where the stream is cut into chunks.
 *
 * @param spelling kept up to date with the text that is read
 * @throws RangeError for a limit that is no positive integer
 */
export function createStreamReader(
  handler: StreamReaderHandler,
  limits?: GivenLimits,
  spelling?: Spelling,
): StreamReader {
  return new Reader(handler, resolveXmlLimits(limits), spelling)
}

class Reader implements StreamReader {
  private readonly handler: StreamReaderHandler
  private limits: XmlLimits
  private markup: MarkupReader
  private readonly spelling: Spelling | undefined
  private readonly unread: (() => number) | undefined
  private readonly utf8 = new Utf8Input()
  /** The first half of a surrogate pair that a text chunk ended with. */
  private half = ''
  /** What cannot be decoded behind the text being read. */
  private invalid: Uint8Array | string = ''
  private readonly held = new HeldInput()
  private reading = false
  private halted = false
  private failed = false
  private resetting = false

  constructor(handler: StreamReaderHandler, limits: XmlLimits, spelling: Spelling | undefined) {
    this.handler = handler
    this.limits = limits
    this.spelling = spelling
    this.unread = spelling && (() => this.markup.unreadUnits)
    this.markup = this.createMarkupReader()
  }

  write(chunk: Uint8Array | string): void {
    if (this.failed) return
    if (this.reading || this.halted || this.held.length > 0) {
      this.hold(chunk)
      this.readHeld()
      return
    }
    try {
      if (chunk.length > pieceLength) this.held.putBack(chunk)
      else if (chunk.length > 0) this.readPiece(chunk)
      this.readHeld()
    } finally {
      this.held.own()
    }
  }

  halt(): void {
    this.halted = true
    if (this.reading) this.markup.stop()
  }

  resume(): void {
    this.halted = false
    this.readHeld()
  }

  takeHeld(): Uint8Array {
    if (this.reading) {
      const unread = this.markup.dropUnread()
      this.spelling?.end(unread.length)
      this.putBack(unread)
    }
    return this.held.take()
  }

  reset(limits?: GivenLimits): void {
    if (limits !== undefined) this.limits = resolveXmlLimits(limits)
    if (this.reading) {
      this.resetting = true
      this.markup.stop()
    } else this.begin()
  }

  private createMarkupReader(): MarkupReader {
    const { handler, limits } = this
    return new MarkupReader(new TreeBuilder(handler, limits, true), limits)
  }

  private begin(): void {
    this.resetting = false
    this.failed = false
    this.utf8.takeBegun()
    this.half = ''
    this.spelling?.forget()
    this.markup = this.createMarkupReader()
  }

  private hold(chunk: Uint8Array | string): void {
    const { heldBytes } = this.limits
    if (this.held.length + chunk.length <= heldBytes) this.held.add(chunk)
    else
      this.fail(
        new ProtocolError('policy-violation', `more than ${heldBytes} bytes arrive while none are read`),
      )
  }

  private fail(error: ProtocolError): void {
    this.failed = true
    this.held.take()
    if (this.reading) this.markup.stop()
    this.handler.failed(error)
  }

  private readHeld(): void {
    while (this.held.length > 0 && !this.reading && !this.halted && !this.failed) {
      this.readPiece(this.held.next(pieceLength))
    }
  }

  private readPiece(piece: Uint8Array | string): void {
    const { text, invalid } = typeof piece === 'string' ? this.decodeText(piece) : this.decodeBytes(piece)
    this.invalid = invalid
    let failure: ProtocolError | undefined
    let unread: string | undefined
    this.reading = true
    this.spelling?.begin(text, this.unread)
    try {
      failure = this.markup.read(text)
    } finally {
      this.reading = false
      unread = this.markup.takeUnread()
      this.spelling?.end(failure === undefined ? unread?.length : 0)
      if (unread !== undefined && !this.failed) this.putBack(unread)
      if (this.resetting) this.begin()
    }
    if (failure !== undefined) this.fail(failure)
    else if (unread === undefined && invalid.length > 0) {
      this.spelling?.begin(typeof invalid === 'string' ? invalid : new TextDecoder().decode(invalid))
      this.spelling?.end()
      this.fail(new ProtocolError('unsupported-encoding', 'the stream is not valid UTF-8'))
    }
  }

  /** What stands behind the place of a stop, the piece at hand included, is held again. */
  private putBack(unread: string): void {
    const { held } = this
    held.putBack(this.half)
    held.putBack(this.utf8.takeBegun())
    held.putBack(this.invalid)
    held.putBack(unread)
    this.half = ''
    this.invalid = ''
  }

  private decodeBytes(bytes: Uint8Array): DecodedChunk {
    return this.half === '' ? this.utf8.decode(bytes) : { text: '', invalid: bytes }
  }

  private decodeText(piece: string): { readonly text: string; readonly invalid: string } {
    if (this.utf8.waiting) return { text: '', invalid: piece }
    const whole = this.half + piece
    const last = whole.charCodeAt(whole.length - 1)
    this.half = last >= 0xd800 && last <= 0xdbff ? whole.slice(-1) : ''
    const text = this.half === '' ? whole : whole.slice(0, -1)
    const lone = text.search(loneSurrogate)
    return lone === -1 ? { text, invalid: '' } : { text: text.slice(0, lone), invalid: text.slice(lone) }
  }
}
