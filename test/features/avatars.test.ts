import { createHash } from 'node:crypto'
import { firstValueFrom } from 'rxjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { avatars, muc, ns, sessionIn, vcards, type Avatar, type ClientOptions } from '../../src/index.js'
import { AvatarCache, rememberedAvatarBytes, storedAvatarUnits } from '../../src/features/avatar-cache.js'
import { rememberedWearerLimit, WornAvatars } from '../../src/features/worn-avatars.js'
import type { Json } from '../../src/store/store.js'
import { next } from '../conversations/people.js'
import { childOf, elementsOf, textOf, type HeardElement } from '../spec/heard.js'
import { at, gone, own, present, tea } from '../spec/room.js'
import { logIn, online, rest, start } from '../spec/session.js'
import { Disk, mountKillable } from '../store/disk.js'
import { code } from './acquaintances.js'

const bob = 'bob@example.test'
const hashOf = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest('hex')
const picture = (name: string) => new TextEncoder().encode(`GIF89a ${name}`)
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const photoIn = (bytes: Uint8Array) =>
  `<vCard xmlns='vcard-temp'><PHOTO><BINVAL>${base64(bytes)}</BINVAL></PHOTO></vCard>`
const metadata = (bytes: Uint8Array, attributes = '') =>
  `<item id='${hashOf(bytes)}'><metadata xmlns='${ns.avatarMetadata}'><info id='${hashOf(bytes)}' bytes='${bytes.length}' type='image/gif' ${attributes}/></metadata></item>`
const event = (from: string, item: string, type = 'headline') =>
  `<message from='${from}' type='${type}'><event xmlns='${ns.pubsubEvent}'><items node='${ns.avatarMetadata}'>${item}</items></event></message>`
const presence = (hash: string, from = `${bob}/phone`, more = '') =>
  `<presence from='${from}'>${more}<x xmlns='vcard-temp:x:update'><photo>${hash}</photo></x></presence>`

/** What the server says to each request, by the name of its payload; `undefined` is item-not-found. */
type Answers = (
  payload: HeardElement,
  to: string | undefined,
) => Promise<string | undefined> | string | undefined

async function looking(answers: Answers = () => undefined, options: Partial<ClientOptions> = {}) {
  const { client, peer } = await online({ presence: {}, ...options })
  const { length } = peer.elements
  const features = client.use(avatars)
  const asked: string[] = []
  let isOver = false
  onTestFinished(() => {
    isOver = true
  })
  const serve = async () => {
    for (let seen = length; !isOver; await rest()) {
      for (; seen < peer.elements.length; seen += 1) {
        const stanza = peer.elements[seen]
        const [payload] = stanza?.name === 'iq' ? elementsOf(stanza) : []
        if (stanza === undefined || payload === undefined) continue
        const { attributes } = stanza
        const { id, to, type } = attributes
        if (type !== 'get' && type !== 'set') continue
        const [about] = elementsOf(payload)
        asked.push([type, about?.attributes['node'] ?? payload.name, to ?? 'self'].join(' '))
        const answer = await answers(payload, to)
        const from = to === undefined ? '' : ` from='${to}'`
        peer.say(
          answer === undefined
            ? `<iq type='error' id='${id}'${from}><error type='cancel'><item-not-found xmlns='${ns.stanzaErrors}'/></error></iq>`
            : `<iq type='result' id='${id}'${from}>${answer}</iq>`,
        )
      }
    }
  }
  void serve()
  const shown: (Avatar | undefined)[] = []
  const watch = (whose = bob) => features.avatarOf(whose).subscribe((avatar) => shown.push(avatar))
  const see = (bytes: Uint8Array, whose = bob) =>
    next(features.avatarOf(whose), (avatar) => avatar?.id === hashOf(bytes), 'the avatar')
  return { client, peer, ...features, asked, shown, watch, see }
}

/** In a room, as `Alice`; tells what was said to it, by the hash of the photo. */
async function entered({ client, peer }: Pick<Awaited<ReturnType<typeof looking>>, 'client' | 'peer'>) {
  const presences = () =>
    peer.elements.filter(({ name, attributes }) => name === 'presence' && attributes['to'] === at('Alice'))
  const room = client.use(muc).room(tea)
  const joined = room.join({ nickname: 'Alice' })
  while (presences().length === 0) await rest()
  peer.say(own())
  await joined
  const said = () =>
    presences().map((element) => {
      const isEntrance = elementsOf(element).some(({ namespace }) => namespace === ns.room)
      const update = elementsOf(element).find(({ namespace }) => namespace === 'vcard-temp:x:update')
      const photo = update && childOf(update, 'photo')
      return `${isEntrance ? 'enters ' : ''}${photo === undefined ? 'unready' : textOf(photo)}`
    })
  return { room, said }
}

describe('the avatar of somebody', () => {
  const good = picture('good')
  const cards: Answers = ({ name }) => (name === 'vCard' ? photoIn(good) : undefined)

  it('is the photo whose hash their presence tells, fetched once somebody looks, and once', async () => {
    const { asked, peer, see } = await looking(cards)
    peer.say(presence(hashOf(good)))
    await rest()
    expect(asked.filter((one) => one.endsWith(bob))).toEqual([])
    await Promise.all([see(good), see(good)])
    peer.say(presence(hashOf(good), 'carol@example.test/x'))
    await see(good, 'carol@example.test')
    expect(asked.filter((one) => !one.endsWith('self') && !one.endsWith('alice@example.test'))).toEqual([
      `get vCard ${bob}`,
    ])
  })

  it('is never what its hash does not say, by presence or by event', async () => {
    const bad = picture('bad')
    const { asked, peer, see, shown, watch } = await looking(({ name }) =>
      name === 'vCard'
        ? photoIn(good)
        : `<pubsub xmlns='${ns.pubsub}'><items node='${ns.avatarData}'><item id='${hashOf(bad)}'><data xmlns='${ns.avatarData}'>${base64(good)}</data></item></items></pubsub>`,
    )
    watch()
    peer.say(presence(hashOf(bad)))
    await rest()
    peer.say(event(bob, metadata(bad)))
    while (!asked.includes(`get ${ns.avatarData} ${bob}`)) await rest()
    peer.say(event(bob, metadata(picture('gone')).replace(/<info.*\/>/, '')) + presence(hashOf(good)))
    peer.say(event(bob, `<retract id='x'/>`).replace(/<item [^>]*>.*<\/item>/, ''))
    await see(good)
    expect(shown.map((avatar) => avatar?.id ?? hashOf(good))).not.toContain(hashOf(bad))
    expect(shown.flatMap((avatar) => avatar ?? []).map(({ bytes }) => bytes)).toEqual([good])
  })

  it('is told of by their own account alone', async () => {
    const forged = picture('forged')
    const { asked, client, peer, see } = await looking(cards)
    const data = new Promise<void>((resolve) => {
      client.message$.subscribe(({ from }) => from?.local === 'mallory' && resolve())
    })
    peer.say(event(`${bob}/phone`, metadata(forged)))
    peer.say(event(bob, metadata(forged), 'error').replace('</message>', '<error type="cancel"/></message>'))
    peer.say(
      `<message from='mallory@example.test'><forwarded xmlns='urn:xmpp:forward:0'>${event(bob, metadata(forged)).replace('<message', "<message xmlns='jabber:client'")}</forwarded></message>`,
    )
    peer.say(presence(hashOf(good)))
    await data
    expect((await see(good))?.bytes).toEqual(good)
    expect(asked).not.toContain(`get ${ns.avatarData} ${bob}`)
  })

  it('is at once what a contact wore when the last process saw them, until they say otherwise', async () => {
    const disk = new Disk()
    const { store, kill } = mountKillable(disk)
    const contact = `<query xmlns='jabber:iq:roster'><item jid='${bob}' subscription='both'/></query>`
    const answers: Answers = (payload, to) => (payload.namespace === ns.roster ? contact : cards(payload, to))
    const { client, peer, see } = await looking(answers, { store: sessionIn(store) })
    await client.fetchRoster()
    peer.say(presence(hashOf(good)) + presence(hashOf(good), 'carol@example.test/x'))
    await Promise.all([see(good), see(good, 'carol@example.test')])
    await rest()
    kill()

    const later = start({ store: sessionIn(disk.mount()) })
    const { avatarOf } = later.client.use(avatars)
    const shown: (string | undefined)[] = []
    avatarOf(bob).subscribe((avatar) => shown.push(avatar?.id))
    const server = await later.peer()
    while (shown.at(-1) === undefined) await rest()
    expect(shown.at(-1)).toBe(hashOf(good))
    expect(await firstValueFrom(avatarOf('carol@example.test'))).toBeUndefined()
    await logIn(server)
    await later.outcome
    server.say(presence(''))
    await rest()
    expect(shown.at(-1)).toBeUndefined()
    expect(server.elements.filter(({ attributes }) => attributes['to'] === bob)).toEqual([])
  })

  it.each([
    ['taken back', `<items node='${ns.avatarMetadata}'><retract id='${hashOf(good)}'/></items>`],
    ['gone with all that was in its node', `<purge node='${ns.avatarMetadata}'/>`],
    ['gone with its node', `<delete node='${ns.avatarMetadata}'/>`],
  ])('is nothing once it is %s', async (_, change) => {
    const contact = `<query xmlns='jabber:iq:roster'><item jid='${bob}' subscription='both'/></query>`
    const data = `<pubsub xmlns='${ns.pubsub}'><items node='${ns.avatarData}'><item id='${hashOf(good)}'><data xmlns='${ns.avatarData}'>${base64(good)}</data></item></items></pubsub>`
    const { client, peer, see, avatarOf } = await looking(({ namespace }) =>
      namespace === ns.roster ? contact : data,
    )
    await client.fetchRoster()
    peer.say(event(bob, metadata(good)))
    await see(good)
    peer.say(
      `<message from='${bob}' type='headline'><event xmlns='${ns.pubsubEvent}'>${change}</event></message>`,
    )
    expect(await next(avatarOf(bob), (avatar) => avatar === undefined, 'no avatar')).toBeUndefined()
  })

  it('in a room is that of the occupant', async () => {
    const { avatarOf, peer, see } = await looking(cards)
    const room = 'room@muc.example.test'
    peer.say(presence(hashOf(good), `${room}/nick`, `<x xmlns='${ns.roomUser}'/>`))
    await see(good, `${room}/nick`)
    expect(await firstValueFrom(avatarOf(room))).toBeUndefined()
  })

  it('in a room goes with the occupant: who takes the nickname over has none', async () => {
    const { avatarOf, peer, see, shown, watch } = await looking(cards)
    const ofRoom = `<x xmlns='${ns.roomUser}'/>`
    watch(at('Bob'))
    await rest()
    peer.say(presence(hashOf(good), at('Bob'), ofRoom))
    await see(good, at('Bob'))
    peer.say(`<presence from='${at('Bob')}' type='unavailable'>${ofRoom}</presence>`)
    peer.say(`<presence from='${at('Bob')}'>${ofRoom}<x xmlns='vcard-temp:x:update'/></presence>`)
    await rest()
    expect(shown.map((avatar) => avatar?.id)).toEqual([undefined, hashOf(good), undefined])
    expect(await firstValueFrom(avatarOf(at('Bob')))).toBeUndefined()
  })

  it('in a room goes when one leaves: whoever has the nickname when one is back may be somebody else', async () => {
    const session = await looking(cards)
    const { avatarOf, peer, see } = session
    const { room } = await entered(session)
    peer.say(presence(hashOf(good), at('Bob'), `<x xmlns='${ns.roomUser}'/>`))
    await see(good, at('Bob'))
    const left = room.leave()
    peer.say(gone())
    await left
    const back = room.join({ nickname: 'Alice' })
    await rest()
    peer.say(present('Bob') + own())
    await back
    expect(await firstValueFrom(avatarOf(at('Bob')))).toBeUndefined()
  })

  it('is found for who is no friend, and is nothing where there is nothing', async () => {
    const { find } = await looking(cards)
    expect(await find(bob)).toEqual({ id: hashOf(good), type: 'image/gif', bytes: good })
    const { find: search } = await looking()
    expect(await search(bob)).toBeUndefined()
  })

  it('is not fetched where it is too large, or somewhere on the web', async () => {
    const items = [
      metadata(good, "url='https://tracker.example/'"),
      metadata(good).replace(/bytes='\d+'/, "bytes='9999999'"),
    ]
    for (const item of items) {
      const { asked, find } = await looking(({ name }) =>
        name === 'pubsub'
          ? `<pubsub xmlns='${ns.pubsub}'><items node='${ns.avatarMetadata}'>${item}</items></pubsub>`
          : undefined,
      )
      expect(await find(bob)).toBeUndefined()
      expect(asked).not.toContain(`get ${ns.avatarData} ${bob}`)
    }
  })
})

describe('one’s own avatar', () => {
  it('is published in both ways where the server turns none into the other', async () => {
    const info = `<query xmlns='${ns.discoInfo}'><identity category='pubsub' type='pep'/></query>`
    const { asked, publish } = await looking(({ name }) => (name === 'query' ? info : ''))
    await publish({ bytes: picture('me') })
    const mine = asked.filter((one) => one.startsWith('set'))
    expect(mine).toEqual([`set ${ns.avatarData} self`, `set ${ns.avatarMetadata} self`, 'set vCard self'])
  })

  it('is published once where it does', async () => {
    const info = `<query xmlns='${ns.discoInfo}'><identity category='pubsub' type='pep'/><feature var='${ns.avatarConversion}'/></query>`
    const { asked, publish } = await looking(({ name }) => (name === 'query' ? info : ''))
    await publish({ bytes: picture('me') })
    expect(asked.filter((one) => one.endsWith('self'))).toEqual([
      `set ${ns.avatarData} self`,
      `set ${ns.avatarMetadata} self`,
    ])
  })

  it.each([
    ['no image', [{ bytes: new TextEncoder().encode('<svg onload="alert(1)"/>') }]],
    ['too large', [{ bytes: Buffer.concat([picture('x'), Buffer.alloc(70_000)]) }]],
    ['nothing', []],
  ])('is not published where it is %s', async (_, images) => {
    const { publish } = await looking()
    await expect(publish(images)).rejects.toThrow(RangeError)
  })
})

describe('one’s own avatar in rooms', () => {
  it('is shown in one that was entered before it was known, and each other one, too', async () => {
    const [me, other] = [picture('me'), picture('other')]
    let card = me
    let read = () => {}
    const isRead = new Promise<void>((resolve) => {
      read = resolve
    })
    const session = await looking(async ({ name, children }) => {
      if (name !== 'vCard') return undefined
      if (children.length > 0) card = other
      await isRead
      return photoIn(card)
    })
    const { said } = await entered(session)
    read()
    while (said().at(-1) !== hashOf(me)) await rest()
    await session.publish({ bytes: other })
    while (said().at(-1) !== hashOf(other)) await rest()
    const words = said().filter((word, index, all) => word !== all[index - 1])
    expect(words.filter((word) => word !== 'unready')).toEqual(['enters unready', hashOf(me), hashOf(other)])
  })

  it('is said in them again where the server puts its hash into what passes (XEP-0398 §4)', async () => {
    const info = `<query xmlns='${ns.discoInfo}'><identity category='pubsub' type='pep'/><feature var='${ns.avatarConversion}'/></query>`
    const session = await looking(({ name }) => (name === 'query' ? info : ''))
    const { said } = await entered(session)
    const { length } = said()
    await session.publish({ bytes: picture('me') })
    await rest()
    expect(said().length).toBeGreaterThan(length)
  })
})

const memory = (facts = new Map<string, Json>()) => ({
  facts,
  keepFact: (key: string, value: Json) => void (value === null ? facts.delete(key) : facts.set(key, value)),
  deliveryOf: () => undefined,
  mayHaveLeft: () => false,
  factsOf: (prefix: string, tell: (key: string, value: Json) => void) => {
    for (const [key, value] of facts) if (key.startsWith(prefix)) tell(key.slice(prefix.length), value)
  },
})

describe('images that are kept', () => {
  const gif = { type: 'image/gif', bytes: picture('kept') } as const
  const id = hashOf(gif.bytes)

  it('are there for the next process, if they are still what their hashes say', async () => {
    const store = memory()
    expect(await new AvatarCache(store).put(id, gif)).toEqual({ ...gif, id })
    expect(await new AvatarCache(store).get(id)).toEqual({ ...gif, id })
    store.facts.set(`avatar ${id}`, base64(picture('other')))
    expect(await new AvatarCache(store).get(id)).toBeUndefined()
    store.facts.set(`avatar ${id}`, 7)
    expect(await new AvatarCache(store).get(id)).toBeUndefined()
    expect(store.facts.size).toBe(0)
  })

  it('are none that is not what its hash says', async () => {
    const store = memory()
    const cache = new AvatarCache(store)
    expect(await cache.put('0'.repeat(40), gif)).toBeUndefined()
    expect([await cache.get('0'.repeat(40)), store.facts.size]).toEqual([undefined, 0])
  })

  it('take no more room than they may', async () => {
    const store = memory()
    const cache = new AvatarCache(store)
    const large = Array.from({ length: 12 }, (_, index) =>
      Buffer.concat([picture(`${index}`), Buffer.alloc(45_000)]),
    )
    for (const bytes of large) await cache.put(hashOf(bytes), { type: 'image/gif', bytes })
    const units = [...store.facts.values()].reduce<number>(
      (sum, text) => sum + JSON.stringify(text).length - 2,
      0,
    )
    expect(units).toBeLessThanOrEqual(storedAvatarUnits)
    expect(units).toBeGreaterThan(storedAvatarUnits / 2)
    const huge = Array.from({ length: 10 }, (_, index) =>
      Buffer.concat([picture(`${index}`), Buffer.alloc(500_000)]),
    )
    for (const bytes of huge) await cache.put(hashOf(bytes), { type: 'image/gif', bytes })
    const left = await Promise.all(
      huge.map(async (bytes) => (await cache.get(hashOf(bytes)))?.bytes.length ?? 0),
    )
    expect(left.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(rememberedAvatarBytes)
    expect(left.at(-1)).toBeGreaterThan(0)
  })
})

describe('who wears which', () => {
  it('is kept of so many contacts as there is room for, and of nobody who is none any more', () => {
    const store = memory(new Map<string, Json>([['worn carol@example.test', 7]]))
    const worn = new WornAvatars(store)
    expect(store.facts.size).toBe(0)
    for (let count = 0; count <= rememberedWearerLimit; count += 1)
      worn.see(`user${count}@example.test`, 'id')
    expect(store.facts.size).toBe(rememberedWearerLimit)
    expect([worn.of('user0@example.test'), worn.of('user1@example.test')]).toEqual([undefined, 'id'])
    worn.see('user1@example.test', undefined)
    expect(new WornAvatars(store).of('user1@example.test')).toBeUndefined()
    expect(new WornAvatars(store).of('user2@example.test')).toBe('id')
  })
})

describe('cards', () => {
  it('reject what the server says is wrong, and are nothing where there is none', async () => {
    const { client } = await looking(({ children }) => (children.length > 0 ? undefined : ''))
    const { of, update } = client.use(vcards)
    expect(await of(bob)).toBeUndefined()
    expect(await code(update({ fullName: 'Alice' }))).toBe('stanza.item-not-found')
    await expect(update({ photo: { bytes: new Uint8Array(3) } })).rejects.toThrow(RangeError)
  })
})
