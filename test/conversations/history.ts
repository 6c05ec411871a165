import { afterEach, describe, expect, it } from 'vitest'
import { filter, firstValueFrom } from 'rxjs'
import { archive, carbons, clientState, receipts, type ArchivedMessage } from '../../src/index.js'
import { toPingElement } from '../../src/stanza/ping.js'
import { dialTls } from '../../src/transport/tcp.js'
import type { Transport } from '../../src/transport/transport.js'
import { everybodyLeaves, next, online, person, tag } from './people.js'
import type { ServerUnderTest } from './server-under-test.js'

/** What several devices and a bad network make of a conversation: held on each server. */
export function holdHistory(server: ServerUnderTest): void {
  afterEach(everybodyLeaves)

  const bareOf = (user: string) => `${user}@${server.domain}`
  const chat = (to: string, body: string) => ({ to, type: 'chat', body }) as const

  describe(`history on ${server.name}`, () => {
    it('tells who sends a message that it has arrived', async () => {
      const [alice, bob] = [person(server, 'alice'), person(server, 'bob')]
      const { send } = alice.use(receipts)
      bob.use(receipts)
      await Promise.all([alice.connect(), bob.connect()])
      await bob.fetchRoster()
      const delivery = send(chat(bob.jid.toString(), tag()))
      const received = await next(
        delivery.status$,
        ({ status }) => status === 'received' || status === 'failed',
        'the receipt',
      )
      expect(received).toEqual({ status: 'received' })
    })

    it('copies what one device says and hears to another', async () => {
      const desk = person(server, 'bob')
      const copies = desk.use(carbons)
      const [alice, sofa] = await Promise.all([online(server, 'alice'), online(server, 'bob')])
      await desk.connect()
      await next(copies.state$, ({ status }) => status === 'on', 'the consent to copies')
      const [heard, said] = [tag(), tag()]
      const copied = (body: string) => next(copies.message$, ({ message }) => message.body === body, body)
      const [received, sent] = [copied(heard), copied(said)]
      alice.send(chat(sofa.jid.toString(), heard))
      expect(await received).toMatchObject({ direction: 'received' })
      sofa.send(chat(alice.jid.toString(), said))
      const { direction, message } = await sent
      expect(direction).toBe('sent')
      expect(message.from?.toString()).toBe(sofa.jid.toString())
      expect(message.to?.toString()).toBe(alice.jid.toString())
    })

    it('keeps nothing back for good from a client that nobody looks at', async () => {
      const [alice, bob] = [await online(server, 'alice'), person(server, 'bob')]
      const attention = bob.use(clientState)
      await bob.connect()
      attention.inactive()
      const [status, body] = [tag(), tag()]
      const message = next(bob.message$, (one) => one.body === body, 'the message')
      alice.send(chat(bob.jid.toString(), body))
      await message
      const presence = next(bob.presence$, (one) => one.status === status, 'the presence')
      alice.sendPresence({ status })
      attention.active()
      expect((await presence).from?.toString()).toBe(alice.jid.toString())
    })

    it('gives messages back page by page, in either order', async () => {
      const [alice, bob] = [person(server, 'alice'), await online(server, 'bob')]
      const history = alice.use(archive)
      await alice.connect()
      const word = tag()
      const bodies = [1, 2, 3, 4, 5].map((count) => `${word} ${count}`)
      const last = next(bob.message$, ({ body }) => body === bodies.at(-1), 'the last message')
      for (const body of bodies) alice.send(chat(bob.jid.toString(), body))
      await last
      const found: string[] = []
      for await (const { message } of history.query({
        with: bareOf('bob'),
        newestFirst: true,
        pageSize: 2,
      })) {
        if (message.body?.startsWith(word) === true) found.push(message.body)
        if (found.length === 5) break
      }
      expect(found).toEqual(bodies.toReversed())
      const all: ArchivedMessage[] = []
      const [first] = found.slice(-1)
      for await (const one of history.query({ with: bareOf('bob'), pageSize: 50 })) all.push(one)
      const ours = all.filter(({ message }) => message.body?.startsWith(word))
      expect(ours.map(({ message }) => message.body)).toEqual(bodies)
      expect(first).toBe(bodies[0])
      expect(ours.every(({ id, moment }) => id !== undefined && moment > Date.now() - 600_000)).toBe(true)
    })

    it('brings what was missed before what is said now, in order and once', async () => {
      const cables: Transport[] = []
      const port = Number(new URL(String(server.endpoints['direct TLS'])).port)
      let mend = () => {}
      let mended = Promise.resolve()
      const endpoint = async (signal: AbortSignal) => {
        await mended
        const tls = { domain: server.domain, ca: server.ca }
        const cable = await dialTls({ host: '127.0.0.1', port, tls, signal })
        cables.push(cable)
        return cable
      }
      const alice = await online(server, 'alice')
      const bob = person(server, 'bob', { endpoint, streamManagement: false })
      const history = bob.use(archive)
      const word = tag()
      const seen: (string | undefined)[] = []
      history.message$.subscribe(({ message: { body } }) => {
        if (body?.startsWith(word) === true) seen.push(body.slice(word.length))
      })
      const arrives = (count: number) =>
        next(history.message$, ({ message }) => message.body === `${word}${count}`, `message ${count}`)
      const say = (count: number) => alice.send(chat(bareOf('bob'), `${word}${count}`))
      await bob.connect()
      await next(history.state$, ({ status }) => status === 'live', 'the archive')
      const one = arrives(1)
      say(1)
      await one
      mended = new Promise((resolve) => (mend = resolve))
      const gone = next(
        alice.presence$,
        ({ from, type }) => type === 'unavailable' && from?.equals(bob.jid) === true,
        'the end',
      )
      cables[0]?.destroy()
      await gone
      for (const count of [2, 3, 4]) say(count)
      await alice.request({ type: 'get', payload: toPingElement() })
      const five = arrives(5)
      mend()
      await firstValueFrom(bob.state$.pipe(filter(({ status }) => status === 'online')))
      say(5)
      await five
      expect(seen).toEqual(['1', '2', '3', '4', '5'])
      await alice.request({ type: 'get', payload: toPingElement() })
      await bob.request({ type: 'get', payload: toPingElement() })
      expect(seen).toEqual(['1', '2', '3', '4', '5'])
    })
  })
}
