import type { Host } from './host.js'
import { render, styled, wrap, type Line } from './text.js'

const widestColumns = 100

/** The terminal, or what stands for it: whole lines, and one line that may still change. */
export class Screen {
  readonly columns: number
  /** A person sees each line as it comes. */
  readonly isInteractive: boolean
  readonly #host: Host
  readonly #hasColour: boolean
  readonly #errorHasColour: boolean
  #pending = false
  #prompt: (() => void) | undefined

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
    this.#prompt?.()
  }

  /** Shows a line that the next one replaces; only where somebody watches. */
  show(...line: Line): void {
    if (!this.isInteractive) return
    this.#wipe()
    this.#write(render(line, this.#hasColour))
    this.#pending = true
  }

  /** Prints one line for people beside the output proper. */
  complain(...line: Line): void {
    this.#wipe()
    if (!this.#host.stderr.destroyed) this.#host.stderr.write(`${render(line, this.#errorHasColour)}\n`)
    this.#prompt?.()
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

  /** `redraw` puts what the person is typing, and what stands beneath, back after each line. */
  keepPrompt(redraw: (() => void) | undefined): void {
    this.#prompt = redraw
  }

  #wipe(): void {
    if (!this.#pending && this.#prompt === undefined) return
    this.#pending = false
    if (this.isInteractive) this.#write(this.#prompt === undefined ? '\r\u001B[2K' : '\r\u001B[J')
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
