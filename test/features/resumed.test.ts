import { expect, it, onTestFinished } from 'vitest'
import { filter, firstValueFrom } from 'rxjs'
import {
  archive,
  type ArchiveOptions,
  carbons,
  clientState,
  createClient,
  TransportError,
} from '../../src/index.js'
import { createServer } from '../../src/server/index.js'
import { toPingElement } from '../../src/stanza/ping.js'
import { childOf } from '../spec/heard.js'
import { logInManaged, resume } from '../spec/managed.js'
import { rest, start } from '../spec/session.js'
import type { Transport } from '../../src/transport/transport.js'
import { archived, end, inner, live, own, pong, question } from './archives.js'

it('a session that is resumed keeps its copies, asks its archive for the order of what comes, and is told again that nobody looks', async () => {
  const accounts = ['alice', 'bob'].map((username) => ({ username, password: 'secret' }))
  const server = await createServer({ accounts, listen: {} })
  const cables: Transport[] = []
  const [alice, bob] = ['alice', 'bob'].map((username) =>
    createClient({
      jid: `${username}@localhost`,
      password: 'secret',
      endpoint: () => {
        const cable = server.connect()
        if (username === 'bob') cables.push(cable)
        return cable
      },
    }),
  )
  if (alice === undefined || bob === undefined) throw new Error('somebody is missing')
  onTestFinished(async () => {
    await Promise.all([alice.close(), bob.close()])
    await server.close()
  })
  const said: string[] = []
  server.events$.subscribe((event) => {
    if (event.kind !== 'stanza' || event.direction !== 'in') return
    const { name, payload = '' } = event.stanza
    if (/inactive|carbons|mam/.test(`${name} ${payload}`)) said.push(`${name} ${payload}`.trim())
  })
  const { state$ } = bob.use(carbons)
  const attention = bob.use(clientState)
  const history = bob.use(archive)
  const seen: (string | undefined)[] = []
  history.message$.subscribe(({ message }) => seen.push(message.body))
  await Promise.all([alice.connect(), bob.connect()])
  await firstValueFrom(state$.pipe(filter(({ status }) => status === 'on')))
  await firstValueFrom(history.state$.pipe(filter(({ status }) => status === 'live')))
  attention.inactive()
  await bob.request({ type: 'get', payload: toPingElement() })
  const before = said.splice(0)
  expect(before).toContain('iq {urn:xmpp:carbons:2}enable')
  expect(before.at(-1)).toBe('inactive')

  const back = firstValueFrom(bob.state$.pipe(filter((state) => state.status === 'online' && state.resumed)))
  cables[0]?.destroy(new TransportError('reset', 'cut'))
  await firstValueFrom(bob.state$.pipe(filter(({ status }) => status === 'suspended')))
  const arrived = firstValueFrom(history.message$)
  alice.send({ to: 'bob@localhost', type: 'chat', body: 'meanwhile' })
  await back
  await arrived
  await bob.request({ type: 'get', payload: toPingElement() })
  expect(said).toEqual(['inactive', 'iq {urn:xmpp:mam:2}query'])
  expect(seen).toEqual(['meanwhile'])
})

/** A client with an archive that is empty, after its first message. */
async function anchored(timeouts: ArchiveOptions['timeouts'] = {}) {
  const session = start({ reconnect: 'afterOnline', presence: {} })
  const history = session.client.use((host) => archive(host, { timeouts }))
  const seen: (string | undefined)[] = []
  history.message$.subscribe(({ message }) => seen.push(message.body))
  const first = await session.peer()
  await logInManaged(first)
  await first.next('presence')
  first.say(end((await question(first)).request, true) + live('one', 'a1'))
  await rest()
  /** The session goes on over another connection; the server has so many of the requests. */
  const move = async (index: number, requests: number) => {
    session.peers.at(-1)?.cut()
    await rest()
    session.client.networkOnline()
    const peer = await session.peer(index)
    await resume(peer, 1 + requests)
    return peer
  }
  return { ...session, seen, move }
}

it('what a server mixes up while it moves a session is heard in order, with an archive', async () => {
  const { move, seen } = await anchored()
  const second = await move(1, 1)
  second.say(live('three', 'a3') + live('two', 'a2'))
  const { page, query, request } = await question(second)
  expect(page.after).toBe('a1')
  const found = archived(query, 'a2', inner('two')) + archived(query, 'a3', inner('three'))
  second.say(found + end(request, true) + live('four', 'a4'))
  await rest()
  expect(seen).toEqual(['one', 'two', 'three', 'four'])
  expect(second.elements.filter(({ name }) => name === 'iq')).toHaveLength(1)
})

it('a page of the archive that came while the session moved is asked for again', async () => {
  const { move, seen } = await anchored()
  const second = await move(1, 1)
  second.say(live('two', 'a2'))
  const first = await question(second)
  const third = await move(2, 2)
  third.say(archived(first.query, 'a3', inner('three')) + end(first.request, true))
  const again = await question(third)
  expect(again.page.after).toBe('a1')
  const found = archived(again.query, 'a2', inner('two')) + archived(again.query, 'a3', inner('three'))
  third.say(found + end(again.request, true))
  await rest()
  expect(seen).toEqual(['one', 'two', 'three'])
})

/** A page as it is asked for: `b10` to `b59`, a minute apart. */
const fullPage = Array.from({ length: 50 }, (_, index) => `b${index + 10}`)
const say = (query: string, ids: readonly string[]) =>
  ids.map((id) => archived(query, id, inner(id), own, `2026-01-02T03:${id.slice(1)}:00Z`)).join('')
const ends = { first: 'b10', last: 'b59' }

it('the archive is asked once, however often the session moves, and a page that is full is a page', async () => {
  const { move, seen } = await anchored()
  const second = await move(1, 1)
  second.say(live('two', 'b10'))
  const { query, request } = await question(second)
  const third = await move(2, 2)
  const fourth = await move(3, 2)
  await rest()
  expect([...third.elements, ...fourth.elements].filter(({ name }) => name === 'iq')).toEqual([])
  // A server that did not count the question may answer it twice.
  fourth.say(say(query, fullPage.slice(0, 20)) + say(query, fullPage))
  fourth.say(end(request, false, ends))
  const next = await question(fourth)
  expect([seen, next.page]).toEqual([
    ['one', ...fullPage.slice(0, 49)],
    { max: '51', after: 'b58', before: undefined },
  ])
  fourth.say(say(next.query, ['b59']) + end(next.request, true))
  await rest()
  expect(seen).toEqual(['one', ...fullPage])
  expect(fourth.elements.filter(({ name }) => name === 'iq')).toHaveLength(1)
})

it.each([
  ['lacks one', (ids: readonly string[]) => ids.slice(1)],
  ['is out of order', ([first = '', ...ids]: readonly string[]) => [...ids, first]],
])(
  'a page that came while the session moved and %s is asked for again, with what comes late',
  async (_, mixUp) => {
    const { move, seen } = await anchored()
    const second = await move(1, 1)
    second.say(live('b10', 'b10'))
    const { page, query, request } = await question(second)
    const third = await move(2, 2)
    third.say(say(query, mixUp(fullPage)) + end(request, false, ends))
    third.say(say(query, ['b10']))
    const again = await question(third)
    expect(again.page).toEqual(page)
    expect(seen).toEqual(['one'])
    third.say(say(again.query, fullPage) + end(again.request, false, ends))
    await rest()
    expect(seen).toEqual(['one', ...fullPage.slice(0, 49)])
  },
)

it('the end of the archive is not the end of a page after which more is asked for', async () => {
  const { move, seen } = await anchored()
  const second = await move(1, 1)
  second.say(live('b59', 'b59'))
  const { query, request } = await question(second)
  const third = await move(2, 2)
  const found = (to: string, ids: readonly string[]) => ids.map((id) => archived(to, id, inner(id))).join('')
  const early = fullPage.slice(0, 49)
  third.say(found(query, fullPage) + end(request, true, ends))
  const next = await question(third)
  expect(next.page).toEqual({ max: '100', after: 'a1', before: undefined })
  third.say(found(next.query, [...early, 'late', 'b59']) + end(next.request, true))
  await rest()
  expect(seen).toEqual(['one', ...early, 'late', 'b59'])
})

it('an answer that the server has lost with the stream is asked for again, and nothing overtakes it', async () => {
  const { move, seen } = await anchored({ movedMs: 1 })
  const second = await move(1, 1)
  second.say(live('three', 'a3'))
  const lost = await question(second)
  const third = await move(2, 2)
  third.say(live('four', 'a4'))
  third.say(pong(await third.next('iq')))
  await third.next('r')
  const { page, query, request } = await question(third)
  expect(page).toEqual(lost.page)
  const found = [inner('two'), inner('three'), inner('four')]
  third.say(found.map((text, index) => archived(query, `a${index + 2}`, text)).join('') + end(request, true))
  await rest()
  expect(seen).toEqual(['one', 'two', 'three', 'four'])
})

it('nothing overtakes an answer that is late since the server has yet to come to what it was asked', async () => {
  const { move, seen } = await anchored({ movedMs: 1 })
  const second = await move(1, 1)
  second.say(live('b58', 'b58'))
  const { query, request } = await question(second)
  const third = await move(2, 2)
  third.say(live('b59', 'b59'))
  const behind = await third.next('iq')
  await third.next('r')
  expect(childOf(behind, 'ping')).toBeDefined()
  expect(seen).toEqual(['one'])
  third.say(say(query, fullPage) + end(request, false, ends) + pong(behind))
  const next = await question(third)
  expect(next.page.after).toBe('b58')
  third.say(say(next.query, ['b59']) + end(next.request, true))
  await rest()
  expect(seen).toEqual(['one', ...fullPage])
})
