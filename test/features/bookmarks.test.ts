import { describe, expect, it } from 'vitest'
import { createRecorder } from '../../src/inspector/recording/recorder.js'
import { toRecordingText } from '../../src/inspector/recording/recording-text.js'
import { conceal } from '../../src/cli/conceal.js'
import { bookmarks, muc, ns, xml, type BookmarksOptions } from '../../src/index.js'
import { serialize } from '../../src/xml/serializer.js'
import { childOf, elementsOf, textOf, type HeardElement } from '../spec/heard.js'
import type { Peer } from '../spec/peer.js'
import { logIn, rest, start } from '../spec/session.js'

const pubsub = 'http://jabber.org/protocol/pubsub'
const tea = 'tea@rooms.example.test'
const result = ({ attributes }: HeardElement, payload = '') =>
  `<iq type='result' id='${attributes['id']}'>${payload}</iq>`
/** From the account, whom it was asked. */
const refusal = ({ attributes }: HeardElement, condition: string) =>
  `<iq type='error' id='${attributes['id']}'><error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`
const mark = (id: string, attributes = '', content = '') =>
  `<item id='${id}'><conference xmlns='urn:xmpp:bookmarks:1' ${attributes}>${content}</conference></item>`
const items = (...all: readonly string[]) =>
  `<pubsub xmlns='${pubsub}'><items node='urn:xmpp:bookmarks:1'>${all.join('')}</items></pubsub>`
const event = (content: string, from = 'alice@example.test') =>
  `<message from='${from}' type='headline'><event xmlns='${pubsub}#event'>${content}</event></message>`
const told = (...all: readonly string[]) =>
  event(`<items node='urn:xmpp:bookmarks:1'>${all.join('')}</items>`)
const account = (...features: readonly string[]) =>
  `<query xmlns='${ns.discoInfo}'><identity category='pubsub' type='pep'/>${features.map((name) => `<feature var='${name}'/>`).join('')}</query>`
const whole = account(`${pubsub}#publish-options`)

async function say(peer: Peer, text: string): Promise<void> {
  peer.say(text)
  await rest()
}

const outcomeOf = (wish: Promise<unknown>) =>
  wish.then(
    () => 'done',
    (error: unknown) => error,
  )

/** A client whose account is to be asked, with rooms. */
async function asking(options: BookmarksOptions = {}, taps = {}) {
  const session = start(taps)
  const rooms = session.client.use(muc)
  const marks = session.client.use((host) => bookmarks(host, { rooms, ...options }))
  const states: string[] = []
  marks.state$.subscribe(({ status }) => states.push(status))
  const peer = await session.peer()
  await logIn(peer)
  await session.outcome
  return { ...session, marks, peer, rooms, states }
}

/** The same, once it has the list. */
async function having(all: readonly string[], options: BookmarksOptions = {}, taps = {}) {
  const session = await asking(options, taps)
  await list(session.peer, ...all)
  return session
}

/** Has the server give the list. */
async function list(peer: Peer, ...all: readonly string[]): Promise<void> {
  await say(peer, result(await peer.next('iq'), whole))
  await say(peer, result(await peer.next('iq'), items(...all)))
}

/** To whom presence went, of which type. */
const presences = ({ elements }: Peer) =>
  elements
    .filter(({ name }) => name === 'presence')
    .map(({ attributes }) => `${attributes['type'] ?? 'in'} ${attributes['to']}`)

/** What is published, or the request for something else. */
const wishOf = (request: HeardElement) => elementsOf(childOf(request, 'pubsub') ?? request)

describe('the list of bookmarks (XEP-0402 §3.2)', () => {
  it('is read as it was published, and what is no room is left out', async () => {
    const { marks, states } = await having([
      mark('Tea@rooms.example.test', "name='Tea' autojoin='1'", '<nick>Puck</nick><password>s</password>'),
      mark('bare@rooms.example.test'),
      mark('rooms.example.test'),
      mark('tea@rooms.example.test/Puck'),
      `<item id='other@rooms.example.test'><other xmlns='urn:other'/></item>`,
    ])
    expect([...marks.bookmarks.keys()]).toEqual([tea, 'bare@rooms.example.test'])
    expect(marks.bookmarks.get(tea)).toMatchObject({
      name: 'Tea',
      autojoin: true,
      nickname: 'Puck',
      password: 's',
      extensions: [],
    })
    expect(states).toEqual(['cold', 'requesting', 'synced'])
  })

  it('is followed by each event behind it, though all came at once', async () => {
    const { marks, peer } = await asking()
    await say(peer, result(await peer.next('iq'), whole))
    const get = await peer.next('iq')
    const seen: string[][] = []
    marks.bookmarks$.subscribe((all) => seen.push([...all.keys()]))
    await say(
      peer,
      result(get, items(mark('a@r.test'), mark('b@r.test'))) +
        told(mark('c@r.test'), "<retract id='a@r.test'/>") +
        event("<purge node='urn:xmpp:bookmarks:1'/>") +
        told(mark('d@r.test')),
    )
    expect(seen).toEqual([[], ['a@r.test', 'b@r.test'], ['b@r.test', 'c@r.test'], [], ['d@r.test']])
  })

  it.each(['mallory@example.net', 'example.test', 'alice@example.test/other', tea])(
    'is not what %s says',
    async (stranger) => {
      const { marks, peer } = await having([mark('a@r.test')])
      const trap = `<items node='urn:xmpp:bookmarks:1'>${mark('trap@r.test', "autojoin='1'")}<retract id='a@r.test'/></items>`
      await say(peer, event(trap, stranger) + event("<delete node='urn:xmpp:bookmarks:1'/>", stranger))
      expect([...marks.bookmarks.keys()]).toEqual(['a@r.test'])
      expect(presences(peer)).toEqual([])
    },
  )

  it.each([
    ['knows no nodes', `<query xmlns='${ns.discoInfo}'/>`],
    ['does not look how a node is', account()],
  ])('is not to be had of a server that %s', async (_, answer) => {
    const { marks, peer, states } = await asking()
    await say(peer, result(await peer.next('iq'), answer))
    expect(states).toEqual(['cold', 'requesting', 'unsupported'])
    expect(await outcomeOf(marks.set(tea, {}))).toMatchObject({ code: 'stanza.feature-not-implemented' })
    expect(wishOf(peer.elements.at(-1) ?? (await peer.next('iq')))).not.toContainEqual(
      expect.objectContaining({ name: 'publish' }),
    )
  })

  it('is empty where nothing was ever published, and failed where the server fails', async () => {
    const { marks, peer, states } = await asking()
    await say(peer, result(await peer.next('iq'), whole))
    await say(peer, refusal(await peer.next('iq'), 'internal-server-error'))
    const fetched = marks.fetch()
    await say(peer, result(await peer.next('iq'), whole))
    await say(peer, refusal(await peer.next('iq'), 'item-not-found'))
    expect((await fetched).size).toBe(0)
    expect(states).toEqual(['cold', 'requesting', 'failed', 'requesting', 'synced'])
  })

  it('is not to be had outside a session, and ends with the client', async () => {
    const { client, marks, peer } = await having([mark('a@r.test')])
    let isComplete = false
    marks.bookmarks$.subscribe({ complete: () => (isComplete = true) })
    peer.cut()
    await rest()
    expect(marks.bookmarks.size).toBe(1)
    expect(await outcomeOf(marks.set(tea, {}))).toMatchObject({ code: 'transport.not-connected' })
    await client.close()
    expect(isComplete).toBe(true)
  })
})

describe('rooms with a bookmark', () => {
  it('are entered as the list says, under its nickname or one’s own', async () => {
    const { peer } = await having(
      [
        mark('a@r.test', "autojoin='true'", '<nick>Puck</nick>'),
        mark('b@r.test', "autojoin='1'"),
        mark('c@r.test', "autojoin='false'"),
        mark('d@r.test', "autojoin='true'", '<nick>\u2028</nick>'),
      ],
      { nickname: 'Alice' },
    )
    expect(presences(peer)).toEqual(['in a@r.test/Puck', 'in b@r.test/Alice', 'in d@r.test/Alice'])
  })

  it('are entered under the name of the account where nothing else is said', async () => {
    const { peer } = await having([mark('a@r.test', "autojoin='true'")])
    expect(presences(peer)).toEqual(['in a@r.test/alice'])
  })

  it('are entered and left as another device says, which may say it again', async () => {
    const { peer, rooms } = await having([])
    const auto = mark('a@r.test', "autojoin='true'")
    await say(peer, told(auto) + told(auto))
    expect(presences(peer)).toEqual(['in a@r.test/alice'])
    await say(peer, told(mark('a@r.test')) + told(mark('a@r.test')))
    expect(presences(peer)).toEqual(['in a@r.test/alice', 'unavailable a@r.test/alice'])
    expect(rooms.room('a@r.test').state.status).toBe('leaving')
  })

  it('are not left by a change of what one entered otherwise', async () => {
    const { peer, rooms } = await having([mark('a@r.test')])
    void rooms
      .room('a@r.test')
      .join({ nickname: 'Al' })
      .catch(() => undefined)
    await say(peer, told(mark('a@r.test', "name='Tea'")))
    expect(presences(peer)).toEqual(['in a@r.test/Al'])
    await say(peer, told(mark('a@r.test', "autojoin='true'")))
    expect(presences(peer)).toEqual(['in a@r.test/Al'])
  })

  it('are entered anew in the next session, and not by asking for the list once more', async () => {
    const { client, marks, peer, peers, rooms, states } = await having([mark('a@r.test', "autojoin='true'")])
    const left = rooms.room('a@r.test').leave()
    const out = `<x xmlns='${ns.roomUser}'><item affiliation='none' role='none'/><status code='110'/></x>`
    await say(peer, `<presence type='unavailable' from='a@r.test/alice'>${out}</presence>`)
    await left
    const again = marks.fetch()
    for (const name of ['presence', 'presence']) await peer.next(name)
    await list(peer, mark('a@r.test', "autojoin='true'"))
    expect((await again).size).toBe(1)
    const failing = outcomeOf(marks.fetch())
    await say(peer, result(await peer.next('iq'), whole))
    await say(peer, refusal(await peer.next('iq'), 'internal-server-error'))
    expect(await failing).toMatchObject({ code: 'stanza.internal-server-error' })
    const third = marks.fetch()
    await list(peer, mark('a@r.test', "autojoin='true'"))
    expect((await third).size).toBe(1)
    expect(presences(peer)).toEqual(['in a@r.test/alice', 'unavailable a@r.test/alice'])
    expect(states.slice(2)).toEqual([
      'synced',
      'refreshing',
      'synced',
      'refreshing',
      'failed',
      'requesting',
      'synced',
    ])
    peer.cut()
    await rest()
    void client.connect()
    await rest()
    const next = peers[1]
    if (next === undefined) throw new Error('there is no second connection')
    await logIn(next)
    await list(next, mark('a@r.test', "autojoin='true'"))
    expect(presences(next)).toEqual(['in a@r.test/alice'])
  })
})

describe('a bookmark', () => {
  it('is published so that nobody else sees it, and is so once the server says so (XEP-0402 §3.3)', async () => {
    const { marks, peer } = await having([])
    const done = marks.set(tea, { name: 'Tea', autojoin: true, nickname: 'Puck', password: 's' })
    await rest()
    expect(marks.bookmarks.size).toBe(0)
    await answerDisposed(peer, [
      'persist_items true',
      'access_model whitelist',
      'max_items max',
      'send_last_published_item never',
    ])
    await done
    expect(marks.bookmarks.get(tea)).toMatchObject({ name: 'Tea', autojoin: true, password: 's' })
    expect(presences(peer)).toEqual([`in ${tea}/Puck`])
  })

  it('keeps all that is not said, whoever has put it there (XEP-0402 §3.4)', async () => {
    const inside =
      "<nick>Puck</nick><extensions><x xmlns='urn:x'><y/></x></extensions><odd/><other xmlns='urn:o'>1</other>"
    const { marks, peer } = await having([mark('Tea@rooms.example.test', "name='Tea' more='1'", inside)])
    const done = marks.set(tea, { name: 'Coffee', password: 'new' })
    const set = await peer.next('iq')
    const published = elementsOf(wishOf(set)[0] ?? set)[0]
    expect(published?.attributes).toMatchObject({ id: 'Tea@rooms.example.test' })
    const [conference] = elementsOf(published ?? set)
    expect(conference?.attributes).toMatchObject({ name: 'Coffee', more: '1' })
    expect(elementsOf(conference ?? set).map(({ name }) => name)).toEqual([
      'nick',
      'password',
      'extensions',
      'odd',
      'other',
    ])
    await say(peer, result(set))
    await done
    expect(marks.bookmarks.size).toBe(1)
    expect(marks.bookmarks.get(tea)?.extensions.map((one) => serialize(one))).toEqual([
      "<x xmlns='urn:x'><y/></x>",
    ])
  })

  it('has a node that is otherwise made right first, and is never put on one that stays so', async () => {
    const { marks, peer } = await having([])
    const done = outcomeOf(marks.set(tea, {}))
    await say(peer, refusal(await peer.next('iq'), 'conflict'))
    const configure = await peer.next('iq')
    expect(wishOf(configure)[0]?.name).toBe('configure')
    await say(peer, result(configure))
    await say(peer, refusal(await peer.next('iq'), 'conflict'))
    expect(await done).toMatchObject({ code: 'stanza.conflict' })
    expect(marks.bookmarks.size).toBe(0)
  })

  it('is published where the server takes fewer options, once the node keeps many', async () => {
    const { marks, peer } = await having([])
    const done = marks.set(tea, {})
    await say(peer, refusal(await peer.next('iq'), 'resource-constraint'))
    await say(peer, refusal(await peer.next('iq'), 'item-not-found'))
    await answerDisposed(peer, ['persist_items true', 'access_model whitelist'])
    const configure = await peer.next('iq')
    expect(wishOf(configure)[0]?.name).toBe('configure')
    await say(peer, result(configure))
    await done
    expect(marks.bookmarks.has(tea)).toBe(true)
  })

  it('takes changes one after the other, and later words of other devices for later', async () => {
    const { marks, peer } = await having([])
    const both = Promise.all([marks.set(tea, { name: 'Tea' }), marks.set(tea, { nickname: 'Puck' })])
    await say(peer, result(await peer.next('iq')))
    const second = await peer.next('iq')
    const [item] = elementsOf(wishOf(second)[0] ?? second)
    expect(elementsOf(item ?? second)[0]?.attributes).toMatchObject({ name: 'Tea' })
    await say(peer, told(mark(tea, "name='Late'")) + result(second))
    await both
    expect(marks.bookmarks.get(tea)).toMatchObject({ name: 'Late', nickname: undefined })
  })

  it('is removed, of which others are told, and is gone though it was so already', async () => {
    const { marks, peer } = await having([mark('a@r.test', "autojoin='true'"), mark('b@r.test')])
    const done = Promise.all([marks.remove('a@r.test'), marks.remove('b@r.test'), marks.remove('c@r.test')])
    const retract = await peer.next('presence').then(() => peer.next('iq'))
    expect(wishOf(retract)[0]?.attributes).toMatchObject({ node: ns.bookmarks, notify: 'true' })
    await say(peer, result(retract))
    await peer.next('presence')
    await say(peer, refusal(await peer.next('iq'), 'item-not-found'))
    await done
    expect(marks.bookmarks.size).toBe(0)
    expect(presences(peer)).toEqual(['in a@r.test/alice', 'unavailable a@r.test/alice'])
  })

  it('of what is no room, or what XML cannot carry, asks nothing of the server', async () => {
    const { marks, peer } = await having([])
    const { length } = peer.elements
    for (const jid of ['rooms.example.test', `${tea}/Puck`, 'a@@b'])
      expect(await outcomeOf(marks.set(jid, {}))).toBeInstanceOf(RangeError)
    expect(await outcomeOf(marks.set(tea, { name: '\0' }))).toBeInstanceOf(RangeError)
    expect(peer.elements).toHaveLength(length)
  })

  it('is given up with its signal', async () => {
    const { marks } = await having([])
    const giveUp = new AbortController()
    const done = outcomeOf(marks.set(tea, {}, { signal: giveUp.signal }))
    await rest()
    giveUp.abort()
    expect(await done).toMatchObject({ code: 'transport.aborted' })
  })

  it('keeps the password of a room from recordings and from what is shown of stanzas', async () => {
    const secret = 'Canary/4711'
    const recorder = createRecorder({ name: 'x', showBodies: true })
    const extra = `<password>${secret}</password>`
    const { marks, peer } = await having([mark('a@r.test', "autojoin='1'", extra)], {}, recorder.taps)
    const done = marks.set(tea, { password: secret })
    await say(peer, result(await peer.next('presence').then(() => peer.next('iq'))))
    await done
    await say(peer, told(mark('b@r.test', '', extra)))
    expect(marks.bookmarks.get('b@r.test')?.password).toBe(secret)
    const text = toRecordingText(recorder.history())
    expect(text).toContain('bookmarks')
    expect(text).not.toContain(secret)
    const shown = conceal(xml('conference', ns.bookmarks, {}, xml('password', ns.bookmarks, {}, secret)))
    expect(serialize(shown)).not.toContain(secret)
  })
})

/** Has the server take what is published, on a node that is to be so. */
async function answerDisposed(peer: Peer, expected: readonly string[]): Promise<void> {
  const set = await peer.next('iq')
  const form = elementsOf(wishOf(set)[1] ?? set)[0]
  const fields = elementsOf(form ?? set).map((field) => {
    const [value] = elementsOf(field)
    return `${field.attributes['var']?.replace('pubsub#', '')} ${textOf(value)}`
  })
  expect(fields.slice(1)).toEqual(expected)
  await say(peer, result(set))
}
