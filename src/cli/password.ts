import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import type { Host } from './host.js'
import { toReason, UsageError } from './usage-error.js'

/** Where the password may come from, in this order; then the variable XMPP_PASSWORD, then the person. */
export interface PasswordSources {
  readonly password: string | undefined
  /** `-` is standard input; at a terminal the person is asked, and what is typed is not shown. */
  readonly file: string | undefined
}

/**
 * Finds the password.
 * @throws UsageError where none is given and nobody can be asked
 */
export async function findPassword(host: Host, sources: PasswordSources, account: string): Promise<string> {
  const { password, file } = sources
  const isTyped = file === '-' && host.stdin.isTTY === true
  const found =
    password ??
    (file === undefined || isTyped ? undefined : await readFirstLine(host, file)) ??
    (isTyped ? undefined : host.environment.XMPP_PASSWORD) ??
    (await ask(host, `Password of ${account}: `))
  if (found === '') throw new UsageError('The password is empty.', 'Give the one of the account.')
  return found
}

async function readFirstLine(host: Host, file: string): Promise<string> {
  const content = await (file === '-' ? text(host.stdin) : readTextFile(file, 'the password'))
  return content.split(/\r?\n/, 1)[0] ?? ''
}

/** @throws UsageError that names the file and why it cannot be read */
export async function readTextFile(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new UsageError(
      `The file with ${what} cannot be read: ${file} (${toReason(error)}).`,
      'Check its name and rights.',
    )
  }
}

/** PEM of the authority that is trusted. @throws UsageError that names the file and what is wrong with it */
export async function readAuthority(file: string): Promise<string> {
  const text = await readTextFile(file, 'the authority')
  if (/^-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/m.test(text)) return text
  throw new UsageError(`${file} holds no certificate.`, 'Give --ca a file in PEM, as `serve` writes it.')
}

const keys = { enter: /[\r\n]/, endOfInput: '\u0004', interrupt: '\u0003', erase: /[\u007F\b]/ }

/** Asks the person without showing what is typed; what follows it stays on standard input. */
async function ask({ interruption, stderr, stdin }: Host, question: string): Promise<string> {
  if (stdin.isTTY !== true) {
    throw new UsageError(
      'There is no password, and nobody to ask.',
      'Set the variable XMPP_PASSWORD, or use --password-file FILE (- reads standard input).',
    )
  }
  // Whoever types as soon as the question stands there is not shown either.
  stdin.setRawMode?.(true)
  stderr.write(question)
  stdin.setEncoding('utf8')
  try {
    return await new Promise<string>((resolve, reject) => {
      let typed: readonly string[] = []
      const stop = () => {
        stdin.pause()
        stdin.off('data', take)
        for (const end of ['end', 'error']) stdin.off(end, giveUp)
        interruption.signal.removeEventListener('abort', giveUp)
      }
      const giveUp = () => {
        stop()
        reject(new UsageError('No password was given.', 'Type it, or set the variable XMPP_PASSWORD.'))
      }
      const take = (chunk: string) => {
        let rest = chunk
        for (const key of chunk) {
          rest = rest.slice(key.length)
          // In raw mode the terminal hands Ctrl-C over as a key.
          if (key === keys.interrupt) process.kill(process.pid, 'SIGINT')
          if (key === keys.endOfInput) return giveUp()
          if (keys.enter.test(key)) {
            stop()
            if (rest !== '') stdin.unshift(rest)
            return resolve(typed.join(''))
          }
          typed = keys.erase.test(key) ? typed.slice(0, -1) : [...typed, key]
        }
      }
      stdin.on('data', take)
      for (const end of ['end', 'error']) stdin.on(end, giveUp)
      interruption.signal.addEventListener('abort', giveUp)
      stdin.resume()
    })
  } finally {
    stdin.setRawMode?.(false)
    stderr.write('\n')
  }
}
