import { createInterface } from 'node:readline'
import process from 'node:process'
import { Observable } from 'rxjs'
import type { Host } from './host.js'
import type { Screen } from './screen.js'

/**
 * The lines that a person types, or that come from a pipe; completes at their end. While it is subscribed to, what the
 * person is typing stays below what is printed.
 */
export function typedLines({ stdin, stdout }: Host, screen: Screen): Observable<string> {
  return new Observable((subscriber) => {
    const isPerson = stdin.isTTY === true && screen.isInteractive
    const lines = createInterface({
      input: stdin,
      ...(isPerson ? { output: stdout, prompt: '› ' } : {}),
      terminal: isPerson,
    })
    if (isPerson) {
      screen.keepPrompt(() => lines.prompt(true))
      lines.prompt()
    }
    lines.on('line', (line) => {
      // What was typed is shown again as the stanza that it became.
      if (isPerson) stdout.write('\u001B[1A\u001B[2K')
      if (line.trim() !== '') subscriber.next(line)
      else if (isPerson) lines.prompt()
    })
    // In raw mode the terminal hands Ctrl-C over as a key.
    lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    lines.on('close', () => {
      screen.keepPrompt(undefined)
      if (isPerson) stdout.write('\r\u001B[2K')
      subscriber.complete()
    })
    return () => lines.close()
  })
}
