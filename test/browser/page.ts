// What runs inside the browser: the tests call these functions by name.
import { createDialer } from '#dialer'
import { TransportError } from '../../src/errors.js'
import type { Transport } from '../../src/transport/transport.js'
import type { Pairing } from '../transport/pairings.js'
import { describeTransport } from '../transport/suite.js'
import { runTests, type PageOutcome } from './vitest-in-page.js'

/** What a dialled connection was and told until it ended. */
export type Observation =
  | {
      readonly chunks: readonly unknown[]
      readonly flushed: readonly string[]
      readonly closed: string
      readonly message: string
      readonly framing: string
      readonly tls: unknown
    }
  | { readonly failed: string; readonly message: string }

export interface Observed {
  readonly endpoint: string
  readonly frameLimitBytes?: number
  readonly send?: readonly string[]
  /** Takes nothing, from the beginning to the end. */
  readonly paused?: boolean
}

const never = (): AbortSignal => new AbortController().signal

async function observe({ endpoint, frameLimitBytes, paused, send = [] }: Observed): Promise<Observation> {
  const dialer = createDialer(frameLimitBytes === undefined ? {} : { frameLimitBytes })
  let transport: Transport
  try {
    transport = await dialer.dial(endpoint, 'example.test', never())
  } catch (error) {
    return failureOf(error)
  }
  const chunks: unknown[] = []
  const flushed: string[] = []
  const { framing, tls } = transport
  if (paused === true) transport.pause()
  return new Promise((resolve) => {
    transport.start({
      data: (chunk) => chunks.push(chunk),
      closed: (error) => {
        const closed = error?.code ?? 'cleanly'
        resolve({ chunks, flushed, closed, message: error?.message ?? '', framing, tls })
      },
    })
    for (const text of send) transport.write(text, (error) => flushed.push(error?.code ?? 'yes'))
  })
}

/** Gives up `turns` tasks after the beginning, or once it is connected; tells the outcome. */
async function abortDial(endpoint: string, turns: number | 'connected'): Promise<string> {
  const abortion = new AbortController()
  if (turns === -1) abortion.abort()
  const dialling = createDialer().dial(endpoint, 'example.test', abortion.signal)
  const outcome = dialling.then(
    (transport) => {
      transport.destroy()
      return 'connected'
    },
    (error: unknown) => failureOf(error).failed,
  )
  if (turns === 'connected') await dialling
  else for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setTimeout(resolve))
  abortion.abort()
  return outcome
}

async function startTls(endpoint: string): Promise<string> {
  const transport = await createDialer().dial(endpoint, 'example.test', never())
  const outcome = await transport.startTls({ domain: 'example.test' }, never()).catch(failureOf)
  const binding = transport.channelBinding('tls-exporter')
  transport.destroy()
  return `${outcome?.failed ?? 'secured'}, ${binding === undefined ? 'no binding' : 'binding'}`
}

async function discover(domain: string): Promise<unknown> {
  return createDialer().discover(domain, never()).catch(failureOf)
}

/** `relay` couples every two connections that it accepts. */
async function runSuite(relay: string): Promise<readonly PageOutcome[]> {
  const opened: Transport[] = []
  const setUp = async (): Promise<Pairing> => ({
    open: async () => {
      const client = await createDialer().dial(relay, 'example.test', never())
      const server = await createDialer().dial(relay, 'example.test', never())
      opened.push(client, server)
      return { client, server }
    },
    close: async () => {
      for (const transport of opened) transport.destroy()
    },
  })
  describeTransport('browser WebSocket', setUp, { backPressure: false, hearsAfterClose: false })
  return runTests()
}

function failureOf(error: unknown): { readonly failed: string; readonly message: string } {
  if (error instanceof TransportError) return { failed: error.code, message: error.message }
  if (error instanceof Error) return { failed: error.name, message: error.message }
  return { failed: 'unknown', message: String(error) }
}

Object.assign(globalThis, { abortDial, discover, observe, runSuite, startTls })
