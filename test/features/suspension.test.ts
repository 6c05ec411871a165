import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { contacts, ns, xml, type Client } from '../../src/index.js'
import {
  answerBind,
  answersTo,
  authenticate,
  bindFeature,
  closingTag,
  features,
  logIn,
  responseHeader,
  rest,
  start,
} from '../spec/session.js'
import { bodiesOf, logInManaged, managed, resume, askedToResume, sm } from '../spec/managed.js'
import type { Peer } from '../spec/peer.js'

// The wait before the next attempt is drawn by lot, and may be none.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const bob = 'bob@example.test'
const say = (client: Client, body: string) => client.send({ to: bob, body })

/** A client whose connection was cut. */
async function suspended(options: Parameters<typeof managed>[0] = {}) {
  const session = await managed(options)
  session.first.cut()
  await rest()
  expect(session.client.state.status).toBe('suspended')
  return session
}

/** The next connection of the client, at once. */
async function next({ client, peer }: Awaited<ReturnType<typeof managed>>, index = 1): Promise<Peer> {
  client.networkOnline()
  return peer(index)
}

describe('a session that is suspended', () => {
  it('says when the next attempt begins, and why', async () => {
    const before = Date.now()
    const { client } = await suspended()
    const { state } = client
    expect(state).toMatchObject({
      status: 'suspended',
      because: 'the connection was cut',
      error: { code: 'transport.reset' },
      failures: 1,
    })
    const { retryAt, retryInMs } = state.status === 'suspended' ? state : { retryAt: 0, retryInMs: 0 }
    expect(retryAt - retryInMs).toBeGreaterThanOrEqual(before)
    expect(retryAt - retryInMs).toBeLessThanOrEqual(Date.now())
  })

  it('keeps what is sent, and sends it before anything that follows', async () => {
    const session = await managed()
    const { client, first } = session
    const deliveries = [say(client, 'one')]
    await rest()
    first.cut()
    await rest()
    deliveries.push(say(client, 'two'))
    client.sendPresence({ to: bob })
    expect(deliveries.map(({ status }) => status.status)).toEqual(['written', 'queued'])
    client.state$.subscribe(({ status }) => {
      if (status === 'online') deliveries.push(say(client, 'three'))
    })
    const second = await next(session)
    await resume(second, 1)
    expect(bodiesOf(second)).toEqual(['two', 'three'])
    expect(second.elements.map(({ name }) => name)).toEqual([
      'auth',
      'resume',
      'message',
      'presence',
      'message',
      'r',
    ])
    second.say(sm('a', "h='4'"))
    await rest()
    expect(deliveries.map(({ status }) => status.status)).toEqual(Array(3).fill('acknowledged'))
  })

  it('still answers who asked before, and still gets its answers', async () => {
    const session = await managed()
    const { client, first } = session
    const request = client.request({ type: 'get', to: `${bob}/home`, payload: xml('query', 'urn:example:q') })
    const { attributes } = await first.next('iq')
    first.cut()
    await rest()
    const second = await next(session)
    await resume(second, 1)
    second.say(`<iq type='result' id='${attributes['id']}' from='${bob}/home'/>`)
    expect((await request).type).toBe('result')
  })

  it('has what it had: nobody is gone, nothing is fetched or announced again', async () => {
    const session = await managed({ roster: true, presence: {} })
    const { client, first } = session
    const people = client.use(contacts)
    const there: boolean[] = []
    people.presenceOf(bob).subscribe(({ available }) => there.push(available))
    first.say(`<presence from='${bob}/home'/>`)
    await rest()
    first.cut()
    await rest()
    const second = await next(session)
    await resume(second, 2)
    expect(client.state).toMatchObject({ status: 'online', resumed: true })
    expect(there).toEqual([false, true])
    expect(second.elements.map(({ name }) => name)).toEqual(['auth', 'resume'])
  })

  it('asks again for the roster that its server was not there to give, once it goes on', async () => {
    const session = await managed({ roster: true, timeouts: { rosterMs: 10 } })
    const { client, first } = session
    let listed: readonly string[] = []
    client.roster$.subscribe((roster) => (listed = [...roster.keys()]))
    await first.next('iq')
    first.cut()
    await rest()
    vi.advanceTimersByTime(10)
    const second = await next(session)
    await resume(second, 1)
    const { attributes } = await second.next('iq')
    const item = `<item jid='${bob}' subscription='both'/>`
    second.say(`<iq type='result' id='${attributes['id']}'><query xmlns='${ns.roster}'>${item}</query></iq>`)
    await rest()
    expect(listed).toEqual([bob])
  })

  it('sends again by the name it had what the server may have taken all the same', async () => {
    const session = await managed()
    const { client, first } = session
    const { id } = say(client, 'one')
    await rest()
    first.cut()
    await rest()
    const { id: later } = say(client, 'two')
    const second = await next(session)
    await resume(second, 0)
    expect(second.raw).toContain(
      `<message to='${bob}' id='${id}'><body>one</body><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/></message>`,
    )
    expect(second.raw).toContain(`<message to='${bob}' id='${later}'><body>two</body></message>`)
  })

  it('is over where the server says so: everything is as after a login', async () => {
    const session = await managed({ roster: true, presence: {} })
    const { client, first } = session
    const people = client.use(contacts)
    const there: boolean[] = []
    people.presenceOf(bob).subscribe(({ available }) => there.push(available))
    first.say(`<presence from='${bob}/home'/>`)
    const request = client.request({ type: 'get', payload: xml('query', 'urn:example:q') })
    const outcome = request.catch((error: unknown) => error)
    await rest()
    first.cut()
    await rest()
    const second = await next(session)
    await askedToResume(second)
    second.say(sm('failed'))
    const bind = await second.next('iq')
    second.say(
      `<iq type='result' id='${bind.attributes['id']}'><bind xmlns='${ns.bind}'><jid>alice@example.test/other</jid></bind></iq>`,
    )
    await rest()
    expect(client.state).toMatchObject({ status: 'online', resumed: false, jid: 'alice@example.test/other' })
    expect(there).toEqual([false, true, false])
    expect(await outcome).toMatchObject({ code: 'transport.not-connected' })
    expect(second.elements.slice(3).map(({ name }) => name)).toEqual(['enable', 'iq', 'presence'])
  })

  it.each([
    ['does not answer', ''],
    ['refuses', sm('failed')],
  ])('is over where the server manages streams no longer, and %s', async (_, answer) => {
    const session = await suspended()
    say(session.client, 'one')
    const second = await next(session)
    await authenticate(second)
    second.say(responseHeader() + features(bindFeature))
    await second.next('resume')
    second.say(answer)
    await answerBind(second)
    await rest()
    expect(session.client.state).toMatchObject({ status: 'online', resumed: false })
    expect(bodiesOf(second)).toEqual(['one'])
  })

  it('keeps no more messages than may wait', async () => {
    const { client } = await suspended({ offlineQueue: 2 })
    const statuses = ['one', 'two', 'three'].map((body) => say(client, body).status)
    expect(statuses.map(({ status }) => status)).toEqual(['queued', 'queued', 'failed'])
    expect(statuses[2]).toMatchObject({ reason: { code: 'transport.overflow' } })
  })

  it('is over when the client is closed: what it kept has failed', async () => {
    const { client } = await suspended()
    const delivery = say(client, 'one')
    await client.close()
    expect(await delivery.settled).toMatchObject({
      status: 'failed',
      reason: { code: 'transport.not-connected' },
    })
  })

  it('that is lost hands its messages back before those that found no room in it', async () => {
    const bodies = ['one', 'two', 'three', 'four']
    const session = start({ reconnect: 'afterOnline', limits: { unacknowledgedStanzas: 2 } })
    for (const body of bodies) say(session.client, body)
    const first = await session.peer()
    await logInManaged(first)
    first.say("<message xmlns='jabber:server'/>")
    await rest()
    session.client.networkOnline()
    const second = await session.peer(1)
    await logInManaged(second)
    second.say(sm('a', "h='2'"))
    await rest()
    expect(bodiesOf(second)).toEqual(bodies)
  })

  it('refuses at once what XML cannot carry', async () => {
    const { client } = await suspended()
    expect(() => say(client, 'a\u0000b')).toThrow(RangeError)
  })

  it('sends again what the server may not have, as what it is: the same message, late', async () => {
    const session = await managed()
    const { client, first } = session
    const { id } = say(client, 'one')
    await rest()
    // Whoever breaks the protocol has lost count: the session is over.
    first.say("<message xmlns='jabber:server'/>")
    await rest()
    expect(client.state.status).toBe('backingOff')
    const second = await next(session)
    await logInManaged(second)
    expect(second.raw).toMatch(
      new RegExp(
        `<message to='${bob}' id='${id}'><body>one</body><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/><delay xmlns='urn:xmpp:delay' stamp='[^']+'/></message>`,
      ),
    )
  })

  it('is told how much arrived, asked or not, before it is closed in order', async () => {
    const { client, first } = await managed()
    first.say(`<message from='${bob}'><body>x</body></message>`)
    expect(await answersTo(first, sm('r') + sm('r'))).toMatchObject([{ name: 'a', attributes: { h: '1' } }])
    const leaving = client.disconnect()
    await first.closing()
    expect(first.raw).toMatch(
      /<a xmlns='urn:xmpp:sm:3' h='1'\/><presence type='unavailable'\/><\/stream:stream>$/,
    )
    first.hangUp()
    await leaving
    expect(client.state.status).toBe('offline')
  })

  it('asks on leaving what the server has, where it may not ask again yet', async () => {
    const { client, first } = await managed()
    say(client, 'one')
    await rest()
    first.say(sm('a', "h='1'"))
    await rest()
    const delivery = say(client, 'two')
    await rest()
    const leaving = client.disconnect()
    await first.closing()
    expect(first.raw).toMatch(
      /two<\/body><\/message><a [^>]*><r xmlns='urn:xmpp:sm:3'\/><presence type='unavailable'\/><\/stream:stream>$/,
    )
    first.say(sm('a', "h='2'") + closingTag)
    await leaving
    expect(delivery.status.status).toBe('acknowledged')
  })

  it('believes the last word of a server, which counts the farewell too', async () => {
    const { client, first } = await managed()
    const delivery = say(client, 'one')
    await rest()
    const leaving = client.disconnect()
    await first.closing()
    first.say(sm('a', "h='2'") + closingTag)
    await leaving
    expect(delivery.status.status).toBe('acknowledged')
  })

  it.each([
    ['acknowledged', { unacknowledgedStanzas: 2 }],
    ['written', { outboundLimitBytes: 2_500 }],
  ])('sends what found no room at first once something is %s', async (_, limits) => {
    const session = start({ limits })
    const bodies = ['one', 'two', 'three', 'four']
    for (const body of bodies) say(session.client, body + ' '.repeat(1_000))
    const first = await session.peer()
    await logInManaged(first)
    for (let h = 2; h <= 4; h += 2) {
      first.say(sm('a', `h='${h}'`))
      await rest()
    }
    expect(bodiesOf(first)).toEqual(bodies)
  })
})

describe('a message that is longer than what may wait', () => {
  const limits = { outboundLimitBytes: 2_000 }
  const long = 'long' + ' '.repeat(5_000)

  it('leaves when nothing else waits, and what was sent after it follows', async () => {
    const { client, peer } = start({ limits })
    for (const body of ['one', long, 'two']) say(client, body)
    const first = await peer()
    await logIn(first)
    await rest()
    expect(bodiesOf(first)).toEqual(['one', 'long', 'two'])
  })

  it('does so in a session that goes on', async () => {
    const session = await suspended({ limits })
    for (const body of ['one', long, 'two']) say(session.client, body)
    const second = await next(session)
    await resume(second, 0)
    expect(bodiesOf(second)).toEqual(['one', 'long', 'two'])
  })

  it('waits for what is no message, too', async () => {
    const { client, peer } = start({ limits })
    for (const body of [long, 'one']) say(client, body)
    client.state$.subscribe(({ status }) => {
      if (status === 'online') client.sendPresence({ to: bob, status: 'x'.repeat(1_000) })
    })
    const first = await peer()
    await logIn(first)
    await rest()
    expect(bodiesOf(first)).toEqual(['long', 'one'])
  })
})
