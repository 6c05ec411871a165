import { PassThrough } from 'node:stream'
import { run } from '../../src/cli/run.js'
import { fakeHost } from './fake-host.js'

/** A console in this process, with somebody who types line after line into it. */
export class Terminal {
  readonly #stdin = new PassThrough()
  readonly #host = fakeHost()
  /** The exit code. */
  readonly ended: Promise<number>
  #seen = 0

  /** @param environment variables of the console */
  constructor(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.ended = run(['console', ...words], { ...this.#host, environment, stdin: this.#stdin })
  }

  get complained(): string {
    return this.#host.complained()
  }

  /** Everything so far. */
  get shown(): string {
    return this.#host.shown()
  }

  /** Types nothing or these lines, and gives what is shown from then on, up to where it fits. */
  async type(text: string, until: RegExp): Promise<string> {
    if (text !== '') this.#stdin.write(`${text}\n`)
    let found: RegExpExecArray | null = null
    let hasEnded = false
    void this.ended.then(() => (hasEnded = true))
    while (found === null) {
      found = until.exec(this.shown.slice(this.#seen))
      if (found === null && hasEnded)
        throw new Error(`it ended without ${until}:\n${this.shown}\n${this.complained}`)
      if (found === null) await this.#more()
    }
    const end = this.#endOfLine(this.#seen + found.index + found[0].length)
    const shown = this.shown.slice(this.#seen, end)
    this.#seen = end
    return shown
  }

  /** The end of input: Ctrl-D, or that of a script. */
  end(): Promise<number> {
    this.#stdin.end()
    return this.ended
  }

  #endOfLine(from: number): number {
    const end = this.shown.indexOf('\n', from)
    return end === -1 ? this.shown.length : end + 1
  }

  /** Resolves once more is shown, or it is over. */
  #more(): Promise<unknown> {
    const written = new Promise((resolve) => this.#host.stdout.once('more', resolve))
    return Promise.race([written, this.ended])
  }
}
