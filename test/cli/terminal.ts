import { PassThrough } from 'node:stream'
import { exitCodes } from '../../src/cli/exit-codes.js'
import { run } from '../../src/cli/run.js'
import { fakeHost } from './fake-host.js'

/** A console in this process, with somebody who types line after line into it. */
export class Terminal {
  readonly #stdin = new PassThrough()
  readonly #host = fakeHost()
  readonly #controller = new AbortController()
  /** The exit code. */
  readonly ended: Promise<number>
  #seen = 0

  /** @param environment variables of the console */
  constructor(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const { signal } = this.#controller
    const interruption = {
      signal,
      get exitCode() {
        return signal.aborted ? exitCodes.interrupted : undefined
      },
    }
    this.ended = run(['console', ...words], { ...this.#host, environment, interruption, stdin: this.#stdin })
  }

  get complained(): string {
    return this.#host.complained()
  }

  /** Everything so far. */
  get shown(): string {
    return this.#host.shown()
  }

  /** Types nothing or these lines, and gives what is shown from then on, up to the first piece that fits, in one line. */
  async type(text: string, until: RegExp): Promise<string> {
    if (text !== '') this.say(text)
    let hasEnded = false
    void this.ended.then(() => (hasEnded = true))
    for (;;) {
      const end = this.#endOf(until)
      if (end !== undefined) {
        const shown = this.shown.slice(this.#seen, end)
        this.#seen = end
        return shown
      }
      if (hasEnded) throw new Error(`it ended without ${until}:\n${this.shown}\n${this.complained}`)
      await this.#more()
    }
  }

  /** Types these lines and looks no further. */
  say(text: string): void {
    this.#stdin.write(`${text}\n`)
  }

  /** The end of input: Ctrl-D, or that of a script. */
  end(): Promise<number> {
    this.#stdin.end()
    return this.ended
  }

  /** Ctrl-C. */
  interrupt(): Promise<number> {
    this.#controller.abort()
    return this.ended
  }

  /** A piece is a line with those behind it that are indented. */
  #endOf(until: RegExp): number | undefined {
    let end = this.#seen
    for (const [piece] of this.shown.slice(this.#seen).matchAll(/.*\n(?: {2}.*\n)*/g)) {
      end += piece.length
      if (until.test(piece.replaceAll(/\n */g, ''))) return end
    }
    return undefined
  }

  /** Resolves once more is shown, or it is over. */
  #more(): Promise<unknown> {
    const written = new Promise((resolve) => this.#host.stdout.once('more', resolve))
    return Promise.race([written, this.ended])
  }
}
