import type { Host } from './host.js'
import { render, styled, wrap, type Line } from './text.js'

const widestColumns = 100

/** What a person is typing, on the last rows of the terminal. */
export interface Prompt {
  /** It is about to be wiped away; gives how many of its rows are above the cursor. */
  readonly leave: () => number
  /** Puts it back, and what stands beneath, from where the cursor is. */
  readonly redraw: () => void
}

/** The terminal, or what stands for it: whole lines, and one line that may still change. */
export class Screen {
  readonly columns: number
  /** A person sees each line as it comes. */
  readonly isInteractive: boolean
  readonly #host: Host
  readonly #hasColour: boolean
  readonly #errorHasColour: boolean
  #pending = false
  #prompt: Prompt | undefined

  constructor(host: Host, mayColour: boolean) {
    const { stdout, stderr, environment } = host
    this.#host = host
    this.isInteractive = stdout.isTTY === true && environment.TERM !== 'dumb'
    this.columns = this.isInteractive
      ? Math.min(widestColumns, stdout.columns || widestColumns)
      : widestColumns
    this.#hasColour = mayColour && wantsColour(stdout, environment)
    this.#errorHasColour = mayColour && wantsColour(stderr, environment)
  }

  /** Prints one line, in place of the one that was pending. */
  print(...line: Line): void {
    this.#wipe()
    this.#write(`${render(line, this.#hasColour)}\n`)
    this.#prompt?.redraw()
  }

  /** Shows a line that the next one replaces; only where somebody watches, and is not typing in its place. */
  show(...line: Line): void {
    if (!this.isInteractive || this.#prompt !== undefined) return
    this.#wipe()
    this.#write(render(line, this.#hasColour))
    this.#pending = true
  }

  /** Prints one line for people beside the output proper. */
  complain(...line: Line): void {
    this.#wipe()
    if (!this.#host.stderr.destroyed) this.#host.stderr.write(`${render(line, this.#errorHasColour)}\n`)
    this.#prompt?.redraw()
  }

  /** One sentence of what is wrong, one of what to do. */
  complainOf(mark: '!' | '✗', what: string, advice: string): void {
    const [first = '', ...rest] = wrap(what, this.columns - 2)
    this.complain(styled(mark === '✗' ? 'red' : 'yellow', mark), ' ', styled('bold', first))
    for (const line of rest) this.complain('  ', styled('bold', line))
    for (const line of wrap(advice, this.columns - 2)) this.complain('  ', line)
  }

  /** The line as `print` would write it. */
  spell(...line: Line): string {
    return render(line, this.#hasColour)
  }

  /** Keeps what a person is typing below each line; `undefined` wipes it away. */
  keepPrompt(prompt: Prompt | undefined): void {
    this.#wipe()
    this.#prompt = prompt
  }

  #wipe(): void {
    const rows = this.#prompt?.leave() ?? 0
    if (!this.#pending && this.#prompt === undefined) return
    this.#pending = false
    if (!this.isInteractive) return
    if (rows > 0) this.#write(`\u001B[${rows}A`)
    this.#write(this.#prompt === undefined ? '\r\u001B[2K' : '\r\u001B[J')
  }

  #write(text: string): void {
    if (!this.#host.stdout.destroyed) this.#host.stdout.write(text)
  }
}

/** @see https://no-color.org and https://force-color.org */
function wantsColour(stream: { readonly isTTY?: boolean }, environment: Host['environment']): boolean {
  const { NO_COLOR: no, FORCE_COLOR: force, TERM: terminal } = environment
  if (no !== undefined && no !== '') return false
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false'
  return stream.isTTY === true && terminal !== 'dumb'
}
