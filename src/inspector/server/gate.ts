import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Endpoint } from './endpoint.js'

/** Why somebody is turned away: the HTTP status, and a sentence. */
export interface Refusal {
  readonly status: number
  readonly reason: string
}

/** Who may come in: knows the token, and the names under which the server can be reached on this machine. */
export class Gate {
  /** Where the page is, token included. */
  readonly address: string
  readonly #token: Buffer
  readonly #hosts: ReadonlySet<string>
  /** When each of those that have not been used yet ends, in milliseconds. */
  readonly #invitations = new Map<string, number>()

  constructor(token: string, port: number) {
    this.address = `/?token=${encodeURIComponent(token)}`
    this.#token = digest(token)
    // At port 80 nobody names it (RFC 9110 §4.2.1).
    this.#hosts = new Set(
      ['127.0.0.1', 'localhost'].flatMap((name) => [`${name}:${port}`, ...(port === 80 ? [name] : [])]),
    )
  }

  /** Another name than ours: somebody has made it lead here to pass for us (DNS rebinding). */
  refuseHost({ headers }: Pick<IncomingMessage, 'headers'>): Refusal | undefined {
    if (this.#hosts.has(headers.host ?? '')) return undefined
    return { status: 421, reason: 'This is not the server of that name.' }
  }

  refuseToken(url: URL): Refusal | undefined {
    const given = digest(url.searchParams.get('token') ?? '')
    if (timingSafeEqual(given, this.#token)) return undefined
    return { status: 403, reason: 'Open the address that the inspector has printed, with its token.' }
  }

  /** Gives a word that stands for the token, once and within a minute. */
  invite(): string {
    const word = randomBytes(16).toString('base64url')
    this.#invitations.set(word, performance.now() + invitationMs)
    return word
  }

  /** Whether somebody was invited by this word, who cannot come with it again. */
  takeInvitation(url: URL): boolean {
    const word = url.searchParams.get('invitation') ?? ''
    const ends = this.#invitations.get(word)
    this.#invitations.delete(word)
    return ends !== undefined && performance.now() < ends
  }

  refuseOrigin(
    { headers: { host, origin } }: IncomingMessage,
    wanted: Endpoint['origins'],
  ): Refusal | undefined {
    const isWelcome =
      wanted === 'own' ? origin === `http://${host}` : origin === undefined || isLoopback(origin)
    return isWelcome ? undefined : { status: 403, reason: 'Not from there.' }
  }
}

const invitationMs = 60_000

/** Of one length, whatever was given. */
const digest = (token: string): Buffer => createHash('sha256').update(token).digest()

/** Apps that are developed on this machine. */
const isLoopback = (origin: string): boolean =>
  /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/.test(origin)
