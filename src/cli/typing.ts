import { createInterface, type CursorPos, type Interface } from 'node:readline'
import process from 'node:process'
import { concatMap, defer, finalize, ignoreElements, Observable, tap, type Subscription } from 'rxjs'
import type { Host } from './host.js'
import type { Screen } from './screen.js'

/** What helps a person who types much. */
export interface TypingAids {
  /** What the end of a line may become, and what of the line that replaces. */
  readonly complete: (line: string) => [string[], string]
  /** Told of the list that is moved in, whenever readline has added to it. */
  readonly history: { show(list: string[]): void }
  /** A line to stand beneath what is typed. */
  readonly beneath$: Observable<string>
  /** Forgets what is begun, and tells whether there was anything. */
  readonly drop: () => boolean
}

/**
 * The lines that a person types, or that come from a pipe; completes at their end. While it is subscribed to, what the
 * person is typing stays below what is printed. Without aids a line vanishes when it is entered, since it is shown as what
 * became of it.
 */
export function typedLines({ stdin, stdout }: Host, screen: Screen, aids?: TypingAids): Observable<string> {
  return new Observable((subscriber) => {
    // Whoever has read the password from there may have come to the end.
    if (stdin.readableEnded || stdin.destroyed) return subscriber.complete()
    const isPerson = stdin.isTTY === true && screen.isInteractive
    const lines = createInterface({
      input: stdin,
      ...(isPerson ? { output: stdout, prompt: '› ' } : {}),
      ...(isPerson && aids !== undefined ? { completer: aids.complete } : {}),
      terminal: isPerson,
    })
    const beneath = isPerson && aids !== undefined ? new Beneath(lines, screen, stdout) : undefined
    const redraw = () => {
      lines.prompt(true)
      beneath?.draw()
    }
    let watching: Subscription | undefined
    if (isPerson) {
      screen.keepPrompt({ leave: () => leave(lines), redraw })
      lines.prompt()
      stdin.on('keypress', pressed)
      watching = aids?.beneath$.subscribe((text) => beneath?.show(text))
    }
    function pressed() {
      standAt(lines, lines.getCursorPos().rows)
      beneath?.draw()
    }
    lines.on('history', (list) => aids?.history.show(list))
    lines.on('line', (line) => {
      if (isPerson) {
        stdout.write(aids === undefined ? `\u001B[${rowsOf(lines, line)}A\r\u001B[J` : '\r\u001B[J')
      }
      if (line.trim() !== '') subscriber.next(line)
      // Whoever has just said that this was all is not asked for more: that would read on.
      if (isPerson && !subscriber.closed && (aids !== undefined || line.trim() === '')) redraw()
    })
    // In raw mode the terminal hands Ctrl-C over as a key.
    lines.on('SIGINT', () => {
      const hasTyped = aids !== undefined && lines.line !== ''
      if (aids?.drop() !== true && !hasTyped) return process.kill(process.pid, 'SIGINT')
      lines.write(null, { ctrl: true, name: 'e' })
      lines.write(null, { ctrl: true, name: 'u' })
      return redraw()
    })
    // Where the terminal has gone, that is the end of what is typed.
    lines.on('error', () => subscriber.complete())
    lines.on('close', () => {
      if (isPerson) screen.keepPrompt(undefined)
      subscriber.complete()
    })
    return () => {
      watching?.unsubscribe()
      stdin.off('keypress', pressed)
      lines.close()
    }
  })
}

/** Takes them one after the other, and completes at their end; a pipe is read no faster than that. */
export function eachLine(
  host: Host,
  screen: Screen,
  take: (line: string) => Promise<void>,
  aids?: TypingAids,
): Observable<never> {
  return defer(() => {
    let [isOver, waiting] = [host.stdin.isTTY === true, 0]
    return typedLines(host, screen, aids).pipe(
      tap(() => {
        waiting += 1
        if (!isOver) host.stdin.pause()
      }),
      concatMap((line) =>
        take(line).finally(() => {
          waiting -= 1
          if (!isOver && waiting === 0) host.stdin.resume()
        }),
      ),
      finalize(() => (isOver = true)),
      ignoreElements(),
    )
  })
}

/** Tells readline on which row of what is typed the cursor stands: it does not see itself what is pasted, or wiped away. */
const standAt = (lines: Interface, prevRows: number) => void Object.assign(lines, { prevRows })

function leave(lines: Interface): number {
  standAt(lines, 0)
  return lines.getCursorPos().rows
}

/** Where the cursor stands behind the whole of such a line. */
function endOf(lines: Interface, line: string): CursorPos {
  const { cursor, line: typed } = lines
  Object.assign(lines, { cursor: line.length, line })
  const end = lines.getCursorPos()
  Object.assign(lines, { cursor, line: typed })
  return end
}

/** Rows of a line that has just been entered; one less where it fills them, since another may not have been begun. */
function rowsOf(lines: Interface, line: string): number {
  const { cols, rows } = endOf(lines, line)
  return cols === 0 && rows > 0 ? rows : rows + 1
}

/** One line beneath the one that is typed; the cursor goes back to where it was. */
class Beneath {
  readonly #lines: Interface
  readonly #screen: Screen
  readonly #stdout: Host['stdout']
  #text = ''

  constructor(lines: Interface, screen: Screen, stdout: Host['stdout']) {
    this.#lines = lines
    this.#screen = screen
    this.#stdout = stdout
  }

  show(text: string): void {
    this.#text = text
    this.draw()
  }

  draw(): void {
    // What is typed over several lines needs the room itself.
    if (this.#text === '' || endOf(this.#lines, this.#lines.line).rows > 0) return
    const { cols } = this.#lines.getCursorPos()
    const width = this.#screen.columns - 1
    const text = this.#text.length > width ? `${this.#text.slice(0, width - 1)}…` : this.#text
    const shown = this.#screen.spell({ style: 'dim', text })
    this.#stdout.write(`\r\n\u001B[2K${shown}\u001B[1A\u001B[${cols + 1}G`)
  }
}
