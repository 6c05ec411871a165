import { beforeEach, describe, expect, it } from 'vitest'
import { createServer, type EmbeddedServer } from '../../src/server/index.js'
import { toBlockingElement } from '../../src/stanza/blocking.js'
import { toRosterElement } from '../../src/stanza/roster.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { logIn, type Wire } from './wire.js'

let server: EmbeddedServer
beforeEach(async () => {
  server = await createServer({
    listen: {},
    mechanisms: ['SCRAM-SHA-256'],
    accounts: ['alice', 'bob'].map((username) => ({ username, password: 'secret' })),
  })
  return () => server.close()
})

/** Logged in, with its roster, available. */
async function present(username: string, resource = 'desk'): Promise<Wire> {
  const wire = await logIn(server.connect(), username, resource)
  await wire.request('get', toRosterElement())
  wire.send(xml('presence', ns.client))
  await wire.heard()
  return wire
}

const say = (wire: Wire, type: string, to: string) => wire.send(xml('presence', ns.client, { type, to }))

describe('two users of one server', () => {
  it('come to see each other, step by step (RFC 6121 §3.1)', async () => {
    const [alice, bob] = [await present('alice'), await present('bob')]
    say(alice, 'subscribe', 'bob@localhost/ignored')
    expect(await alice.heard()).toEqual(['push bob@localhost none ask'])
    expect(await bob.heard()).toEqual(['presence subscribe from alice@localhost'])
    say(bob, 'subscribed', 'alice@localhost')
    expect(await bob.heard()).toEqual(['push alice@localhost from'])
    expect(await alice.heard()).toEqual([
      'presence subscribed from bob@localhost',
      'push bob@localhost to',
      'presence from bob@localhost/desk',
    ])
    say(bob, 'subscribe', 'alice@localhost')
    expect(await bob.heard()).toEqual(['push alice@localhost from ask'])
    expect(await alice.heard()).toEqual(['presence subscribe from bob@localhost'])
    say(alice, 'subscribed', 'bob@localhost')
    expect(await alice.heard()).toEqual(['push bob@localhost both'])
    expect(await bob.heard()).toEqual([
      'presence subscribed from alice@localhost',
      'push alice@localhost both',
      'presence from alice@localhost/desk',
    ])
  })

  it('part again, each in turn (RFC 6121 §3.2, §3.3)', async () => {
    server.befriend('alice', { username: 'bob' })
    const [alice, bob] = [await present('alice'), await present('bob')]
    await alice.heard()
    say(alice, 'unsubscribe', 'bob@localhost')
    expect(await alice.heard()).toEqual([
      'push bob@localhost from',
      'presence unavailable from bob@localhost/desk',
    ])
    expect(await bob.heard()).toEqual([
      'presence unsubscribe from alice@localhost',
      'push alice@localhost to',
    ])
    say(alice, 'unsubscribed', 'bob@localhost')
    expect(await alice.heard()).toEqual(['push bob@localhost none'])
    expect(await bob.heard()).toEqual([
      'presence unsubscribed from alice@localhost',
      'push alice@localhost none',
      'presence unavailable from alice@localhost/desk',
    ])
  })

  it('may refuse, and then the request is over', async () => {
    const [alice, bob] = [await present('alice'), await present('bob')]
    say(alice, 'subscribe', 'bob@localhost')
    say(bob, 'unsubscribed', 'alice@localhost')
    expect(await bob.heard()).toEqual(['presence subscribe from alice@localhost'])
    expect((await alice.heard()).slice(1)).toEqual([
      'presence unsubscribed from bob@localhost',
      'push bob@localhost none',
    ])
    bob.transport.destroy()
    const again = await logIn(server.connect(), 'bob', 'sofa')
    again.send(xml('presence', ns.client))
    expect(await again.heard()).toEqual(['presence from bob@localhost/sofa'])
  })
})

describe('a request for somebody who is away', () => {
  it('is told at every login until it is answered (RFC 6121 §3.1.3)', async () => {
    const alice = await present('alice')
    alice.send(
      xml(
        'presence',
        ns.client,
        { type: 'subscribe', to: 'bob@localhost' },
        xml('status', ns.client, {}, 'Hi'),
      ),
    )
    await alice.heard()
    for (const resource of ['desk', 'sofa']) {
      const bob = await logIn(server.connect(), 'bob', resource)
      expect(await bob.heard()).toEqual([])
      bob.send(xml('presence', ns.client))
      const own = await bob.element('presence')
      expect(own.attribute('from')).toBe(`bob@localhost/${resource}`)
      const request = await bob.element('presence')
      expect([request.attribute('type'), request.attribute('from'), request.child('status')?.text()]).toEqual(
        ['subscribe', 'alice@localhost', 'Hi'],
      )
      bob.transport.destroy()
      await alice.heard()
    }
  })

  it('is not told twice while it waits', async () => {
    const [alice, bob] = [await present('alice'), await present('bob')]
    say(alice, 'subscribe', 'bob@localhost')
    say(alice, 'subscribe', 'bob@localhost')
    await alice.heard()
    expect(await bob.heard()).toEqual(['presence subscribe from alice@localhost'])
  })

  it('is gone when it was taken back', async () => {
    const alice = await present('alice')
    say(alice, 'subscribe', 'bob@localhost')
    say(alice, 'unsubscribe', 'bob@localhost')
    await alice.heard()
    const bob = await logIn(server.connect(), 'bob')
    bob.send(xml('presence', ns.client))
    expect(await bob.heard()).toHaveLength(1)
  })

  it('is answered at once where it was approved before (RFC 6121 §3.4)', async () => {
    const bob = await present('bob')
    say(bob, 'subscribed', 'alice@localhost')
    expect(await bob.heard()).toEqual(['push alice@localhost none approved'])
    const alice = await present('alice')
    say(alice, 'subscribe', 'bob@localhost')
    expect(await alice.heard()).toEqual([
      'push bob@localhost none ask',
      'presence subscribed from bob@localhost',
      'push bob@localhost to',
      'presence from bob@localhost/desk',
    ])
    expect(await bob.heard()).toEqual(['push alice@localhost from'])
  })
})

describe('a contact taken out of the roster (RFC 6121 §2.5)', () => {
  it('is told that both subscriptions are over', async () => {
    server.befriend('alice', { username: 'bob' })
    const [alice, bob] = [await present('alice'), await present('bob')]
    await alice.heard()
    alice.send(
      xml(
        'iq',
        ns.client,
        { type: 'set', id: 'x' },
        toRosterElement({ items: [{ jid: 'bob@localhost', subscription: 'remove' }] }),
      ),
    )
    expect(await alice.heard()).toEqual([
      'presence unavailable from bob@localhost/desk',
      'push bob@localhost remove',
      'iq result from alice@localhost',
    ])
    expect(await bob.heard()).toEqual([
      'presence unsubscribe from alice@localhost',
      'push alice@localhost to',
      'presence unsubscribed from alice@localhost',
      'push alice@localhost none',
      'presence unavailable from alice@localhost/desk',
    ])
  })
})

describe('two who are made friends by the server', () => {
  const befriend = () => server.befriend('alice', { username: 'bob', name: 'Bob' })

  it('hear of that where they are, and see each other', async () => {
    const [alice, bob] = [await present('alice'), await present('bob')]
    befriend()
    expect(await alice.heard()).toEqual(['push bob@localhost both', 'presence from bob@localhost/desk'])
    expect(await bob.heard()).toEqual(['push alice@localhost both', 'presence from alice@localhost/desk'])
  })

  it('are told of no presence that they have seen', async () => {
    befriend()
    const [alice, bob] = [await present('alice'), await present('bob')]
    await alice.heard()
    server.befriend('alice', { username: 'bob', name: 'Robert' })
    expect(await alice.heard()).toEqual(['push bob@localhost both'])
    expect(await bob.heard()).toEqual(['push alice@localhost both'])
  })

  it('are not asked any more what one has asked before', async () => {
    const alice = await present('alice')
    say(alice, 'subscribe', 'bob@localhost')
    expect(await alice.heard()).toEqual(['push bob@localhost none ask'])
    befriend()
    expect(await alice.heard()).toEqual(['push bob@localhost both'])
    const bob = await logIn(server.connect(), 'bob', 'desk')
    bob.send(xml('presence', ns.client))
    expect(await bob.heard()).toEqual([
      'presence from bob@localhost/desk',
      'presence from alice@localhost/desk',
    ])
  })
})

describe('an account that is removed', () => {
  const renew = async (username: string) => {
    server.removeAccount(username)
    await server.addAccount({ username, password: 'secret' })
  }

  it('has ended its subscriptions (RFC 6121 §3.2, §3.3)', async () => {
    server.befriend('alice', { username: 'bob' })
    const [alice] = [await present('alice'), await present('bob')]
    await alice.heard()
    server.removeAccount('bob')
    expect(await alice.heard()).toEqual([
      'presence unavailable from bob@localhost/desk',
      'presence unsubscribe from bob@localhost',
      'push bob@localhost to',
      'presence unsubscribed from bob@localhost',
      'push bob@localhost none',
    ])
  })

  it('leaves no presence of its contacts to whoever has its name next', async () => {
    server.befriend('alice', { username: 'bob' })
    const alice = await present('alice')
    await renew('bob')
    const bob = await present('bob')
    alice.send(xml('presence', ns.client, {}, xml('status', ns.client, {}, 'private words')))
    await alice.heard()
    expect(await bob.heard()).toEqual([])
  })

  it('leaves neither a request nor an approval', async () => {
    const [alice, bob] = [await present('alice'), await present('bob')]
    say(bob, 'subscribe', 'alice@localhost')
    await bob.heard()
    expect(await alice.heard()).toEqual(['presence subscribe from bob@localhost'])
    await renew('bob')
    expect(await alice.heard()).toEqual(['presence unsubscribe from bob@localhost'])
    say(alice, 'subscribed', 'bob@localhost')
    expect(await alice.heard()).toEqual(['push bob@localhost none approved'])
    await renew('bob')
    expect(await alice.heard()).toEqual(['push bob@localhost none'])
    say(await present('bob'), 'subscribe', 'alice@localhost')
    expect(await alice.heard()).toEqual(['presence subscribe from bob@localhost'])
  })

  it('says nothing to whoever blocks it (XEP-0191 §3.3)', async () => {
    server.befriend('alice', { username: 'bob' })
    const alice = await present('alice')
    await alice.request('set', toBlockingElement('block', ['bob@localhost']))
    server.removeAccount('bob')
    expect(await alice.heard()).toEqual(['push bob@localhost to', 'push bob@localhost none'])
  })
})

describe('a request that leads nowhere', () => {
  it.each(['nobody@localhost', 'alice@localhost'])(
    'to %s is silently ignored (RFC 6121 §8.5.1)',
    async (to) => {
      const alice = await present('alice')
      say(alice, 'subscribe', to)
      expect((await alice.heard()).filter((one) => one.startsWith('presence'))).toEqual([])
    },
  )

  it('to another server comes back with an error', async () => {
    const alice = await present('alice')
    say(alice, 'subscribe', 'bob@elsewhere.test')
    expect(await alice.heard()).toEqual([
      'push bob@elsewhere.test none ask',
      'presence error remote-server-not-found from bob@elsewhere.test',
    ])
  })

  it('comes back where it says more than is kept, and nothing has happened', async () => {
    const [alice, bob] = [await present('alice'), await present('bob')]
    const status = xml('status', ns.client, {}, 'x'.repeat(10_000))
    alice.send(xml('presence', ns.client, { type: 'subscribe', to: 'bob@localhost' }, status))
    expect(await alice.heard()).toEqual(['presence error not-acceptable from bob@localhost'])
    expect(await bob.heard()).toEqual([])
    say(alice, 'subscribe', 'bob@localhost')
    expect(await alice.heard()).toEqual(['push bob@localhost none ask'])
  })

  it('needs an address', async () => {
    const alice = await present('alice')
    alice.send(xml('presence', ns.client, { type: 'subscribe' }))
    expect(await alice.heard()).toEqual(['presence error bad-request'])
  })
})

it('every device that has the roster hears of its changes, and no other', async () => {
  const [desk, phone] = [await present('alice', 'desk'), await present('alice', 'phone')]
  const ignorant = await logIn(server.connect(), 'alice', 'tv')
  await desk.heard()
  await phone.heard()
  say(phone, 'subscribe', 'bob@localhost')
  expect(await phone.heard()).toEqual(['push bob@localhost none ask'])
  expect(await desk.heard()).toEqual(['push bob@localhost none ask'])
  expect(await ignorant.heard()).toEqual([])
})
