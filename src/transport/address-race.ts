import { lookup as lookUpSystem } from 'node:dns/promises'
import type { Socket } from 'node:net'
import { abortedError, onAbort } from './abort.js'
import { toTransportError } from './node-failure.js'

/** How long the attempts so far have for themselves before one at the next address begins beside them. */
const attemptDelayMs = 250

/** So many addresses of a host are tried: who may name more makes others knock at many doors. */
const addressLimit = 16

/** The addresses of a host, best first; `lookup` of `node:dns/promises` is one. */
export type Lookup = (host: string, options: { readonly all: true }) => Promise<readonly HostAddress[]>

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
  { host, port, signal, deed, connect, lookup = lookUpSystem }: RaceOptions,
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
    const attempt = (): void => {
      clearTimeout(turn)
      const [address = '', ...others] = waiting
      waiting = others
      if (others.length > 0) turn = setTimeout(attempt, attemptDelayMs)
      const socket = connect({ host: address, port })
      attempts.add(socket)
      const onError = (cause: unknown): void => {
        attempts.delete(socket)
        failures.push(cause)
        if (waiting.length > 0) attempt()
        else if (attempts.size === 0) fail(toTransportError(asOne(failures), deed))
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
    lookup(host, { all: true })
      .then(begin, (cause: unknown) => fail(toTransportError(cause, deed)))
      .catch(fail)
  })
}

const asOne = (failures: readonly unknown[]): unknown =>
  failures.length === 1 ? failures[0] : new AggregateError(failures)

/** The families one after the other, the system's choice first (RFC 8305 §4): a broken one costs one turn. */
function byTurns(found: readonly HostAddress[]): readonly string[] {
  const isFirst = ({ family }: HostAddress): boolean => family === found[0]?.family
  const others = found.filter((one) => !isFirst(one))
  const turns = found.filter(isFirst).flatMap((one, index) => [one, ...others.slice(index, index + 1)])
  return [...turns, ...others.slice(turns.length / 2)].map(({ address }) => address)
}
