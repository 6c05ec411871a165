import type { Embedded } from './embedded.js'
import type { Report } from './events.js'
import { styled } from './text.js'

/** Tells a person where the embedded server is, and what it is. */
export function showServer(
  { server, caFile }: Embedded,
  jids: readonly string[],
  password: string | undefined,
  report: Report,
): void {
  const { directTls, secureWebSocket, starttls, webSocket } = server.endpoints
  const row = (name: string, text: string | undefined) => {
    if (text !== undefined) report.note('   ', styled('dim', name.padEnd(13)), text)
  }
  report.note()
  report.note(styled('green', '●'), ' Serving ', styled('bold', server.domain))
  row('STARTTLS', starttls)
  row('direct TLS', directTls)
  row('WebSocket', secureWebSocket)
  row('in clear', webSocket)
  row('accounts', jids.join(', '))
  row('password', password)
  row('authority', caFile)
  report.note(
    '   ',
    styled('yellow', 'In memory, on this machine alone: for demos and tests, never for the open network.'),
  )
}

/** A command that joins, in parts that each fit a line; the password goes another way. */
export function toJoin(
  program: string,
  { server: { endpoints }, caFile }: Embedded,
  jid: string,
  ...more: readonly string[]
): readonly string[] {
  const endpoint = endpoints.starttls ?? endpoints.directTls ?? endpoints.secureWebSocket ?? ''
  return [`${program} connect --jid ${jid}`, `--endpoint ${endpoint}`, `--ca ${quote(caFile)}`, ...more]
}

/** Prints such a command so that it can be pasted whole. */
export function showJoin(join: readonly string[], password: string | undefined, report: Report): void {
  const [first = '', ...rest] = join
  const parts = [password === undefined ? first : `XMPP_PASSWORD=${quote(password)} ${first}`, ...rest]
  parts.forEach((part, index) => {
    const end = index < parts.length - 1 ? ' \\' : ''
    report.note(styled('cyan', `${index === 0 ? '  ' : '    '}${part}${end}`))
  })
}

const quote = (text: string): string =>
  /^[\w./:@=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
