import { beforeEach, describe, expect, it } from 'vitest'
import { createServer, type EmbeddedServer } from '../../src/server/index.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { inShort, logIn, type Wire } from './wire.js'

let server: EmbeddedServer
beforeEach(async () => {
  server = await createServer({
    listen: {},
    mechanisms: ['SCRAM-SHA-256'],
    accounts: ['alice', 'bob', 'carol'].map((username) => ({ username, password: 'secret' })),
    limits: { directedPresences: 2 },
  })
  server.befriend('alice', { username: 'bob' })
  return () => server.close()
})

const connected = (username: string, resource = 'desk') => logIn(server.connect(), username, resource)

async function present(
  username: string,
  resource = 'desk',
  ...children: Parameters<typeof xml>[3][]
): Promise<Wire> {
  const wire = await connected(username, resource)
  wire.send(xml('presence', ns.client, {}, ...children))
  await wire.heard()
  return wire
}

const say = (wire: Wire, to?: string, type?: string) => wire.send(xml('presence', ns.client, { type, to }))

describe('initial presence (RFC 6121 §4.2)', () => {
  it('tells friends and oneself, and asks for the friends’ presence', async () => {
    const bob = await present('bob', 'sofa', xml('show', ns.client, {}, 'dnd'))
    const alice = await connected('alice')
    expect(await bob.heard()).toEqual([])
    alice.send(xml('presence', ns.client, {}, xml('status', ns.client, {}, 'here')))
    const own = await alice.element('presence')
    expect([own.attribute('from'), own.attribute('to')]).toEqual(['alice@localhost/desk', 'alice@localhost'])
    const bobs = await alice.element('presence')
    expect([inShort(bobs), bobs.child('show')?.text()]).toEqual(['presence from bob@localhost/sofa', 'dnd'])
    const told = await bob.element('presence')
    expect([told.attribute('from'), told.attribute('to'), told.child('status')?.text()]).toEqual([
      'alice@localhost/desk',
      'bob@localhost',
      'here',
    ])
  })

  it('says of a friend who is away that they are', async () => {
    const alice = await connected('alice')
    say(alice)
    expect(await alice.heard()).toEqual([
      'presence from alice@localhost/desk',
      'presence unavailable from bob@localhost',
    ])
  })

  it('tells one’s devices of each other', async () => {
    const desk = await present('alice', 'desk')
    const phone = await connected('alice', 'phone')
    say(phone)
    expect(await desk.heard()).toEqual(['presence from alice@localhost/phone'])
    expect(await phone.heard()).toContain('presence from alice@localhost/desk')
  })

  it('is not told to strangers, nor to those who only asked', async () => {
    const carol = await present('carol')
    say(carol, 'alice@localhost', 'subscribe')
    await carol.heard()
    await present('alice')
    expect(await carol.heard()).toEqual([])
  })
})

describe('later presence', () => {
  it('is told to friends, without asking for theirs again (RFC 6121 §4.4)', async () => {
    const [bob, alice] = [await present('bob'), await present('alice')]
    await bob.heard()
    say(alice)
    expect(await bob.heard()).toEqual(['presence from alice@localhost/desk'])
    expect(await alice.heard()).toEqual(['presence from alice@localhost/desk'])
  })

  it.each([
    ['says so', (wire: Wire) => say(wire, undefined, 'unavailable')],
    ['ends its stream', (wire: Wire) => wire.close()],
    ['is cut off', (wire: Wire) => wire.transport.destroy()],
    ['breaks the rules', (wire: Wire) => wire.write('<broken></other>')],
  ])('is unavailable when the client %s (RFC 6121 §4.5)', async (_, leave) => {
    const [bob, alice] = [await present('bob'), await present('alice')]
    await bob.heard()
    leave(alice)
    expect(inShort(await bob.element())).toBe('presence unavailable from alice@localhost/desk')
  })

  it('is not unavailable twice', async () => {
    const [bob, alice] = [await present('bob'), await present('alice')]
    await bob.heard()
    say(alice, undefined, 'unavailable')
    say(alice, undefined, 'unavailable')
    alice.close()
    expect(inShort(await bob.element())).toBe('presence unavailable from alice@localhost/desk')
    expect(await bob.heard()).toEqual([])
  })
})

describe('directed presence (RFC 6121 §4.6)', () => {
  it('reaches a stranger, who hears of the end too', async () => {
    const [alice, carol] = [await connected('alice'), await present('carol')]
    say(alice, 'carol@localhost')
    await alice.heard()
    expect(await carol.heard()).toEqual(['presence from alice@localhost/desk'])
    alice.close()
    expect(inShort(await carol.element())).toBe('presence unavailable from alice@localhost/desk')
  })

  it('is over when it was taken back', async () => {
    const [alice, carol] = [await present('alice'), await present('carol')]
    say(alice, 'carol@localhost/desk')
    say(alice, 'carol@localhost/desk', 'unavailable')
    say(alice, undefined, 'unavailable')
    await alice.heard()
    expect(await carol.heard()).toEqual([
      'presence from alice@localhost/desk',
      'presence unavailable from alice@localhost/desk',
    ])
  })

  it('is not told twice to a friend', async () => {
    const [alice, bob] = [await present('alice'), await present('bob')]
    say(alice, 'bob@localhost/desk')
    say(alice, undefined, 'unavailable')
    await alice.heard()
    expect((await bob.heard()).filter((one) => one.includes('unavailable'))).toHaveLength(1)
  })

  it('goes to a limited number of addresses', async () => {
    const alice = await connected('alice')
    for (const to of ['a@localhost', 'b@localhost', 'b@localhost', 'c@localhost']) say(alice, to)
    expect(await alice.heard()).toEqual(['presence error resource-constraint from c@localhost'])
  })

  it('to another server comes back', async () => {
    const alice = await connected('alice')
    say(alice, 'bob@elsewhere.test')
    expect(await alice.heard()).toEqual(['presence error remote-server-not-found from bob@elsewhere.test'])
  })
})

describe('a probe (RFC 6121 §4.3.2)', () => {
  it.each([
    ['a friend’s device', 'bob@localhost', ['presence from bob@localhost/desk']],
    ['a stranger', 'carol@localhost', ['presence unsubscribed from carol@localhost']],
    ['nobody', 'nobody@localhost/desk', ['presence unsubscribed from nobody@localhost']],
    ['the server', 'localhost', []],
    ['another server', 'bob@elsewhere.test', []],
  ])('for %s', async (_, to, answer) => {
    await present('bob')
    await present('carol')
    const alice = await connected('alice')
    say(alice, to, 'probe')
    expect(await alice.heard()).toEqual(answer)
  })
})

describe('presence that means nothing', () => {
  it('comes back when its type is unknown', async () => {
    const alice = await present('alice')
    say(alice, undefined, 'dancing')
    expect(await alice.heard()).toEqual(['presence error bad-request'])
  })

  it('is dropped when it is an error without an address', async () => {
    const alice = await present('alice')
    say(alice, undefined, 'error')
    expect(await alice.heard()).toEqual([])
  })
})
