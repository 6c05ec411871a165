import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Restoration } from '../../src/features/memory.js'
import { contacts, ns, sessionIn, type Client } from '../../src/index.js'
import {
  answersTo,
  authenticate,
  bindFeature,
  features as streamFeatures,
  logIn,
  responseHeader,
  rest,
  start,
  streamCondition,
  streamError,
} from '../spec/session.js'
import { askedToResume, bodiesOf, logInManaged, resume, sm } from '../spec/managed.js'
import { AwaitedStore } from '../store/awaited-store.js'
import { Disk, mountKillable } from '../store/disk.js'
import { begin, managed } from './processes.js'

const bob = 'bob@example.test'
const say = (client: Client, body: string, id?: string) => client.send({ to: bob, body, id })

describe('a process after the one that was killed', () => {
  it('goes on with its session: what was not handled is sent, as it was and in order', async () => {
    const disk = new Disk()
    const before = await managed(disk)
    for (const body of ['one', 'two', 'three']) say(before.client, body, body)
    await answersTo(before.first, `<message from='${bob}'><body>x</body></message>` + sm('r'))
    await before.kill()

    const after = await begin(disk)
    const { attributes } = await askedToResume(after.first)
    expect(attributes).toMatchObject({ previd: 'sm-1', h: '1' })
    after.first.say(sm('resumed', "previd='sm-1' h='1'"))
    await rest()
    expect(after.client.state).toMatchObject({
      status: 'online',
      resumed: true,
      jid: 'alice@example.test/desk',
    })
    expect(bodiesOf(after.first)).toEqual(['two', 'three'])
    expect(after.first.raw).not.toContain('<delay')
    const [restoration] = after.restored
    expect(restoration).toMatchObject({ session: true, ignored: [] })
    expect(restoration?.deliveries.map(({ id, status }) => [id, status.status])).toEqual([
      ['one', 'acknowledged'],
      ['two', 'written'],
      ['three', 'written'],
    ])
  })

  it('goes on with the session of one that was killed when it had been idle for longer than a session is kept', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const disk = new Disk()
    const before = await begin(disk)
    await logIn(before.first, { features: `${bindFeature}<sm xmlns='urn:xmpp:sm:3'/>` })
    await before.first.next('enable')
    before.first.say(sm('enabled', "id='sm-1' resume='true' max='60'"))
    await rest()
    vi.setSystemTime(Date.now() + 61_000)
    await before.kill()
    const after = await begin(disk)
    await resume(after.first, 0)
    expect(after.client.state).toMatchObject({ status: 'online', resumed: true })
  })

  it('knows also after a second kill what the server has, though others were sent between', async () => {
    const disk = new Disk()
    const before = await managed(disk)
    before.client.sendPresence({ to: bob })
    for (const body of ['one', 'two']) say(before.client, body)
    await before.kill()
    const second = await begin(disk)
    await resume(second.first, 2)
    second.client.sendPresence({ to: bob })
    say(second.client, 'three')
    await second.kill()
    const third = await begin(disk)
    await resume(third.first, 4)
    expect(bodiesOf(third.first)).toEqual(['three'])
  })

  it('sends again what may not have arrived where the session is refused: the same message, late', async () => {
    const disk = new Disk()
    const before = await managed(disk)
    say(before.client, 'one', 'id-1')
    await before.kill()
    const { client, first } = await begin(disk)
    await askedToResume(first)
    first.say(sm('failed'))
    const bind = await first.next('iq')
    first.say(
      `<iq type='result' id='${bind.attributes['id']}'><bind xmlns='${ns.bind}'><jid>alice@example.test/new</jid></bind></iq>`,
    )
    await first.next('enable')
    first.say(sm('enabled', "id='sm-2' resume='true'"))
    await rest()
    expect(client.state).toMatchObject({ status: 'online', resumed: false, jid: 'alice@example.test/new' })
    expect(first.raw).toMatch(
      /<message [^>]*id='id-1'[^>]*><body>one<\/body><origin-id xmlns='urn:xmpp:sid:0' id='id-1'\/><delay [^>]+\/><\/message>/,
    )
  })

  it('sends what the last one had no session for, once', async () => {
    const disk = new Disk()
    const { store } = mountKillable(disk)
    const before = start({ store: sessionIn(store) })
    await before.client.close().catch(() => undefined)
    const offline = await begin(disk)
    say(offline.client, 'one')
    await rest()
    await offline.kill()
    const after = await begin(disk)
    await logInManaged(after.first)
    after.first.say(sm('a', "h='1'"))
    await after.kill()
    expect(bodiesOf(after.first)).toEqual(['one'])
    const last = await begin(disk)
    await resume(last.first, 1)
    expect(bodiesOf(last.first)).toEqual([])
  })

  it('is made as the last one was once, though it stops and starts while it reads', async () => {
    const disk = new Disk()
    const before = await managed(disk)
    say(before.client, 'one', 'id-1')
    await before.kill()
    const store = new AwaitedStore(disk)
    const restored: Restoration[] = []
    const { client, peers, peer } = start({ reconnect: 'afterOnline', store: sessionIn(store) })
    client.restored$.subscribe((restoration) => restored.push(restoration))
    await client.disconnect()
    const connecting = client.connect()
    store.answer()
    const last = await peer(peers.length)
    await resume(last, 0)
    await connecting
    expect(restored).toHaveLength(1)
    expect(bodiesOf(last)).toEqual(['one'])
  })

  it.each(['close', 'disconnect'] as const)(
    'leaves the session to who has it when it is told to %s before it has read what there is',
    async (leave) => {
      const disk = new Disk()
      const before = await managed(disk)
      const store = new AwaitedStore(disk)
      const { client } = start({ store: sessionIn(store) })
      expect(client.state.status).toBe('restoring')
      await client[leave]()
      store.answer()
      await rest()
      say(before.client, 'one')
      await rest()
      expect(before.client.state.status).toBe('online')
      expect(bodiesOf(before.first)).toEqual(['one'])
    },
  )

  it('begins anew where it is told to disconnect as soon as it has read what there is', async () => {
    const disk = new Disk()
    const before = await managed(disk)
    say(before.client, 'one')
    await before.kill()
    const { client, peer } = start({ reconnect: 'afterOnline', store: sessionIn(disk.mount()) })
    client.restored$.subscribe(() => void client.disconnect())
    await rest()
    const connecting = client.connect()
    await logInManaged(await peer())
    await connecting
    expect(client.state).toMatchObject({ status: 'online', resumed: false })
    expect(bodiesOf(await peer())).toEqual(['one'])
  })

  it('takes the session when it is told to come back in the turn in which it could not be taken', async () => {
    const disk = new Disk()
    await (await managed(disk)).kill()
    const store = new AwaitedStore(disk)
    const { client, peer } = start({ store: sessionIn(store) })
    await client.disconnect()
    store.answer()
    const connecting = client.connect()
    await resume(await peer(), 0)
    await connecting
    expect(client.state).toMatchObject({ status: 'online', resumed: true })
  })

  it('leaves to the next one what was stored when it was closed', async () => {
    const disk = new Disk()
    const before = await managed(disk)
    await before.client.disconnect()
    const delivery = say(before.client, 'one')
    await rest()
    expect(delivery.status).toEqual({ status: 'stored' })
    await before.client.close()
    expect(await delivery.settled).toEqual({ status: 'stored' })
    const after = await begin(disk)
    await logInManaged(after.first)
    expect(bodiesOf(after.first)).toEqual(['one'])
  })

  it('hears that what the last one has sent came back', async () => {
    const disk = new Disk()
    const before = await managed(disk)
    const { id } = say(before.client, 'one')
    await before.kill()
    const bounced: string[] = []
    const after = await begin(disk, {}, (client) =>
      client.bounced$.subscribe(({ delivery }) => bounced.push(delivery.id)),
    )
    await resume(after.first, 1)
    const gone = `<error type='cancel'><gone xmlns='${ns.stanzaErrors}'/></error>`
    await answersTo(after.first, `<message type='error' from='${bob}' id='${id}'>${gone}</message>`)
    expect(bounced).toEqual([id])
    expect(after.restored[0]?.deliveries[0]?.status).toMatchObject({ reason: { condition: 'gone' } })
  })

  it('sends first what the last one had sent first', async () => {
    const disk = new Disk()
    const before = await begin(disk)
    say(before.client, 'one')
    await before.kill()
    const after = await begin(disk, {}, (client) => say(client, 'two'))
    await logInManaged(after.first)
    expect(bodiesOf(after.first)).toEqual(['one', 'two'])
  })

  it('sends what nobody had acknowledged when the last one halted', async () => {
    const disk = new Disk()
    const before = await managed(disk)
    const { id } = say(before.client, 'one')
    await rest()
    before.first.say(streamError(streamCondition('conflict')))
    await rest()
    expect(before.client.state.status).toBe('halted')
    await before.kill()
    const after = await begin(disk)
    await logInManaged(after.first)
    expect(after.first.raw).toContain(`<message to='${bob}' id='${id}'>`)
  })

  it('sees who was there, and asks what has changed in the roster', async () => {
    const disk = new Disk()
    const features = "<sm xmlns='urn:xmpp:sm:3'/><ver xmlns='urn:xmpp:features:rosterver'/>"
    const before = await begin(disk, { roster: true, presence: {} })
    await logIn(before.first, { features: bindFeature + features })
    await before.first.next('enable')
    before.first.say(sm('enabled', "id='sm-1' resume='true'"))
    const { attributes } = await before.first.next('iq')
    before.first.say(
      `<iq type='result' id='${attributes['id']}'><query xmlns='${ns.roster}' ver='v1'><item jid='${bob}' name='Bob' subscription='both'><group>Friends</group></item></query></iq>`,
    )
    before.first.say(`<presence from='${bob}/home'><status>here</status></presence>`)
    before.first.say(`<presence from='${bob}/away'/><presence from='${bob}/away' type='unavailable'/>`)
    await before.kill()

    const seen: (string | undefined)[] = []
    const after = await begin(disk, { roster: true, presence: {} }, (client) => {
      const people = client.use(contacts)
      people.presenceOf(bob).subscribe(({ available, status }) => seen.push(available ? status : 'gone'))
    })
    await authenticate(after.first)
    after.first.say(responseHeader() + streamFeatures(bindFeature + features))
    await after.first.next('resume')
    after.first.say(sm('resumed', "previd='sm-1' h='3'"))
    await rest()
    expect(seen).toEqual(['gone', 'here'])
    const [item] = [...(await firstOf(after.client)).values()]
    expect(item).toMatchObject({ name: 'Bob', subscription: 'both', groups: ['Friends'] })
    expect(after.first.raw).toContain("<query xmlns='jabber:iq:roster' ver='v1'/>")
    expect(after.first.elements.map(({ name }) => name)).toEqual(['auth', 'resume', 'iq', 'presence', 'r'])
  })

  it('sees nobody of a room, who is told anew to who enters it, and a contact whatever it says', async () => {
    const disk = new Disk()
    const before = await begin(disk, { roster: true })
    await logInManaged(before.first)
    const { attributes } = await before.first.next('iq')
    before.first.say(
      `<iq type='result' id='${attributes['id']}'><query xmlns='${ns.roster}'><item jid='${bob}' subscription='both'/></query></iq>`,
    )
    const [occupant, contact, stranger] = [
      'tea@conference.example.test/Carol',
      `${bob}/home`,
      'dan@example.test/x',
    ]
    const ofRoom = `<x xmlns='${ns.roomUser}'><item role='participant' affiliation='none'/></x>`
    before.first.say(`<presence from='${occupant}'>${ofRoom}</presence>`)
    before.first.say(`<presence from='${contact}'>${ofRoom}</presence><presence from='${stranger}'/>`)
    await before.kill()

    const seen: (string | undefined)[] = []
    const after = await begin(disk, { roster: true }, ({ presence$ }) => {
      presence$.subscribe(({ from }) => seen.push(from?.toString()))
    })
    await resume(after.first, 1)
    expect(seen).toEqual([contact, stranger])
  })

  it('goes on with a handshake', async () => {
    const disk = new Disk()
    const before = await managed(disk, {}, (client) => {
      client.use(contacts).befriend(bob, { name: 'Bob', message: 'It is Alice' })
    })
    await before.kill()
    const after = await begin(disk, {}, (client) => client.use(contacts))
    await resume(after.first, 0)
    const { attributes } = await after.first.next('iq')
    await answersTo(
      after.first,
      `<iq type='result' id='${attributes['id']}'><query xmlns='${ns.roster}'/></iq>`,
    )
    expect(after.first.raw).toContain(`<item jid='${bob}' name='Bob'/>`)
  })

  it('takes back a handshake that the last one took back outside a session', async () => {
    const disk = new Disk()
    const before = await begin(disk, {}, (client) => {
      void client.use(contacts).befriend(bob).withdraw()
    })
    await before.kill()
    const after = await begin(disk, { roster: false }, (client) => client.use(contacts))
    await logInManaged(after.first)
    const roster = await after.first.next('iq')
    await answersTo(
      after.first,
      `<iq type='result' id='${roster.attributes['id']}'><query xmlns='${ns.roster}'><item jid='${bob}' ask='subscribe'/></query></iq>`,
    )
    expect(after.first.raw).toMatch(/<presence to='bob@example.test' id='[^']+' type='unsubscribe'/)
    expect(after.first.raw).not.toContain('<item')
  })

  it('hears once what comes again after a login', async () => {
    const disk = new Disk()
    const message = `<message from='${bob}/home' id='m1'><body>x</body><stanza-id xmlns='urn:xmpp:sid:0' id='s1' by='alice@example.test'/></message>`
    const heard: string[] = []
    const hear = (client: Client) => client.message$.subscribe(({ id }) => heard.push(id ?? ''))
    const before = await managed(disk, {}, hear)
    before.first.say(message)
    await before.kill()
    const after = await begin(disk, {}, hear)
    await resume(after.first, 0)
    after.first.say(message)
    await rest()
    expect(heard).toEqual(['m1'])
  })

  it('begins anew, and says why, where what was stored cannot be read', async () => {
    const disk = new Disk()
    const before = await managed(disk)
    say(before.client, 'one')
    await before.kill()
    for (const [key, text] of disk.texts) disk.texts.set(key, text.replace('"version":1', '"version":7'))
    const after = await begin(disk)
    await logInManaged(after.first)
    expect(bodiesOf(after.first)).toEqual([])
    expect(after.restored[0]).toMatchObject({ session: false, deliveries: [] })
    expect(after.restored[0]?.ignored.map(({ code }) => code)).toContain('store.version')
  })

  it('leaves out, and says so, a message whose address cannot be read', async () => {
    const disk = new Disk()
    const before = await managed(disk)
    for (const body of ['one', 'two']) say(before.client, body)
    await before.kill()
    const broken = `<body>one</body>`
    for (const [key, text] of disk.texts) {
      disk.texts.set(key, text.includes(broken) ? text.replace(bob, '@@@') : text)
    }
    const after = await begin(disk)
    await resume(after.first, 0)
    expect(bodiesOf(after.first)).toEqual(['two'])
    expect(after.restored[0]?.deliveries).toHaveLength(1)
    expect(after.restored[0]?.ignored.map(({ code }) => code)).toEqual(['store.garbage'])
  })

  it('takes the session from one that still lives, which halts and ends nothing', async () => {
    const disk = new Disk()
    const former = await managed(disk)
    const after = await begin(disk)
    await askedToResume(after.first)
    const delivery = say(former.client, 'one')
    await rest()
    expect(former.client.state).toMatchObject({ status: 'halted', error: { code: 'store.taken' } })
    expect(delivery.status).toMatchObject({ status: 'failed' })
    expect(bodiesOf(former.first)).toEqual([])
    expect(former.first.closings).toBe(0)
  })
})

const firstOf = async (client: Client) => {
  let found: ReadonlyMap<string, unknown> = new Map()
  client.roster$.subscribe((roster) => (found = roster)).unsubscribe()
  return found
}
