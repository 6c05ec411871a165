import { filter, firstValueFrom, map, merge, NEVER, Subject } from 'rxjs'
import { TimeoutError, TransportError, type XmppError } from '../../errors.js'
import { createDialer } from '../../transport/dial-node.js'
import type { Dialer } from '../../transport/dial.js'
import type { Transport } from '../../transport/transport.js'
import type { CommandContext } from '../command.js'
import { toEnding } from '../exit-codes.js'
import { interrupted } from '../session.js'
import { styled } from '../text.js'
import { UsageError } from '../usage-error.js'
import { Arrivals } from './arrivals.js'
import type { ChartStates } from './chart-states.js'
import { HandStream } from './hand-stream.js'
import { defaultTimeoutMs, toSharedCommands } from './shared-commands.js'
import { talk, type Listener } from './talk.js'
import { toHelp, type TypedCommand } from './typed-command.js'
import type { WireLines } from './wire-lines.js'

/** Whom to talk to by hand. */
export interface ByHandParts {
  readonly context: CommandContext
  readonly charts: ChartStates
  readonly wire: WireLines
  readonly domain: string
  /** Tried in this order; where there are none, they are discovered. */
  readonly endpoints: readonly string[]
  /** PEM authorities to trust instead of the system's. */
  readonly ca: string | undefined
}

/** The console without an engine: every byte is typed by the person; gives the exit code. */
export async function talkByHand(parts: ByHandParts): Promise<number> {
  const { charts, context } = parts
  const { host } = context
  const { signal } = host.interruption
  const isPerson = host.stdin.isTTY === true
  const ends = new Subject<XmppError | undefined>()
  const hand = new Hand(parts, (error) => ends.next(error))
  let isDone = isPerson
  try {
    await hand.connect()
    const end = await firstValueFrom(
      merge(
        interrupted(signal),
        hand.quit$,
        isPerson
          ? NEVER
          : ends.pipe(
              filter((error) => error !== undefined),
              map((error: XmppError) => {
                throw error
              }),
            ),
        talk(context, hand, charts).pipe(map(() => 'end')),
      ),
    )
    isDone ||= end !== 'interrupted'
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await hand.disconnect()
  }
  return toEnding(host, isDone)
}

class Hand implements Listener {
  readonly commands: readonly TypedCommand[]
  readonly quit$ = new Subject<string>()
  readonly #parts: ByHandParts
  readonly #dialer: Dialer
  readonly #arrivals = new Arrivals()
  readonly #ended: (error: XmppError | undefined) => void
  #stream: HandStream | undefined
  #isSecuring = false

  /** @param ended told of each connection that ends, and why where that was not in order */
  constructor(parts: ByHandParts, ended: (error: XmppError | undefined) => void) {
    const { ca, charts, context } = parts
    this.#parts = parts
    this.#ended = ended
    this.#dialer = createDialer(ca === undefined ? {} : { ca })
    const quit = () => this.quit$.next('quit')
    this.commands = [
      {
        name: 'help',
        usage: '',
        help: 'This list; whatever else you type is sent as it is, line by line',
        run: () => toHelp(this.commands).forEach((line) => context.report.note(...line)),
      },
      {
        name: 'tls',
        usage: '',
        help: 'Do the TLS handshake, once the server has said <proceed/>',
        run: () => this.#secure(),
      },
      { name: 'connect', usage: '', help: 'Connect again', run: () => this.connect() },
      { name: 'disconnect', usage: '', help: 'End the connection', run: () => this.disconnect() },
      ...toSharedCommands({ arrivals: this.#arrivals, charts, context, quit }),
    ]
  }

  jids(): readonly string[] {
    return [this.#parts.domain]
  }

  get isOpen(): boolean {
    return this.#stream?.isTyping === true
  }

  take(line: string): void {
    this.#arrivals.forget()
    this.#live().send(line)
  }

  /** What was sent is sent. */
  drop(): void {}

  async connect(): Promise<void> {
    const { context, domain, wire } = this.#parts
    await this.disconnect()
    const transport = await this.#inTime('dial', 'the connection', async (signal) => {
      const given = this.#parts.endpoints
      return this.#dial(given.length > 0 ? given : await this.#dialer.discover(domain, signal), signal)
    })
    this.#arrivals.forget()
    this.#note(
      `Connected to ${transport.address}${transport.tls === null ? '' : `, ${transport.tls.version}`}.`,
    )
    this.#stream = new HandStream(transport, wire, {
      arrived: (name) => this.#arrivals.arrive(name),
      violated: (error) => {
        if (context.host.stdin.isTTY === true) {
          context.report.warn(
            `The server broke the protocol: ${error.message}.`,
            'See what it sends next, or /quit.',
          )
        }
        this.#arrivals.end(error)
        this.#ended(error)
      },
      mistyped: ({ message }) =>
        context.report.warn(
          `What you sent breaks the protocol: ${message}.`,
          'It was sent all the same: see what the server says.',
        ),
      told: (text) => this.#note(text),
      ended: (error) => {
        this.#note('The connection has ended.')
        this.#stream = undefined
        this.#arrivals.end(error ?? new TransportError('closed', 'the connection has ended'))
        // Whoever waits for a handshake is told why there is none.
        if (!this.#isSecuring) this.#ended(error ?? undefined)
      },
    })
  }

  /** The first that can be had. @throws TransportError why the last cannot */
  async #dial([endpoint = '', ...more]: readonly string[], signal: AbortSignal): Promise<Transport> {
    try {
      return await this.#dialer.dial(endpoint, this.#parts.domain, signal)
    } catch (error) {
      if (more.length === 0 || signal.aborted || !(error instanceof TransportError)) throw error
      this.#note(`Not this one: ${error.message}.`)
      return this.#dial(more, signal)
    }
  }

  async disconnect(): Promise<void> {
    const stream = this.#stream
    await stream?.end()
  }

  async #secure(): Promise<void> {
    const stream = this.#live()
    if (!stream.mayEncrypt) {
      throw new UsageError(
        'The server has not said <proceed/> (RFC 6120 §5.4.3.3).',
        "Send <starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/> first, and wait for the answer.",
      )
    }
    this.#isSecuring = true
    try {
      const version = await this.#inTime('tls', 'the TLS handshake', (signal) =>
        stream.secure(this.#dialer.tlsOptions(this.#parts.domain), signal),
      )
      this.#note(`Encrypted with ${version}: open the stream anew.`)
    } finally {
      this.#isSecuring = false
    }
  }

  /** What waits for the other side ends, by itself or by the person. @throws TimeoutError */
  async #inTime<T>(key: string, awaited: string, deed: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { host, options } = this.#parts.context
    const timeoutMs = options.milliseconds('timeout') ?? defaultTimeoutMs
    const late = AbortSignal.timeout(timeoutMs)
    try {
      return await deed(AbortSignal.any([host.interruption.signal, late]))
    } catch (error) {
      throw late.aborted ? new TimeoutError(key, awaited, timeoutMs) : error
    }
  }

  #live(): HandStream {
    if (this.#stream !== undefined) return this.#stream
    throw new TransportError('not-connected', 'there is no connection')
  }

  #note(text: string): void {
    this.#parts.context.report.note(styled('dim', text))
  }
}
