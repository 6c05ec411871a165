import { afterEach, describe, expect, it } from 'vitest'
import { createClient, type Client } from '../../src/client.js'
import type { ClientOptions } from '../../src/client-options.js'
import { accounts } from '../../src/index.js'
import { answer, login, openingTag, scriptedEndpoint, type Exchange } from '../support/scripted-server.js'

const clients: Client[] = []
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
})

function scripted(scripts: readonly (readonly Exchange[])[] = [login], options: Partial<ClientOptions> = {}) {
  const { open, servers } = scriptedEndpoint(scripts)
  const client = createClient({ jid: 'alice@example.test', password: 'secret', endpoint: open, ...options })
  clients.push(client)
  return { client, servers }
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const outcome = (promise: Promise<void>) =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : String(error)),
  )
/** Calls once, when the status is reached, from inside the subscriber. */
function once<T>(client: Client, status: string, call: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let isDone = false
    client.state$.subscribe((state) => {
      if (isDone || state.status !== status) return
      isDone = true
      call().then(resolve, reject)
    })
  })
}

describe('a wish made inside a subscriber of the state', () => {
  it('to connect is not answered by the failure before it', async () => {
    const { client } = scripted([[{ hears: /<stream/, says: 'hang up' }], login])
    const again = once(client, 'halted', () => client.connect())
    expect(await outcome(client.connect())).toBe('transport.closed')
    await again
    expect(client.state.status).toBe('online')
  })

  it('to disconnect waits until the session has ended', async () => {
    const { client, servers } = scripted()
    const left = once(client, 'online', async () => {
      await client.disconnect()
      return client.state.status
    })
    await outcome(client.connect())
    expect(await left).toBe('offline')
    expect(servers[0]?.heard).toMatch(/<\/stream:stream>$/)
  })

  it('to connect is refused while the account is on its way out', async () => {
    const asksToRemove = { hears: /<remove\/><\/query><\/iq>/, says: answer('') }
    const { client } = scripted([[...login, asksToRemove]], { roster: false, presence: false })
    await client.connect()
    const again = once(client, 'closing', () => client.connect())
    const removed = client.use(accounts).remove()
    expect(await outcome(again)).toBe('transport.aborted')
    await removed
    expect(client.state.status).toBe('removed')
  })

  it('to close waits until the stream is closed in order', async () => {
    const { client, servers } = scripted()
    const left = once(client, 'online', async () => {
      await client.close()
      return client.state.status
    })
    await outcome(client.connect())
    expect(await left).toBe('closed')
    expect(servers[0]?.heard).toMatch(/<\/stream:stream>$/)
  })
})

describe('wishes one after the other', () => {
  it('a connect that was taken back is not fulfilled by a later one', async () => {
    const { client } = scripted()
    const first = outcome(client.connect())
    const left = client.disconnect()
    const second = outcome(client.connect())
    expect([await first, await second]).toEqual(['transport.aborted', 'resolved'])
    await left
  })

  it('the signal of a wish that is over ends no later one', async () => {
    const { client } = scripted()
    const controller = new AbortController()
    const first = outcome(client.connect({ signal: controller.signal }))
    void client.disconnect()
    const second = outcome(client.connect())
    controller.abort()
    expect([await first, await second]).toEqual(['transport.aborted', 'resolved'])
    expect(client.state.status).toBe('online')
  })

  it('the signal of one caller leaves the attempt to the other', async () => {
    const { client } = scripted()
    const controller = new AbortController()
    const first = outcome(client.connect({ signal: controller.signal }))
    const second = outcome(client.connect())
    controller.abort()
    expect([await first, await second]).toEqual(['transport.aborted', 'resolved'])
  })

  it('an aborted connect is rejected at once, whatever the server does', async () => {
    const { client } = scripted([[{ hears: /<stream/, says: openingTag }]])
    const controller = new AbortController()
    const connecting = outcome(client.connect({ signal: controller.signal }))
    await turn()
    const before = client.state.status
    controller.abort()
    expect([before, await connecting, client.state.status]).toEqual([
      'connecting',
      'transport.aborted',
      'closing',
    ])
  })

  it('nothing follows close(), not even a connect in the same turn', async () => {
    const { client } = scripted()
    await client.connect()
    const closed = client.close()
    const late = outcome(client.connect())
    await closed
    expect([await late, client.state.status]).toEqual(['transport.aborted', 'closed'])
    expect(await outcome(client.connect())).toMatch(/TypeError/)
    await client.close()
    await client.disconnect()
  })

  it('a stopped attempt to come back says that it was given up, not the old failure', async () => {
    const { client, servers } = scripted([login, []], { reconnect: 'always' })
    await client.connect()
    const again = once(client, 'backingOff', () => outcome(client.connect()))
    servers[0]?.cut()
    await turn()
    await client.disconnect()
    expect([await again, client.state]).toEqual(['transport.aborted', { status: 'offline' }])
  })
})
