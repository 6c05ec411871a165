import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClient, type Client } from '../../src/client.js'
import { defaultTimeouts } from '../../machines/timeouts.js'
import { answer, login, scriptedEndpoint } from '../support/scripted-server.js'

const { quietMs, probeMs, doubtMs } = defaultTimeouts
let client: Client

beforeEach(() => void vi.useFakeTimers())
afterEach(async () => {
  const closed = client.close()
  await vi.advanceTimersByTimeAsync(60_000)
  await closed
  vi.useRealTimers()
})

async function online(script = login) {
  const { open, servers } = scriptedEndpoint([script])
  client = createClient({
    jid: 'alice@example.test',
    password: 'secret',
    endpoint: open,
    roster: false,
    presence: false,
  })
  const connecting = client.connect()
  await vi.advanceTimersByTimeAsync(0)
  await connecting
  return servers
}
const pings = (heard: string | undefined) => heard?.match(/urn:xmpp:ping/g)?.length ?? 0

describe('liveness', () => {
  it('asks nothing of a connection that is not quiet', async () => {
    const servers = await online()
    for (let time = 0; time < 5; time++) {
      await vi.advanceTimersByTimeAsync(quietMs - 1)
      servers[0]?.say(' ')
      await vi.advanceTimersByTimeAsync(0)
    }
    expect(pings(servers[0]?.heard)).toBe(0)
    expect(client.state.status).toBe('online')
  })

  it('probes a quiet connection, and goes on when it is answered', async () => {
    const servers = await online([...login, { hears: /<\/iq>/, says: answer('') }])
    await vi.advanceTimersByTimeAsync(quietMs)
    expect(pings(servers[0]?.heard)).toBe(1)
    await vi.advanceTimersByTimeAsync(probeMs)
    expect(client.state).toMatchObject({ status: 'online', liveness: 'listening' })
  })

  it('takes any word for a sign of life', async () => {
    const servers = await online()
    await vi.advanceTimersByTimeAsync(quietMs)
    expect(client.state).toMatchObject({ liveness: 'probing' })
    servers[0]?.say('<presence from="bob@example.test/home"/>')
    await vi.advanceTimersByTimeAsync(0)
    expect(client.state).toMatchObject({ liveness: 'listening' })
  })

  it('takes only the answer for a sign of life after the network has changed', async () => {
    const servers = await online()
    client.networkOnline()
    await vi.advanceTimersByTimeAsync(0)
    expect(client.state).toMatchObject({ liveness: 'doubting' })
    await vi.advanceTimersByTimeAsync(1)
    servers[0]?.say('<presence from="bob@example.test/home"/>')
    await vi.advanceTimersByTimeAsync(0)
    expect(client.state).toMatchObject({ liveness: 'doubting' })
    // It came within the wait, so the answer may stand behind it: one more wait, and nothing comes.
    await vi.advanceTimersByTimeAsync(doubtMs)
    expect(client.state).toMatchObject({ status: 'online', liveness: 'doubting' })
    await vi.advanceTimersByTimeAsync(doubtMs)
    expect(client.state).toMatchObject({ status: 'backingOff', error: { code: 'timeout.doubt' } })
  })

  it.each([
    '',
    '<error type="cancel"><service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>',
  ])('goes on when it is answered after the network has changed: %s', async (payload) => {
    const servers = await online([
      ...login,
      { hears: /<\/iq>/, says: answer(payload, payload === '' ? 'result' : 'error') },
    ])
    client.networkOnline()
    await vi.advanceTimersByTimeAsync(0)
    expect(pings(servers[0]?.heard)).toBe(1)
    expect(client.state).toMatchObject({ status: 'online', liveness: 'listening' })
  })

  it('gives a dead connection up and comes back on a new one', async () => {
    const servers = await online()
    await vi.advanceTimersByTimeAsync(quietMs + probeMs)
    expect(client.state).toMatchObject({ status: 'backingOff', error: { code: 'timeout.probe' } })
    expect(servers[0]?.ended).toBe(true)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(client.state.status).toBe('online')
    expect(servers).toHaveLength(2)
  })
})
