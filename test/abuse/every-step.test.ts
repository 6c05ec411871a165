import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClient, type Client } from '../../src/client.js'
import { streamErrorConditions } from '../../src/errors.js'
import { judge } from '../../machines/policy.js'
import { StreamError, XmppError } from '../../src/index.js'
import { login, openingTag, scriptedEndpoint, type Exchange } from '../support/scripted-server.js'

/** The longest that any client with default time-outs may take to give up one attempt. */
const patienceMs = 10 * 60_000

const clients: Client[] = []
beforeEach(() => void vi.useFakeTimers())
afterEach(async () => {
  for (const client of clients.splice(0)) {
    const closed = client.close()
    await vi.advanceTimersByTimeAsync(patienceMs)
    await closed
  }
  const left = vi.getTimerCount()
  vi.useRealTimers()
  if (left > 0) throw new Error(`${left} timers are left`)
})

/** Connects to a server that follows the script; gives the error, and what is left behind. */
async function attempt(script: readonly Exchange[], forMs = patienceMs) {
  const { open, servers } = scriptedEndpoint([script])
  const client = createClient({
    jid: 'alice@example.test',
    password: 'secret',
    endpoint: open,
    reconnect: 'never',
  })
  clients.push(client)
  const outcome = client.connect().then(
    () => undefined,
    (error: unknown) => error,
  )
  await vi.advanceTimersByTimeAsync(forMs)
  return { client, error: await outcome, server: servers[0] }
}

/** Every way to go wrong after the first `count` exchanges. */
const after = (count: number, says: Exchange['says']): readonly Exchange[] => [
  ...login.slice(0, count),
  { hears: /^/, says },
]
const garbage = '\u0001 HTTP/1.1 400 Bad Request\r\n\r\n<<<'
const steps = login.map((_, index) => index)

/** Where a stream has just begun, a server says nothing without its opening tag (RFC 6120 §4.9.1.2). */
const begins = (count: number) => count === 0 || count === 3

describe('a login that works', () => {
  it('ends online', async () => {
    const { client, error } = await attempt(login, 1_000)
    expect(error).toBeUndefined()
    expect(client.state).toMatchObject({ status: 'online', jid: 'alice@example.test/desk' })
  })
})

describe.each(steps)('a server that goes wrong after step %i of a login', (count) => {
  const closing = begins(count) ? `${openingTag}</stream:stream>` : '</stream:stream>'
  const early = "<message from='mallory@example.test'><body>early</body></message>"

  it.each([
    ['by silence', 'silence', /^timeout\./],
    ['by hanging up', 'hang up', /^transport\.closed$/],
    ['by cutting the connection', 'cut', /^transport\.(closed|reset)$/],
    ['by closing the stream', closing, /^transport\.closed$/],
    ['by garbage', garbage, /^protocol\./],
    [
      'by a stanza out of place',
      early,
      begins(count) ? /^protocol\.bad-format$/ : /^protocol\.not-authorized$/,
    ],
  ] as const)('%s ends the attempt in a typed error', async (_how, says, code) => {
    const { client, error, server } = await attempt(after(count, says))
    expect(error).toBeInstanceOf(XmppError)
    expect(error).toMatchObject({ code: expect.stringMatching(code), advice: expect.stringMatching(/\w/) })
    expect(client.state).toMatchObject({ status: 'halted', error })
    expect(server?.ended).toBe(true)
  })

  it('by garbage is told what is wrong with it', async () => {
    const { server } = await attempt(after(count, garbage))
    expect(server?.heard).toMatch(
      /<stream:error><(not-well-formed|bad-format|invalid-xml) .*<\/stream:stream>$/,
    )
  })
})

describe.each(streamErrorConditions)('the stream error %s', (condition) => {
  const streamError =
    `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>` +
    "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>because</text></stream:error></stream:stream>"

  it.each(steps)('after step %i is a typed error with its condition and text', async (count) => {
    const { client, error } = await attempt(
      after(count, begins(count) ? openingTag + streamError : streamError),
    )
    expect(error).toMatchObject({ code: `stream.${condition}`, text: 'because' })
    expect(client.state).toMatchObject({ status: 'halted' })
  })

  it('while online leads where the policy says', async () => {
    const { open, servers } = scriptedEndpoint([login])
    const client = createClient({ jid: 'alice@example.test', password: 'secret', endpoint: open })
    clients.push(client)
    const connecting = client.connect()
    await vi.advanceTimersByTimeAsync(0)
    await connecting
    servers[0]?.say(streamError)
    await vi.advanceTimersByTimeAsync(0)
    const retries = judge(new StreamError(condition)).decision === 'retry'
    expect(client.state.status).toMatch(retries ? /^(backingOff|connecting|online)$/ : /^halted$/)
  })
})
