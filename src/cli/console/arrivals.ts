import { TimeoutError, TransportError, type XmppError } from '../../errors.js'

const limit = 1_000

/** The names of what has come since something was sent last, for scripts that wait. */
export class Arrivals {
  #names: string[] = []
  #end: XmppError | undefined
  #look: (() => void) | undefined

  /** Local name of an element, `stream` for a header. */
  arrive(name: string): void {
    if (this.#names.length < limit) this.#names.push(name)
    this.#look?.()
  }

  /** Something is sent: what came before is no answer to it. */
  forget(): void {
    this.#names = []
    this.#end = undefined
  }

  /** Nothing comes any more. */
  end(error: XmppError): void {
    this.#end = error
    this.#look?.()
  }

  /**
   * Resolves once something of this name has come, or anything at all; each arrival counts once.
   * @throws TimeoutError; TransportError (`aborted`); why the stream has ended
   */
  wait(name: string | undefined, timeoutMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (deed: () => void) => {
        clearTimeout(timer)
        this.#look = undefined
        signal.removeEventListener('abort', aborted)
        deed()
      }
      const aborted = () => settle(() => reject(new TransportError('aborted', 'no longer awaited')))
      const timer = setTimeout(() => {
        settle(() =>
          reject(new TimeoutError('arrival', name === undefined ? 'anything' : `<${name}/>`, timeoutMs)),
        )
      }, timeoutMs)
      this.#look = () => {
        const index = name === undefined ? 0 : this.#names.indexOf(name)
        const end = this.#end
        if (index >= 0 && this.#names.length > 0) {
          this.#names.splice(0, index + 1)
          settle(resolve)
        } else if (end !== undefined) settle(() => reject(end))
      }
      signal.addEventListener('abort', aborted, { once: true })
      if (signal.aborted) aborted()
      else this.#look()
    })
  }
}
