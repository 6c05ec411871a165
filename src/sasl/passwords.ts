import type { PasswordSource } from './credentials.js'

/**
 * The password of an account that may change it while it is online. What it was changed to counts for more than what the app
 * has given, until the server refuses it: then the app is asked again.
 */
export class Passwords {
  readonly #given: string | PasswordSource | undefined
  #changed: string | undefined
  #expected: string | undefined

  constructor(given: string | PasswordSource | undefined) {
    this.#given = given
  }

  take(): ReturnType<PasswordSource> {
    if (this.#changed !== undefined) return this.#changed
    const given = this.#given
    return typeof given === 'function' ? given() : given
  }

  /** The server has taken it. */
  keep(password: string): void {
    this.#changed = password
    this.#expected = undefined
  }

  /** The server was told, and may have taken it. */
  expect(password: string | undefined): void {
    this.#expected = password
  }

  /** The server does not take the last one. */
  refused(): void {
    this.#changed = this.#expected
    this.#expected = undefined
  }
}
