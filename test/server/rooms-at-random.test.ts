import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { EmbeddedServer, ServerEvent } from '../../src/server/index.js'
import { toRoomAdminElement, toRoomOwnerElement } from '../../src/stanza/muc-admin.js'
import { findRoomUser, toRoomEntrance } from '../../src/stanza/muc.js'
import { toPingElement } from '../../src/stanza/ping.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { hear, hearAll, knock, request, serverWithRooms, tea, told } from './in-rooms.js'
import { logIn, type Wire } from './wire.js'

const usernames = ['alice', 'bob', 'carol'] as const
/** Whoever acts: each account at its desk, and bob once more. */
const sessions = [...usernames, 'phone'] as const
type Session = (typeof sessions)[number]

let server: EmbeddedServer
let wires: Record<Session, Wire>
const defects: ServerEvent[] = []
beforeAll(async () => {
  server = await serverWithRooms()
  server.events$.subscribe((event) => event.kind === 'defect' && defects.push(event))
  wires = {
    alice: await logIn(server.connect(), 'alice', 'desk'),
    bob: await logIn(server.connect(), 'bob', 'desk'),
    carol: await logIn(server.connect(), 'carol', 'desk'),
    phone: await logIn(server.connect(), 'bob', 'phone'),
  }
})
afterAll(() => server.close())

/** What somebody knows of a room from its presences: role and affiliation by nickname. */
class View {
  /** `undefined`: not in the room. */
  nickname: string | undefined
  readonly known = new Map<string, string>()

  take(element: XmlElement): void {
    const type = element.attribute('type')
    const user = findRoomUser(element.elements())
    const nickname = element.attribute('from')?.split('/')[1] ?? ''
    if (element.name !== 'presence' || user?.item === undefined || user.statuses.has(333)) return
    const isSelf = user.statuses.has(110)
    if (type === undefined) {
      this.known.set(nickname, `${user.item.affiliation} ${user.item.role}`)
      if (isSelf) this.nickname = nickname
    } else if (type === 'unavailable') {
      this.known.delete(nickname)
      if (isSelf && !user.statuses.has(303)) {
        this.known.clear()
        this.nickname = undefined
      }
    }
  }
}

type Command = (room: string, wire: Wire) => void
const nicknames = fc.constantFrom('x', 'y', 'z')
const people = fc.constantFrom(...usernames)
const presence = (to: string, type?: string) => xml('presence', ns.client, { to, type })
const field = (name: string, value: string) =>
  toRoomOwnerElement({ type: 'submit', fields: [{ name: `muc#roomconfig_${name}`, values: [value] }] })
const roles = fc.constantFrom('moderator', 'participant', 'visitor', 'none')
const affiliations = fc.constantFrom('owner', 'admin', 'member', 'none', 'outcast')
const commands: fc.Arbitrary<Command> = fc.oneof(
  nicknames.map(
    (nick): Command =>
      (room, wire) =>
        knock(wire, nick, {}, room),
  ),
  nicknames.map(
    (nick): Command =>
      (room, wire) =>
        knock(wire, nick, {}, room),
  ),
  nicknames.map(
    (nick): Command =>
      (room, wire) =>
        wire.send(presence(`${room}/${nick}`)),
  ),
  nicknames.map(
    (nick): Command =>
      (room, wire) =>
        wire.send(presence(`${room}/${nick}`, 'unavailable')),
  ),
  fc.tuple(nicknames, roles).map(
    ([nickname, role]): Command =>
      (room, wire) =>
        request(wire, 'set', toRoomAdminElement([{ nickname, role }]), room),
  ),
  fc.tuple(people, affiliations).map(
    ([name, affiliation]): Command =>
      (room, wire) =>
        request(wire, 'set', toRoomAdminElement([{ jid: `${name}@localhost`, affiliation }]), room),
  ),
  fc.tuple(fc.constantFrom('membersonly', 'moderatedroom', 'persistentroom'), fc.constantFrom('0', '1')).map(
    ([name, value]): Command =>
      (room, wire) =>
        request(wire, 'set', field(name, value), room),
  ),
)

it('whatever is done in a room, everybody knows who is there, and what they are', async () => {
  let count = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...sessions), commands), { minLength: 5, maxLength: 40 }),
      async (deeds) => {
        const room = `random-${++count}@conference.localhost`
        const views = { alice: new View(), bob: new View(), carol: new View(), phone: new View() }
        const listen = async () => {
          for (const name of sessions) {
            for (const element of await hearAll(wires[name])) views[name].take(element)
          }
        }
        for (const [name, command] of deeds) {
          command(room, wires[name])
          await listen()
        }
        for (const name of sessions) {
          const { known, nickname } = views[name]
          const before = [nickname, ...known]
          known.clear()
          if (nickname === undefined) request(wires[name], 'get', toPingElement(), `${room}/x`)
          else knock(wires[name], nickname, {}, room)
          const heard = await hearAll(wires[name])
          for (const element of heard) views[name].take(element)
          const isOutside = /^iq error .*(?:not-acceptable|item-not-found)/.test(heard.map(told).join())
          const truth = [isOutside ? undefined : views[name].nickname, ...known]
          expect(new Set(before)).toEqual(new Set(truth))
          expect(isOutside).toBe(nickname === undefined)
          await listen()
        }
        // The room is gone with them, but where it is persistent: nobody stays in one that the next run does not know.
        for (const name of sessions) wires[name].send(presence(`${room}/x`, 'unavailable'))
        for (const name of sessions) request(wires[name], 'set', toRoomOwnerElement({}), room)
        await listen()
      },
    ),
    { numRuns: 60 },
  )
  expect(defects).toEqual([])
})

const words = (text: string) => text.split(/\s+/)
const spaces = [
  ns.room,
  ns.roomUser,
  ns.roomAdmin,
  ns.roomOwner,
  ns.dataForm,
  ns.discoInfo,
  ns.discoItems,
  ns.client,
]
const names = words('x query item status invite decline destroy history password actor reason field value')
const attributes = words('affiliation role nick jid from to code type var maxchars maxstanzas seconds since')
const values = words(
  'owner none member outcast moderator alice bob@localhost @ 110 0 submit cancel FORM_TYPE x',
)
/** Trees of the words that rooms know, in any order. */
const treeOf = (children: fc.Arbitrary<readonly XmlElement[]>) =>
  fc
    .tuple(
      fc.constantFrom(...names),
      fc.constantFrom(...spaces),
      fc.dictionary(fc.constantFrom(...attributes), fc.constantFrom(...values)),
      children,
    )
    .map(([name, namespace, said, inner]) => xml(name, namespace, said, ...inner))
const upTo = (maxLength: number, trees: fc.Arbitrary<XmlElement>) => fc.array(trees, { maxLength })
const payloads = treeOf(upTo(3, treeOf(upTo(2, treeOf(fc.constant([]))))))

it('whatever is said to a room, by its owner or a stranger, the server stays as it is', async () => {
  const addresses = fc.constantFrom(
    tea,
    `${tea}/alice`,
    `${tea}/bob`,
    'conference.localhost',
    'no@conference.localhost/x',
  )
  const stanza = fc.record({
    name: fc.constantFrom('message', 'presence', 'iq'),
    type: fc.constantFrom(
      undefined,
      'get',
      'set',
      'result',
      'error',
      'groupchat',
      'chat',
      'unavailable',
      'probe',
    ),
    to: addresses,
    by: fc.constantFrom<Session>('alice', 'bob'),
    children: fc.array(payloads, { minLength: 1, maxLength: 2 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(stanza, { minLength: 1, maxLength: 10 }), async (stanzas) => {
      wires.alice.send(xml('presence', ns.client, { to: `${tea}/alice` }, toRoomEntrance()))
      for (const { name, type, to, by, children } of stanzas) {
        wires[by].send(xml(name, ns.client, { type, to, id: 'x' }, ...children))
      }
      expect(await hear(wires.bob)).toBeInstanceOf(Array)
      await hear(wires.alice)
      knock(wires.alice, 'still alice', {}, 'check@conference.localhost')
      expect((await hearAll(wires.alice)).map(told).join()).toContain('[110')
      wires.alice.send(presence('check@conference.localhost/still alice', 'unavailable'))
      await hear(wires.alice)
    }),
    { numRuns: 100 },
  )
  expect(defects).toEqual([])
})
