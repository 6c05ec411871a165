import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Gate, Refusal } from './gate.js'
import type { PageFiles } from './page-files.js'

/** Nothing of another place is loaded, nothing inline runs, nobody may put the page into a frame. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "worker-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

const headers = {
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const

/**
 * Answers what is no WebSocket: the page and its parts, which are no secret. Without the token the page shows nothing; a reload
 * asks for it without, since the page keeps it to itself.
 */
export function answer(
  request: IncomingMessage,
  response: ServerResponse,
  gate: Gate,
  files: PageFiles,
): void {
  const { method } = request
  const url = toUrl(request)
  const refuse = ({ reason, status }: Refusal) =>
    response
      .writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8', Allow: 'GET, HEAD' })
      .end(`${reason}\n`)
  const misplaced = gate.refuseHost(request)
  if (misplaced !== undefined) return void refuse(misplaced)
  if (method !== 'GET' && method !== 'HEAD') return void refuse({ status: 405, reason: 'There is only GET.' })
  if (url.pathname === '/open' && gate.takeInvitation(url)) {
    return void response.writeHead(302, { ...headers, Location: gate.address }).end()
  }
  const file = files.get(url.pathname)
  if (file === undefined) return void refuse({ status: 404, reason: 'There is no such file.' })
  response.writeHead(200, {
    ...headers,
    'Content-Type': file.type,
    'Content-Length': file.content.length,
  })
  response.end(method === 'HEAD' ? undefined : file.content)
}

const base = 'http://inspector'

/** Where a request goes; its host is of no account here. */
export function toUrl({ url = '' }: IncomingMessage): URL {
  return new URL(URL.canParse(url, base) ? url : '/nowhere', base)
}
