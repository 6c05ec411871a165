import { ADDRCONFIG, promises as dns } from 'node:dns'
import type { Socket } from 'node:net'
import { abortedError, onAbort } from './abort.js'
import { toTransportError } from './node-failure.js'

/** How long the attempts so far have for themselves before one at the next address begins beside them. */
const attemptDelayMs = 250

/** How long what is never answered has once the host has refused elsewhere, and may take the next connection; lost SYNs are sent again. */
const lastAttemptsMs = 5_000

/** So many addresses of a host are tried: who may name more makes others knock at many doors. */
const addressLimit = 16

/** The addresses of a host, best first; `lookup` of `node:dns/promises` is one. */
export type Lookup = (host: string, options: typeof lookupOptions) => Promise<readonly HostAddress[]>

/** As Node's own: a machine without IPv6 does not ask for its addresses, which some resolvers never answer. */
const lookupOptions = { all: true, hints: process.platform === 'win32' ? 0 : ADDRCONFIG } as const

interface HostAddress {
  readonly address: string
  readonly family: number
}

export interface Target {
  /** Name or IP address, without brackets. */
  readonly host: string
  readonly port: number
}

export interface RaceOptions extends Target {
  /** Gives up at any moment; what was opened is closed. The only time-out there is. */
  readonly signal: AbortSignal
  /** Completes "… failed". */
  readonly deed: string
  /** Begins one attempt, at one address. */
  readonly connect: (target: Target) => Socket
  /** Default: the system's. */
  readonly lookup?: Lookup | undefined
}

/**
 * Connects to whichever address of a host answers first. Node's own attempts are none beside each other: each but the last is
 * given up after 250 ms, so that a server further away is out of reach where the last address is.
 * @param take makes what is given of the connected socket, synchronously: no event of it is missed
 * @throws TransportError; RangeError for an impossible port
 * @see RFC 8305 §5
 */
export function connectFirst<Taken>(
  { host, port, signal, deed, connect, lookup = dns.lookup }: RaceOptions,
  take: (socket: Socket) => Taken | Promise<Taken>,
): Promise<Taken> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(abortedError(deed, signal))
      return
    }
    const attempts = new Set<Socket>()
    const failures: unknown[] = []
    let waiting: readonly string[] = []
    /** To the next attempt, or to the end of those that are left. */
    let turn: NodeJS.Timeout | undefined
    const end = (): void => {
      disarm()
      clearTimeout(turn)
      for (const socket of attempts) socket.destroy()
    }
    const fail = (error: unknown): void => {
      end()
      reject(error)
    }
    const disarm = onAbort(signal, () => fail(abortedError(deed, signal)))
    const lose = (): void => fail(toTransportError(asOne(failures), deed))
    const hurry = (): void => {
      if (failures.some(isRefusal)) turn ??= setTimeout(lose, lastAttemptsMs)
    }
    const attempt = (): void => {
      clearTimeout(turn)
      turn = undefined
      const [address = '', ...others] = waiting
      waiting = others
      if (others.length > 0) turn = setTimeout(attempt, attemptDelayMs)
      else hurry()
      const socket = connect({ host: address, port })
      attempts.add(socket)
      const onError = (cause: unknown): void => {
        attempts.delete(socket)
        failures.push(cause)
        if (waiting.length > 0) return attempt()
        if (attempts.size === 0) lose()
        else hurry()
      }
      socket.on('error', onError)
      socket.once('connect', () => {
        attempts.delete(socket)
        end()
        resolve(take(socket))
        socket.off('error', onError)
      })
    }
    const begin = (found: readonly HostAddress[]): void => {
      if (signal.aborted) return
      waiting = byTurns(found).slice(0, addressLimit)
      attempt()
    }
    lookup(host, lookupOptions)
      .then(begin, (cause: unknown) => fail(toTransportError(cause, deed)))
      .catch(fail)
  })
}

const isRefusal = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED'

const asOne = (failures: readonly unknown[]): unknown =>
  failures.length === 1 ? failures[0] : new AggregateError(failures)

/** The families one after the other, the system's choice first (RFC 8305 §4): a broken one costs one turn. */
function byTurns(found: readonly HostAddress[]): readonly string[] {
  const isFirst = ({ family }: HostAddress): boolean => family === found[0]?.family
  const others = found.filter((one) => !isFirst(one))
  const turns = found.filter(isFirst).flatMap((one, index) => [one, ...others.slice(index, index + 1)])
  return [...turns, ...others.slice(turns.length / 2)].map(({ address }) => address)
}
