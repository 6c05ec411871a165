import { afterEach, describe, expect, it } from 'vitest'
import { createActor } from 'xstate'
import { rosterMachine } from '../../machines/roster.js'
import { defaultTimeouts } from '../../machines/timeouts.js'
import { meansOf } from '../../src/actors/means.js'
import { createClient, type Client } from '../../src/client.js'
import { login, scriptedEndpoint } from '../support/scripted-server.js'

const clients: Client[] = []
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
})

function scripted(name: string) {
  const { open, servers } = scriptedEndpoint([login])
  const client = createClient({
    jid: `${name}@example.test`,
    password: `secret of ${name}`,
    endpoint: open,
    lang: name,
  })
  clients.push(client)
  return { client, servers }
}
const plain = (name: string) => btoa(`\0${name}\0secret of ${name}`)
const logicOf = ({ actor }: Client): unknown => Reflect.get(actor, 'logic')

describe('two clients in one process', () => {
  it('run the same charts', () => {
    const [alice, bob] = [scripted('alice'), scripted('bob')]
    expect(logicOf(alice.client)).toBe(logicOf(bob.client))
    expect(alice.client.actor.system).not.toBe(bob.client.actor.system)
  })

  it('do their own deeds, however their phases interleave', async () => {
    const both = [scripted('alice'), scripted('bob')] as const
    await Promise.all(both.map(({ client }) => client.connect()))
    for (const [{ servers }, name, other] of [
      [both[0], 'alice', 'bob'],
      [both[1], 'bob', 'alice'],
    ] as const) {
      expect(servers).toHaveLength(1)
      expect(servers[0]?.heard).toContain(plain(name))
      expect(servers[0]?.heard).toContain(`xml:lang='${name}'`)
      expect(servers[0]?.heard).not.toContain(plain(other))
      expect(servers[0]?.heard).not.toContain(other)
    }
  })

  it('end one without the other', async () => {
    const [alice, bob] = [scripted('alice'), scripted('bob')]
    await Promise.all([alice.client.connect(), bob.client.connect()])
    await alice.client.close()
    expect(alice.servers[0]?.ended).toBe(true)
    expect(bob.servers[0]?.ended).toBe(false)
    expect(bob.client.state.status).toBe('online')
  })

  it('have means that no other system reaches', () => {
    const { actor } = scripted('alice').client
    expect(meansOf(actor.system)).not.toBe(meansOf(scripted('bob').client.actor.system))
    expect(JSON.stringify(actor.getPersistedSnapshot())).not.toContain('secret')
  })
})

it('a session that is online keeps nothing of what its actors were made with', async () => {
  const { client } = scripted('alice')
  await client.connect()
  const actors = [client.actor, ...Object.values(client.actor.getSnapshot().children)]
  expect(actors.map((actor): unknown => Reflect.get(actor ?? {}, 'options'))).toEqual(actors.map(() => ({})))
})

it.each(['connect', 'disconnect', 'send', 'use'] as const)(
  'a client whose %s() was taken off it is told how to call it',
  (name) => {
    const { [name]: method } = scripted('alice').client
    expect(() => Reflect.apply(method, undefined, [])).toThrow(/client\.send\(…\)/)
  },
)

it('a system that was given no means is refused', () => {
  const stranger = createActor(rosterMachine, { input: { wanted: false, timeouts: defaultTimeouts } })
  expect(() => meansOf(stranger.system)).toThrow(TypeError)
})
