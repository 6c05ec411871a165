import { readFile } from 'node:fs/promises'
import process from 'node:process'
import type { Report } from './events.js'
import type { Host } from './host.js'
import { toReason, UsageError } from './usage-error.js'

/** Where the password may come from, in this order; then the variable XMPP_PASSWORD, then the person. */
export interface PasswordSources {
  readonly password: string | undefined
  /** `-` is standard input; at a terminal the person is asked, and what is typed is not shown. */
  readonly file: string | undefined
}

const safer = {
  password: 'The variable XMPP_PASSWORD or --password-file is safer.',
  'other-password': 'The variable XMPP_OTHER_PASSWORD is safer.',
} as const

/** Such an option is given. */
export function warnOfPassword(report: Report, name: keyof typeof safer): void {
  report.warn(`Others on this machine can see --${name}.`, safer[name])
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
  if (file !== '-') return (await readTextFile(file, 'the password')).split(/\r?\n/, 1)[0] ?? ''
  let text = ''
  return readInput(host, {
    take: (chunk) => {
      text += chunk
      const [, found, rest = ''] = /^(.*?)\r?\n(.*)$/s.exec(text) ?? []
      return found === undefined ? undefined : { found, rest }
    },
    end: () => text,
  })
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

/** Asks the person without showing what is typed. */
async function ask(host: Host, question: string): Promise<string> {
  const { stderr, stdin } = host
  if (stdin.isTTY !== true) {
    throw new UsageError(
      'There is no password, and nobody to ask.',
      'Set the variable XMPP_PASSWORD, or use --password-file FILE (- reads standard input).',
    )
  }
  // Whoever types as soon as the question stands there is not shown either.
  stdin.setRawMode?.(true)
  stderr.write(question)
  let typed: readonly string[] = []
  const take = (chunk: string) => {
    let rest = chunk
    for (const key of chunk) {
      rest = rest.slice(key.length)
      // In raw mode the terminal hands Ctrl-C over as a key.
      if (key === keys.interrupt) process.kill(process.pid, 'SIGINT')
      if (key === keys.endOfInput) return { found: undefined, rest }
      if (keys.enter.test(key)) return { found: typed.join(''), rest }
      typed = keys.erase.test(key) ? typed.slice(0, -1) : [...typed, key]
    }
    return undefined
  }
  try {
    return await readInput(host, { take, end: () => undefined })
  } finally {
    stdin.setRawMode?.(false)
    stderr.write('\n')
  }
}

/** Whoever looks for something on standard input; finding `undefined` is to give up. */
interface InputReader {
  /** Takes what has come; gives what was looked for, and what follows that, once it is there. */
  readonly take: (chunk: string) => { readonly found: string | undefined; readonly rest: string } | undefined
  /** No more comes. */
  readonly end: () => string | undefined
}

/** Reads no further than it must: what follows stays there for whoever reads next. @throws UsageError where nothing is found */
function readInput({ interruption: { signal }, stdin }: Host, { end, take }: InputReader): Promise<string> {
  stdin.setEncoding('utf8')
  return new Promise((resolve, reject) => {
    const settle = (found: string | undefined) => {
      stdin.pause()
      stdin.off('data', hear).off('end', finish).off('error', giveUp)
      signal.removeEventListener('abort', giveUp)
      if (found !== undefined) resolve(found)
      else reject(new UsageError('No password was given.', 'Give one, or set the variable XMPP_PASSWORD.'))
    }
    const giveUp = () => settle(undefined)
    const finish = () => settle(end())
    const hear = (chunk: string) => {
      const taken = take(chunk)
      if (taken === undefined) return
      settle(taken.found)
      if (taken.rest !== '') stdin.unshift(taken.rest)
    }
    if (signal.aborted) return giveUp()
    if (stdin.readableEnded || stdin.destroyed) return finish()
    stdin.on('data', hear).on('end', finish).on('error', giveUp)
    signal.addEventListener('abort', giveUp)
    stdin.resume()
  })
}
