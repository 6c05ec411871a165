/** The very text of what a reader reads, for whoever wants to see it: a reader that is given one keeps it up to date. */
export class Spelling {
  /** Read from earlier pieces, and not taken yet. */
  #before = ''
  /** It is white space alone; noted, since to look at the text itself copies all of it. */
  #isBlank = true
  #piece = ''
  #from = 0
  #unread: () => number = nothing

  /**
   * What was read and not taken yet: while a construct is told, up to its end, with the white space before it. Of that, no more
   * than the latest `blanksLimit` units are kept.
   */
  take(): string {
    const taken = this.#before + this.#read()
    this.#before = ''
    this.#isBlank = true
    this.#from = this.#piece.length - this.#unread()
    return taken
  }

  /** Whether more than white space was read and not taken yet. */
  get isBegun(): boolean {
    return !this.#isBlank || this.#read().trim() !== ''
  }

  /** The reader's: it reads this. @param unread how many units of it are left */
  begin(piece: string, unread = nothing): void {
    this.#piece = piece
    this.#unread = unread
    this.#from = 0
  }

  /** The reader's: it goes no further in the piece. @param unread how many units of it are left */
  end(unread = 0): void {
    const read = this.#read(unread)
    this.begin('')
    this.#before += read
    this.#isBlank &&= read.trim() === ''
    if (this.#isBlank && this.#before.length > blanksLimit) this.#before = this.#before.slice(-blanksLimit)
  }

  /** The reader's: a new stream begins. */
  forget(): void {
    this.begin('')
    this.#before = ''
    this.#isBlank = true
  }

  /** Of this piece, and not taken yet. */
  #read(unread = this.#unread()): string {
    return this.#piece.slice(this.#from, this.#piece.length - unread)
  }
}

/** Keep-alives of a day. */
const blanksLimit = 4096

const nothing = () => 0
