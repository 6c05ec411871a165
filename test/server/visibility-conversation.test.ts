import { beforeEach, describe, expect, it } from 'vitest'
import { createServer, type EmbeddedServer } from '../../src/server/index.js'
import { toDiscoItemsElement } from '../../src/stanza/disco.js'
import { toVisibilityElement } from '../../src/stanza/invisible.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { inShort, logIn, type Wire } from './wire.js'

let server: EmbeddedServer
let bob: Wire
beforeEach(async () => {
  server = await createServer({
    listen: {},
    mechanisms: ['SCRAM-SHA-256'],
    accounts: ['alice', 'bob', 'carol'].map((username) => ({ username, password: 'secret' })),
  })
  server.befriend('alice', { username: 'bob' })
  bob = await present('bob', 'sofa')
  return () => server.close()
})

const connected = (username: string, resource = 'desk') => logIn(server.connect(), username, resource)

async function present(username: string, resource = 'desk'): Promise<Wire> {
  const wire = await connected(username, resource)
  say(wire)
  await wire.heard()
  return wire
}

const say = (wire: Wire, to?: string, type?: string) => wire.send(xml('presence', ns.client, { type, to }))
const write = (wire: Wire, to: string, body: string) =>
  wire.send(xml('message', ns.client, { type: 'chat', to }, xml('body', ns.client, {}, body)))

/** Hides; what comes before the answer is given. */
async function hide(wire: Wire, probe?: string): Promise<readonly string[]> {
  const payload = xml('invisible', ns.invisible, { probe })
  wire.send(xml('iq', ns.client, { type: 'set', id: 'hide' }, payload))
  const heard = await wire.heard()
  expect(heard).toContain('iq result from alice@localhost')
  return heard.filter((one) => !one.startsWith('iq'))
}

describe('who becomes invisible (XEP-0186 §3.1)', () => {
  it('is gone for everybody who has seen it, its own devices and directed presence included', async () => {
    const [alice, phone, carol] = [
      await present('alice'),
      await present('alice', 'phone'),
      await present('carol'),
    ]
    say(alice, 'carol@localhost')
    await alice.heard()
    await Promise.all([bob.heard(), phone.heard(), carol.heard()])
    await hide(alice)
    const gone = ['presence unavailable from alice@localhost/desk']
    expect(await bob.heard()).toEqual(gone)
    expect(await phone.heard()).toEqual(gone)
    expect(await carol.heard()).toEqual(gone)
  })

  it('may come online so, and nobody hears of it', async () => {
    const alice = await connected('alice')
    expect(await hide(alice)).toEqual([])
    alice.close()
    expect(await bob.heard()).toEqual([])
  })

  it.each([
    ['true', ['presence from bob@localhost/sofa']],
    ['false', []],
    [undefined, []],
  ])('hears who is there with probe %s', async (probe, heard) => {
    expect(await hide(await connected('alice'), probe)).toEqual(heard)
  })

  it('says nothing to everybody, whatever presence it sends', async () => {
    const alice = await connected('alice')
    await hide(alice)
    say(alice)
    say(alice, undefined, 'unavailable')
    say(alice)
    await alice.heard()
    expect(await bob.heard()).toEqual([])
  })

  it('is not asked twice', async () => {
    const alice = await connected('alice')
    await hide(alice)
    say(alice, 'carol@localhost')
    const carol = await present('carol')
    say(alice, 'carol@localhost')
    await hide(alice)
    await alice.heard()
    expect(await carol.heard()).toEqual(['presence from alice@localhost/desk'])
  })
})

describe('who is invisible', () => {
  let alice: Wire
  beforeEach(async () => {
    alice = await present('alice')
    await hide(alice)
    await bob.heard()
  })

  it('hears of its contacts, and gets their messages and requests', async () => {
    say(bob)
    write(bob, 'alice@localhost', 'to the account')
    write(bob, 'alice@localhost/desk', 'to the device')
    await bob.heard()
    const carol = await present('carol')
    say(carol, 'alice@localhost', 'subscribe')
    await carol.heard()
    expect(await alice.heard()).toEqual([
      'presence from bob@localhost/sofa',
      'message chat "to the account" from bob@localhost/sofa',
      'message chat "to the device" from bob@localhost/sofa',
      'presence subscribe from carol@localhost',
    ])
  })

  it('shows itself to whom it will, and to them it goes again', async () => {
    say(alice, 'bob@localhost')
    await alice.heard()
    expect(await bob.heard()).toEqual(['presence from alice@localhost/desk'])
    say(alice, undefined, 'unavailable')
    await alice.heard()
    expect(await bob.heard()).toEqual(['presence unavailable from alice@localhost/desk'])
  })

  it('is not to be found by those who may know', async () => {
    say(bob, 'alice@localhost', 'probe')
    expect(await bob.heard()).toEqual(['presence unavailable from alice@localhost'])
    const items = await bob.request('get', toDiscoItemsElement(), 'alice@localhost')
    expect(items.child('query', ns.discoItems)?.elements()).toEqual([])
  })

  it('is not announced to a new subscriber', async () => {
    const carol = await present('carol')
    say(carol, 'alice@localhost', 'subscribe')
    await carol.heard()
    say(alice, 'carol@localhost', 'subscribed')
    await alice.heard()
    expect((await carol.heard()).filter((one) => one.includes('/desk'))).toEqual([])
  })

  it('is seen again when it has said so and sent its presence (XEP-0186 §3.2)', async () => {
    const answer = await alice.request('set', toVisibilityElement('visible'))
    expect(inShort(answer)).toBe('iq result from alice@localhost')
    expect(await bob.heard()).toEqual([])
    say(alice)
    expect(await alice.heard()).toContain('presence from bob@localhost/sofa')
    expect(await bob.heard()).toEqual(['presence from alice@localhost/desk'])
  })

  it('goes for those to whom it has shown itself, even once it is visible', async () => {
    say(alice, 'bob@localhost')
    await alice.request('set', toVisibilityElement('visible'))
    await bob.heard()
    alice.close()
    expect(inShort(await bob.element())).toBe('presence unavailable from alice@localhost/desk')
  })

  it('is visible in its next session', async () => {
    alice.close()
    await present('alice')
    expect(await bob.heard()).toContain('presence from alice@localhost/desk')
  })
})

it('nobody hides somebody else', async () => {
  const alice = await present('alice')
  for (const to of ['bob@localhost', 'localhost']) {
    expect(inShort(await alice.request('set', toVisibilityElement('invisible'), to))).toContain(
      'service-unavailable',
    )
  }
  expect(inShort(await alice.request('get', toVisibilityElement('invisible')))).toContain(
    'service-unavailable',
  )
})

it('what waits for the account is handed over to who comes online invisible', async () => {
  write(bob, 'carol@localhost', 'for later')
  say(bob, 'carol@localhost', 'subscribe')
  await bob.heard()
  const carol = await connected('carol')
  carol.send(xml('iq', ns.client, { type: 'set', id: 'hide' }, toVisibilityElement('invisible')))
  expect(await carol.heard()).toEqual(
    expect.arrayContaining([
      'presence subscribe from bob@localhost',
      'message chat "for later" from bob@localhost/sofa',
    ]),
  )
})
