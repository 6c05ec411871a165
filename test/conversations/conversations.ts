import { afterEach, describe, expect, it } from 'vitest'
import type { Observable } from 'rxjs'
import { ns, StanzaError, xml, XmppError, type Message } from '../../src/index.js'
import { everybodyLeaves, next, online, person, tag } from './people.js'
import type { ServerUnderTest } from './server-under-test.js'

/** What every server and client must be able to say to each other; held on each server, over each of its transports. */
export function holdConversations(server: ServerUnderTest): void {
  afterEach(everybodyLeaves)

  describe.each(Object.entries(server.endpoints))(`on ${server.name} over %s`, (_way, endpoint) => {
    it('goes online through every phase and off again', async () => {
      const alice = person(server, 'alice', { endpoint })
      const statuses: string[] = []
      alice.state$.subscribe(({ status }) => {
        if (statuses.at(-1) !== status) statuses.push(status)
      })
      await alice.connect()
      expect(statuses).toEqual(['offline', 'connecting', 'authenticating', 'binding', 'online'])
      expect(alice.state).toMatchObject({
        status: 'online',
        jid: alice.jid.toString(),
        header: { version: '1.0' },
      })
      await alice.disconnect()
      expect(statuses.slice(-2)).toEqual(['closing', 'offline'])
      await alice.connect()
      expect(alice.state.status).toBe('online')
    })

    it('carries a message from one to the other, text and languages unchanged', async () => {
      const [alice, bob] = await Promise.all([
        online(server, 'alice', { endpoint }),
        online(server, 'bob', { endpoint }),
      ])
      const word = tag()
      const body = `${word} <&>"' é 漢字 👋🏽 \n second line`
      const arrived = next(bob.message$, (message) => message.body?.startsWith(word) ?? false, 'the message')
      const delivery = alice.send({
        to: bob.jid,
        type: 'chat',
        lang: 'en',
        body,
        bodies: [
          { lang: 'en', text: body },
          { lang: 'fr', text: `${word} salut` },
        ],
        subject: { en: 'a subject', fr: 'un sujet' },
        thread: { id: 'thread-1', parent: 'thread-0' },
        payloads: [xml('note', 'urn:example:note', { mark: 'kept' }, 'unknown content')],
      })
      expect(await delivery.settled).toEqual({ status: 'written' })
      const message = await arrived
      expect(message).toMatchObject({ type: 'chat', body, subject: 'a subject', lang: 'en', id: delivery.id })
      expect(message.from?.toString()).toBe(alice.jid.toString())
      expect(message.bodies).toContainEqual({ lang: 'fr', text: `${word} salut` })
      expect(message.subjects).toEqual([
        { lang: 'en', text: 'a subject' },
        { lang: 'fr', text: 'un sujet' },
      ])
      expect(message.thread).toEqual({ id: 'thread-1', parent: 'thread-0' })
      const note = message.payloads.find((payload) => payload.is('note', 'urn:example:note'))
      expect([note?.attribute('mark'), note?.text()]).toEqual(['kept', 'unknown content'])
    })

    it('carries a hundred messages in order, and a large one whole', async () => {
      const [alice, bob] = await Promise.all([
        online(server, 'alice', { endpoint }),
        online(server, 'bob', { endpoint }),
      ])
      const word = tag()
      const bodies: string[] = []
      const last = next(bob.message$, (message) => message.body === `${word} end`, 'the last message')
      bob.message$.subscribe(({ body }) => {
        if (body?.startsWith(word) === true) bodies.push(body)
      })
      const sent = [
        ...Array.from({ length: 100 }, (_, index) => `${word} ${index}`),
        `${word} ${'é'.repeat(50_000)}`,
        `${word} end`,
      ]
      for (const body of sent) alice.send({ to: bob.jid, type: 'chat', body })
      await last
      expect(bodies).toEqual(sent)
    })
  })

  describe(`on ${server.name}`, () => {
    it.each(server.mechanisms)('logs in with %s', async (mechanism) => {
      const alice = await online(server, 'alice', { mechanisms: [mechanism] })
      expect(alice.state).toMatchObject({ status: 'online', mechanism })
    })

    it.each(['chat', 'normal', 'headline'] as const)('carries messages of type %s', async (type) => {
      const [alice, bob] = await Promise.all([online(server, 'alice'), online(server, 'bob')])
      const word = tag()
      const arrived = next(bob.message$, (message) => message.body === word, 'the message')
      alice.send({ to: bob.jid, type, body: word })
      expect((await arrived).type).toBe(type)
    })

    it('ties an error to the message that caused it', async () => {
      const alice = await online(server, 'alice')
      const word = tag()
      const delivery = alice.send({ to: `nobody-${word}@${server.domain}`, type: 'chat', body: word })
      const bounced = await next(alice.bounced$, (bounce) => bounce.delivery === delivery, 'the error')
      expect(bounced.reason).toBeInstanceOf(StanzaError)
      expect(bounced.reason.condition).toBe('service-unavailable')
      expect(delivery.status).toEqual({ status: 'failed', reason: bounced.reason })
    })

    it('shows the messages of one contact, of one type, or both', async () => {
      const [alice, bob, carol] = await Promise.all(
        ['alice', 'bob', 'carol'].map((user) => online(server, user)),
      )
      if (alice === undefined || bob === undefined || carol === undefined) throw new Error('nobody came')
      const word = tag()
      const seen = {
        ofBob: bodiesOf(alice.messages({ from: bob.jid })),
        headlines: bodiesOf(alice.messages({ type: 'headline' })),
        both: bodiesOf(alice.messages({ from: bob.jid.bare, type: 'headline' })),
      }
      const last = next(alice.message$, ({ body }) => body === `${word} end`, 'the last message')
      bob.send({ to: alice.jid, type: 'chat', body: `${word} chat of bob` })
      bob.send({ to: alice.jid, type: 'headline', body: `${word} headline of bob` })
      await bob.request({ type: 'get', payload: xml('ping', ns.ping), to: server.domain })
      carol.send({ to: alice.jid, type: 'headline', body: `${word} headline of carol` })
      carol.send({ to: alice.jid, type: 'chat', body: `${word} end` })
      await last
      const ofThisRun = (bodies: readonly string[]) =>
        bodies.filter((body) => body.startsWith(word)).map((body) => body.slice(word.length + 1))
      expect(ofThisRun(seen.ofBob)).toEqual(['chat of bob', 'headline of bob'])
      expect(ofThisRun(seen.headlines)).toEqual(['headline of bob', 'headline of carol'])
      expect(ofThisRun(seen.both)).toEqual(['headline of bob'])
    })

    it('shows the errors of one address, each with what caused it', async () => {
      const alice = await online(server, 'alice')
      const to = `nobody-${tag()}@${server.domain}`
      const error = next(alice.messages({ from: to, type: 'error' }), () => true, 'the error')
      const [first, second] = [1, 2].map((index) => alice.send({ to, type: 'chat', body: `${index}` }))
      const bounced = await next(alice.bounced$, ({ delivery }) => delivery === second, 'the second error')
      expect(await error).toMatchObject({
        type: 'error',
        id: first?.id,
        error: { condition: 'service-unavailable' },
      })
      expect(bounced.message.id).toBe(second?.id)
      expect([first?.status.status, second?.status.status]).toEqual(['failed', 'failed'])
    })

    it('bounces a groupchat message that is sent to a person', async () => {
      const [alice, bob] = await Promise.all([online(server, 'alice'), online(server, 'bob')])
      const delivery = alice.send({ to: bob.jid.bare, type: 'groupchat', body: tag() })
      const bounced = await next(alice.bounced$, (bounce) => bounce.delivery === delivery, 'the error')
      expect(bounced.message.type).toBe('error')
    })

    it('keeps a message for who is away', async () => {
      const word = tag()
      const alice = await online(server, 'alice')
      alice.send({ to: `dave@${server.domain}`, type: 'chat', body: word })
      await alice.request({ type: 'get', payload: xml('ping', ns.ping), to: server.domain })
      const dave = person(server, 'dave')
      const arrived = next(dave.message$, (message) => message.body === word, 'the kept message')
      await dave.connect()
      const message = await arrived
      expect(message.payloads.some((payload) => payload.is('delay', ns.delay))).toBe(true)
    })

    it('knows its contacts, and sees them come and go', async () => {
      const alice = await online(server, 'alice')
      const bobs = `bob@${server.domain}`
      const contacts = await alice.fetchRoster()
      expect(contacts.get(bobs)).toMatchObject({ subscription: 'both', name: 'Bob', groups: ['Friends'] })
      const bob = person(server, 'bob', { presence: { show: 'dnd', status: 'busy', priority: 5 } })
      const isBob = (from: string | undefined) => from === bob.jid.toString()
      const came = next(
        alice.presence$,
        ({ from, type }) => isBob(from?.toString()) && type === undefined,
        'bob’s presence',
      )
      await bob.connect()
      expect(await came).toMatchObject({ show: 'dnd', status: 'busy', priority: 5 })
      const left = next(
        alice.presence$,
        ({ from, type }) => isBob(from?.toString()) && type === 'unavailable',
        'bob’s absence',
      )
      await bob.disconnect()
      expect((await left).type).toBe('unavailable')
    })

    it('hears of a change to its own contact list', async () => {
      const erin = await online(server, 'erin')
      await erin.fetchRoster()
      const jid = `${tag()}@elsewhere.test`
      const pushed = next(erin.roster$, (contacts) => contacts.has(jid), 'the roster push')
      const item = xml('item', ns.roster, { jid, name: 'Somebody' }, xml('group', ns.roster, {}, 'New'))
      await erin.request({ type: 'set', payload: xml('query', ns.roster, {}, item) })
      expect((await pushed).get(jid)).toMatchObject({
        name: 'Somebody',
        subscription: 'none',
        groups: ['New'],
      })
      const removed = next(erin.roster$, (contacts) => !contacts.has(jid), 'the removal')
      await erin.request({
        type: 'set',
        payload: xml('query', ns.roster, {}, xml('item', ns.roster, { jid, subscription: 'remove' })),
      })
      expect((await removed).has(jid)).toBe(false)
    })

    it('answers requests, and gets its own answered', async () => {
      const [alice, bob] = await Promise.all([online(server, 'alice'), online(server, 'bob')])
      const ping = { type: 'get', payload: xml('ping', ns.ping) } as const
      expect((await alice.request({ ...ping, to: server.domain })).type).toBe('result')
      expect((await alice.request({ ...ping, to: bob.jid })).from?.toString()).toBe(bob.jid.toString())
      const version = await alice.request({
        type: 'get',
        to: server.domain,
        payload: xml('query', ns.version),
      })
      expect(version.payload?.child('name')?.text()).toMatch(/\w/)
      const info = await alice.request({
        type: 'get',
        to: server.domain,
        payload: xml('query', ns.discoInfo),
      })
      expect(info.payload?.elements('identity').map((identity) => identity.attribute('category'))).toContain(
        'server',
      )
    })

    it('says of a request that nobody understands why it failed', async () => {
      const [alice, bob] = await Promise.all([online(server, 'alice'), online(server, 'bob')])
      const payload = xml('query', 'urn:example:unknown')
      await expect(alice.request({ type: 'get', to: bob.jid, payload })).rejects.toMatchObject({
        code: 'stanza.service-unavailable',
      })
      await expect(alice.request({ type: 'get', to: server.domain, payload })).rejects.toBeInstanceOf(
        StanzaError,
      )
    })

    it('settles every request when the session ends, and every message when the client is closed', async () => {
      const alice = await online(server, 'alice')
      const bob = await online(server, 'bob')
      const open = alice.request({ type: 'get', to: bob.jid, payload: xml('query', 'urn:example:silent') })
      const outcome = open.catch((error: unknown) => error)
      await alice.disconnect()
      expect(await outcome).toBeInstanceOf(XmppError)
      const late = alice.send({ to: bob.jid, body: 'for the next session' })
      expect(late.status).toEqual({ status: 'queued' })
      await alice.close()
      expect(late.status).toMatchObject({ status: 'failed', reason: { code: 'transport.not-connected' } })
    })

    it('asks for credentials when the password is wrong', async () => {
      const alice = person(server, 'alice', { password: 'wrong' })
      await expect(alice.connect()).rejects.toMatchObject({
        code: 'authentication.not-authorized',
        advice: 'Check user name and password.',
      })
      expect(alice.state).toMatchObject({ status: 'halted', needs: 'credentials' })
    })

    it('does not fight over a resource', async () => {
      const first = await online(server, 'carol')
      const halted = next(first.state$, ({ status }) => status === 'halted', 'the end of the first session')
      await online(server, 'carol', { jid: first.jid.toString() })
      expect(await halted).toMatchObject({ error: { code: 'stream.conflict' } })
    })

    it('is not fooled by a certificate for somebody else', async () => {
      const untrusting = person(server, 'alice', { tls: {} })
      await expect(untrusting.connect()).rejects.toMatchObject({ code: 'transport.certificate-untrusted' })
      expect(untrusting.state).toMatchObject({ status: 'halted', needs: 'change' })
    })
  })
}

function bodiesOf(messages: Observable<Message>): readonly string[] {
  const bodies: string[] = []
  messages.subscribe(({ body = '' }) => bodies.push(body))
  return bodies
}
