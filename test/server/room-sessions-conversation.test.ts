import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EmbeddedServer } from '../../src/server/index.js'
import { toClientStateElement } from '../../src/stanza/client-state.js'
import { parseStreamManagement, toStreamManagementElement } from '../../src/stanza/stream-management.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { enter, gather, hear, knock, say, serverWithRooms, tea, told } from './in-rooms.js'
import { logIn, Wire } from './wire.js'

let server: EmbeddedServer
beforeEach(async () => {
  server = await serverWithRooms({ timeouts: { resumptionMs: 300_000 } })
})
afterEach(async () => {
  vi.useRealTimers()
  await server.close()
})

const left = 'presence unavailable /bob none none bob@localhost/desk'

async function manage(wire: Wire): Promise<string> {
  wire.send(toStreamManagementElement({ kind: 'enable', resume: true, max: undefined }))
  const enabled = parseStreamManagement(await wire.element('enabled'))
  if (enabled?.kind !== 'enabled' || enabled.id === undefined) throw new Error('it cannot be resumed')
  return enabled.id
}

it('an occupant that nobody looks at hears at once what the room says of itself, after what was held back', async () => {
  const [alice, bob] = await gather(server, 'alice', 'bob')
  bob.send(toClientStateElement('inactive'))
  await hear(bob)
  alice.send(xml('presence', ns.client, { to: `${tea}/alison` }))
  await hear(alice)
  expect(bob.waiting).toEqual([])
  bob.send(xml('presence', ns.client, { to: `${tea}/bob`, type: 'unavailable' }))
  expect([await bob.element(), await bob.element(), await bob.element()].map(told)).toEqual([
    'presence unavailable /alice owner moderator now /alison [303]',
    'presence /alison owner moderator',
    'presence unavailable /bob none none bob@localhost/desk [110]',
  ])
})

describe('an occupant', () => {
  it('whose connection breaks for good leaves the room', async () => {
    const [alice, bob] = await gather(server, 'alice', 'bob')
    bob.transport.destroy()
    expect(told(await alice.element('presence'))).toBe(left)
  })

  it.each(['cut', 'not-authorized'] as const)(
    'whose session is ended by the server (%s) leaves it',
    async (how) => {
      const [alice] = await gather(server, 'alice', 'bob')
      server.disturb('bob@localhost', how)
      expect(told(await alice.element('presence'))).toBe(left)
    },
  )

  it('whose account is removed leaves it', async () => {
    const [alice] = await gather(server, 'alice', 'bob')
    server.removeAccount('bob')
    expect(told(await alice.element('presence'))).toBe(left)
  })

  it('whose resource another session takes leaves it, and may come again', async () => {
    const [alice] = await gather(server, 'alice', 'bob')
    const other = await logIn(server.connect(), 'bob', 'desk')
    expect(told(await alice.element('presence'))).toBe(left)
    knock(other, 'bob')
    expect(await hear(other)).toContain('presence /bob none participant bob@localhost/desk [110]')
  })

  it('whose session is suspended stays, and hears what was said meanwhile once it goes on', async () => {
    const [alice, bob] = await gather(server, 'alice', 'bob')
    const id = await manage(bob)
    bob.transport.destroy()
    say(alice, 'Are you there?')
    expect(await hear(alice)).toEqual(['message groupchat /alice "Are you there?"'])

    const again = new Wire(server.connect())
    await again.authenticate({ mechanism: 'SCRAM-SHA-256', username: 'bob' }, await again.open())
    await again.open()
    again.send(toStreamManagementElement({ kind: 'resume', previd: id, h: 0 }))
    await again.element('resumed')
    expect(told(await again.element('message'))).toBe('message groupchat /alice "Are you there?"')
    await again.element('r')
    say(again, 'Yes')
    expect(await hear(alice)).toEqual(['message groupchat /bob "Yes"'])
  })

  it('is another than the next session of the same address, which gets nothing of what was said to it', async () => {
    const [alice, bob] = await gather(server, 'alice', 'bob')
    await manage(bob)
    bob.transport.destroy()
    say(alice, 'Are you there?')
    await hear(alice)
    const other = await logIn(server.connect(), 'bob', 'desk')
    other.send(xml('presence', ns.client))
    expect(await hear(other)).toEqual(['presence bob@localhost/desk'])
    expect(await hear(alice)).toEqual([left])
  })

  it('whose session is suspended for too long leaves it', async () => {
    const [alice, bob] = await gather(server, 'alice', 'bob')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await manage(bob)
    bob.transport.destroy()
    expect(await hear(alice)).toEqual([])
    vi.advanceTimersByTime(300_000)
    expect(await hear(alice)).toEqual([left])
  })

  it('of whom nobody is left takes the room with it', async () => {
    const [alice] = await gather(server, 'alice')
    alice.transport.destroy()
    const bob = await logIn(server.connect(), 'bob', 'desk')
    await hear(bob)
    knock(bob, 'bob')
    expect(await hear(bob)).toContain('presence /bob owner moderator bob@localhost/desk [110 201]')
  })
})

it('presence for friends is none for rooms, and hiding from all is leaving them (XEP-0186 §3.1)', async () => {
  const [alice, bob] = await gather(server, 'alice', 'bob')
  bob.send(xml('presence', ns.client, {}, xml('show', ns.client, {}, 'away')))
  await hear(bob)
  expect(await hear(alice)).toEqual([])
  bob.send(xml('iq', ns.client, { type: 'set', id: 'hide' }, xml('invisible', ns.invisible)))
  await hear(bob)
  expect(await hear(alice)).toEqual([left])
  await enter(bob, 'bob')
  expect(await hear(alice)).toEqual(['presence /bob none participant bob@localhost/desk'])
})
