/** What somebody waits for until the test gives it. */
export class Pending<T> {
  #resolve: (value: T) => void = () => undefined
  #reject: (error: unknown) => void = () => undefined
  #refusal: Error | undefined

  readonly ask = (): Promise<T> =>
    new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      if (this.#refusal !== undefined) reject(this.#refusal)
    })

  give(value: T): void {
    this.#resolve(value)
  }

  refuse(error: unknown): void {
    this.#reject(error)
  }

  /** Whoever asks, from here on. */
  refuseAll(error: Error): void {
    this.#refusal = error
    this.refuse(error)
  }
}
