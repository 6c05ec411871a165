/** What became of the messages of one direction. */
export interface Tally {
  readonly sent: number
  readonly lost: number
  /** Of those that are lost, how many the sender was told of. */
  readonly told: number
  /** Of those that are lost, how many the sender was told that the server has: the server has lost them. */
  readonly confirmed: number
  /** Of those that have arrived, how many the sender was told that they have not. */
  readonly falseAlarms: number
  /** How often the receiving app was given one that it had been given before. */
  readonly duplicated: number
  /** How often one came again that the receiver's library knew again, and kept from the app. */
  readonly recognized: number
  /** How many came behind one that was sent later. */
  readonly reordered: number
}

/** Counts what is sent and what arrives in one direction, by numbers that only grow. */
export class TallySheet {
  readonly #sent = new Set<number>()
  readonly #failed = new Set<number>()
  readonly #confirmed = new Set<number>()
  readonly #arrived = new Set<number>()
  #highest = -1
  #duplicated = 0
  #recognized = 0
  #reordered = 0

  send(number: number): void {
    this.#sent.add(number)
  }

  /** The sender is told that this one has not arrived. */
  fail(number: number): void {
    this.#failed.add(number)
  }

  /** The sender is told that the server has this one. */
  confirm(number: number): void {
    this.#confirmed.add(number)
  }

  arrive(number: number): void {
    if (this.#arrived.has(number)) {
      this.#duplicated++
      return
    }
    this.#arrived.add(number)
    if (number < this.#highest) this.#reordered++
    else this.#highest = number
  }

  /** This one had arrived at whoever was killed, perhaps before that could be told. */
  recall(number: number): void {
    if (!this.#arrived.has(number)) this.arrive(number)
  }

  /** One that has come again is kept from the app. */
  recognize(): void {
    this.#recognized++
  }

  get isComplete(): boolean {
    return this.#arrived.size >= this.#sent.size && this.lost.length === 0
  }

  /** The sender was told of all that the server has them. */
  get isConfirmed(): boolean {
    return this.#confirmed.size >= this.#sent.size
  }

  /** How many have come, counting each once. */
  get arrived(): number {
    return this.#arrived.size
  }

  get tally(): Tally {
    const { lost } = this
    return {
      sent: this.#sent.size,
      lost: lost.length,
      told: lost.filter((number) => this.#failed.has(number)).length,
      confirmed: lost.filter((number) => this.#confirmed.has(number)).length,
      falseAlarms: [...this.#failed].filter((number) => this.#arrived.has(number)).length,
      duplicated: this.#duplicated,
      recognized: this.#recognized,
      reordered: this.#reordered,
    }
  }

  /** Numbers of those that have not come. */
  get lost(): readonly number[] {
    return [...this.#sent].filter((number) => !this.#arrived.has(number))
  }
}
