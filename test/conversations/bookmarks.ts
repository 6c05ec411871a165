import { afterEach, describe, expect, it } from 'vitest'
import {
  bookmarks,
  muc,
  xml,
  type BookmarkInput,
  type Bookmark,
  type BookmarksFeature,
  type Client,
  type MucFeature,
} from '../../src/index.js'
import { everybodyLeaves, next, online, person, tag } from './people.js'
import type { Deviation, ServerUnderTest } from './server-under-test.js'

/** One of somebody’s devices. */
interface Device {
  readonly client: Client
  readonly rooms: MucFeature
  readonly marks: BookmarksFeature
}

/** The rooms of somebody with several devices (XEP-0402): the same on every server. */
export function holdBookmarks(server: ServerUnderTest): void {
  afterEach(everybodyLeaves)

  const deviates = (deviation: Deviation) => server.deviations?.includes(deviation) === true
  const forgets = deviates('keeps 256 items of a node')
  const inTurns = deviates('fails where two change a node')
  const tellsOfRemoval = !deviates('tells nobody what is taken back')
  const newRoom = (): string => `${tag()}@conference.${server.domain}`
  /** Rooms in which somebody is already: some servers take a while until one that nobody is in any more can be made anew. */
  const openRooms = async (count: number): Promise<readonly string[]> => {
    const all = Array.from({ length: count }, newRoom)
    const rooms = (await online(server, 'dave')).use(muc)
    await Promise.all(all.map((jid) => rooms.room(jid).join({ nickname: 'Host' })))
    return all
  }

  /** Not connected yet. */
  const toDevice = (nickname: string): Device => {
    const client = person(server, 'erin')
    const rooms = client.use(muc)
    return { client, rooms, marks: client.use((host) => bookmarks(host, { rooms, nickname })) }
  }
  const device = async (nickname: string): Promise<Device> => {
    const one = toDevice(nickname)
    await one.client.connect()
    await next(one.marks.state$, ({ status }) => status === 'synced', 'the bookmarks')
    return one
  }
  /** Somebody without bookmarks, whatever happened before. */
  const devices = async (...nicknames: readonly string[]): Promise<readonly Device[]> => {
    const client = await online(server, 'erin')
    const before = client.use(bookmarks)
    await before.fetch()
    for (const jid of before.bookmarks.keys()) await before.remove(jid)
    await client.disconnect()
    const all: Device[] = []
    for (const nickname of nicknames) all.push(await device(nickname))
    // What a device wants to hear of is known once it hears of something.
    const [first] = all
    const jid = newRoom()
    await first?.marks.set(jid, { name: 'nowhere' })
    await Promise.all(all.map((one) => has(one, jid)))
    await first?.marks.remove(jid)
    await Promise.all(all.map((one) => learnsOfEnd(one, jid)))
    return all
  }
  const pair = async () => {
    const [desk, phone] = await devices('Desk', 'Phone')
    if (desk === undefined || phone === undefined) throw new Error('there are no two')
    return { desk, phone }
  }

  const has = async (
    { marks }: Device,
    jid: string,
    fits: (bookmark: Bookmark) => boolean = () => true,
  ): Promise<Bookmark | undefined> => {
    const isSo = (bookmark: Bookmark | undefined) => bookmark !== undefined && fits(bookmark)
    const all = await next(
      marks.bookmarks$,
      (bookmarks) => isSo(bookmarks.get(jid)),
      `the bookmark of ${jid}`,
    )
    return all.get(jid)
  }
  /** By itself, or once it asks. */
  const learnsOfEnd = async ({ marks }: Device, jid: string) => {
    if (!tellsOfRemoval) await marks.fetch()
    await next(marks.bookmarks$, (bookmarks) => !bookmarks.has(jid), `the end of the bookmark of ${jid}`)
  }
  const stands = ({ rooms }: Device, jid: string, wished: string) =>
    next(rooms.room(jid).state$, ({ status }) => status === wished, `${wished} ${jid}`)

  describe(`bookmarks on ${server.name}`, () => {
    it('are the same on two devices, and so is where one is', async () => {
      const { desk, phone } = await pair()
      const [jid = ''] = await openRooms(1)
      await desk.marks.set(jid, { name: 'Tea', autojoin: true })
      expect(await has(phone, jid)).toMatchObject({ name: 'Tea', autojoin: true, nickname: undefined })
      const [here, there] = await Promise.all([stands(desk, jid, 'joined'), stands(phone, jid, 'joined')])
      expect([here, there]).toMatchObject([{ nickname: 'Desk' }, { nickname: 'Phone' }])

      await phone.marks.set(jid, { autojoin: false })
      await Promise.all([stands(desk, jid, 'outside'), stands(phone, jid, 'outside')])
      expect(desk.marks.bookmarks.get(jid)).toMatchObject({ name: 'Tea', autojoin: false })

      await phone.marks.set(jid, { autojoin: true })
      await Promise.all([stands(desk, jid, 'joined'), stands(phone, jid, 'joined')])
      await phone.marks.remove(jid)
      await Promise.all([learnsOfEnd(desk, jid), stands(desk, jid, 'outside'), stands(phone, jid, 'outside')])
    })

    it('keep what another client has put there, though one changes them', async () => {
      const { desk, phone } = await pair()
      const jid = newRoom()
      const state = xml(
        'state',
        'urn:example:client',
        { minimized: 'true' },
        xml('deep', 'urn:example:other'),
      )
      const whole = { name: 'Tea', nickname: 'Puck', password: 'sesame', extensions: [state] }
      await desk.marks.set(jid, whole)
      const seen = await has(phone, jid)
      expect(seen).toMatchObject({ name: 'Tea', nickname: 'Puck', password: 'sesame', autojoin: false })
      await phone.marks.set(jid, { name: 'Coffee', password: '' })
      const changed = await has(desk, jid, ({ name }) => name === 'Coffee')
      expect(changed).toMatchObject({ nickname: 'Puck', password: undefined })
      expect(changed?.extensions).toMatchObject([
        { name: 'state', namespace: 'urn:example:client', children: [{ name: 'deep' }] },
      ])
      expect(changed?.extensions[0]?.attribute('minimized')).toBe('true')
    })

    it('are entered as a session begins, and left where another device said so meanwhile', async () => {
      const { desk, phone } = await pair()
      const [kept = '', gone = '', new_ = ''] = await openRooms(3)
      for (const jid of [kept, gone]) await desk.marks.set(jid, { autojoin: true })
      await Promise.all([kept, gone].map((jid) => stands(phone, jid, 'joined')))
      await phone.client.disconnect()
      await desk.marks.remove(gone)
      await desk.marks.set(new_, { autojoin: true })
      await phone.client.connect()
      await Promise.all([kept, new_].map((jid) => stands(phone, jid, 'joined')))
      // It comes back there by itself, as long as it knows nothing else.
      await stands(phone, gone, 'outside')
      expect([...phone.marks.bookmarks.keys()].toSorted()).toEqual([kept, new_].toSorted())
    })

    it('agree in the end where two devices change one at the same time', async () => {
      const { desk, phone } = await pair()
      const jid = newRoom()
      const said: readonly (readonly [Device, BookmarkInput])[] = [
        [desk, { name: 'Tea' }],
        [phone, { name: 'Coffee' }],
        [desk, { nickname: 'Puck' }],
        [phone, { nickname: 'Ariel' }],
      ]
      let before = Promise.resolve()
      await Promise.all(
        said.map(([one, input]) => {
          const change = () => one.marks.set(jid, input)
          return (before = inTurns ? before.then(change) : change())
        }),
      )
      const last = tag()
      await desk.marks.set(jid, { name: last })
      await Promise.all([desk, phone].map((one) => has(one, jid, ({ name }) => name === last)))
      const third = await device('Laptop')
      const [a, b, c] = [desk, phone, third].map(({ marks }) => marks.bookmarks.get(jid))
      expect(a?.nickname).toMatch(/^(Puck|Ariel)$/)
      expect([b, c]).toMatchObject([
        { name: last, nickname: a?.nickname },
        { name: last, nickname: a?.nickname },
      ])
    })

    it('may be hundreds', { timeout: 120_000 }, async () => {
      const { desk, phone } = await pair()
      const all = Array.from({ length: 300 }, () => newRoom())
      for (let at = 0; at < all.length; at += 20)
        await Promise.all(
          all.slice(at, at + 20).map((jid) => desk.marks.set(jid, { name: `Room of ${jid}` })),
        )
      await next(phone.marks.bookmarks$, ({ size }) => size === all.length, 'all of them')
      const third = await device('Laptop')
      const kept = [...third.marks.bookmarks.keys()]
      expect(kept).toHaveLength(forgets ? 256 : all.length)
      expect(all).toEqual(expect.arrayContaining(kept))
      await Promise.all(kept.map((jid) => third.marks.remove(jid)))
      if (!forgets && tellsOfRemoval)
        await next(phone.marks.bookmarks$, ({ size }) => size === 0, 'none of them')
      expect((await phone.marks.fetch()).size).toBe(0)
    })

    it('are nobody else’s to see', async () => {
      const { desk } = await pair()
      const jid = newRoom()
      await desk.marks.set(jid, { name: 'Tea' })
      const stranger = await online(server, 'dave')
      const payload = xml(
        'pubsub',
        'http://jabber.org/protocol/pubsub',
        {},
        xml('items', 'http://jabber.org/protocol/pubsub', { node: 'urn:xmpp:bookmarks:1' }),
      )
      const looked = stranger.request({ type: 'get', to: `erin@${server.domain}`, payload })
      await expect(looked).rejects.toMatchObject({ name: 'StanzaError' })
    })
  })
}
