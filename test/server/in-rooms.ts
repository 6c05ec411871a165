import { createServer, type EmbeddedServer, type ServerOptions } from '../../src/server/index.js'
import { toRoomOwnerElement } from '../../src/stanza/muc-admin.js'
import { toRoomEntrance, type RoomEntrance } from '../../src/stanza/muc.js'
import { findOccupantId } from '../../src/stanza/occupant-id.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { logIn, type Wire } from './wire.js'

/** The room that everybody goes to. */
export const tea = 'tea@conference.localhost'

export const serverWithRooms = (options: ServerOptions = {}): Promise<EmbeddedServer> =>
  createServer({
    listen: {},
    mechanisms: ['SCRAM-SHA-256'],
    accounts: ['alice', 'bob', 'carol', 'dave'].map((username) => ({ username, password: 'secret' })),
    ...options,
  })

/** Asks to enter. */
export function knock(wire: Wire, nickname: string, entrance: Partial<RoomEntrance> = {}, room = tea): void {
  wire.send(xml('presence', ns.client, { to: `${room}/${nickname}` }, toRoomEntrance(entrance)))
}

/** Is in the room as soon as this is over; nothing that was told at the door is left. */
export async function enter(wire: Wire, nickname: string, entrance?: Partial<RoomEntrance>): Promise<void> {
  knock(wire, nickname, entrance)
  await hear(wire)
}

/** Several in the room, in this order, each having heard of all: `const [alice, bob] = await gather(server, 'alice', 'bob')`. */
export async function gather<Names extends readonly string[]>(
  server: EmbeddedServer,
  ...usernames: Names
): Promise<{ [Index in keyof Names]: Wire }>
export async function gather(server: EmbeddedServer, ...usernames: readonly string[]): Promise<Wire[]> {
  const wires: Wire[] = []
  for (const username of usernames) {
    const wire = await logIn(server.connect(), username, 'desk')
    await enter(wire, username)
    wires.push(wire)
  }
  for (const wire of wires) await hear(wire)
  return wires
}

/** What has come, whole, once the server has taken everything that was sent before. */
export async function hearAll(wire: Wire): Promise<readonly XmlElement[]> {
  const id = crypto.randomUUID()
  wire.send(xml('iq', ns.client, { type: 'get', id, to: 'localhost' }, xml('ping', ns.ping)))
  const heard: XmlElement[] = []
  for (;;) {
    const element = await wire.element()
    if (element.attribute('id') === id) return heard
    heard.push(element)
  }
}

/** The same in short. */
export const hear = async (wire: Wire): Promise<readonly string[]> => (await hearAll(wire)).map(told)

/**
 * What a room tells: `presence /alice owner moderator alice@localhost/desk [110 201]`, `message groupchat /bob "Hello"`,
 * `presence unavailable /bob none none by /alice "rude" [307]`; an address in the room without the room.
 */
export function told(element: XmlElement): string {
  const user = element.child('x', ns.roomUser)
  const item = user?.child('item')
  const actor = item?.child('actor')
  const error = element.child('error')
  const destruction = user?.child('destroy')
  const subject = element.child('subject')
  const statuses = user?.elements('status').map((status) => status.attribute('code')) ?? []
  const quoted = (text: string | undefined) => (text === undefined ? undefined : JSON.stringify(text))
  const nick = item?.attribute('nick')
  const words = [
    element.name,
    element.attribute('type'),
    element.attribute('from')?.replace(/^tea@conference\.localhost(?=\/|$)/, '') || '(room)',
    error && `${error.elements()[0]?.name ?? ''} (${error.attribute('type') ?? ''})`,
    element.child('show')?.text(),
    element.child('status')?.text(),
    quoted(element.child('body')?.text()),
    subject && `subject ${JSON.stringify(subject.text())}`,
    item?.attribute('affiliation'),
    item?.attribute('role'),
    item?.attribute('jid'),
    nick && `now /${nick}`,
    actor && `by ${[actor.attribute('nick'), actor.attribute('jid')].filter(Boolean).join(' ')}`,
    quoted(item?.child('reason')?.text()),
    destruction && `destroyed ${destruction.attribute('jid') ?? ''}`.trim(),
    quoted(destruction?.child('reason')?.text()),
    ...['invite', 'decline'].map((name) => {
      const mediated = user?.child(name)
      const reason = quoted(mediated?.child('reason')?.text()) ?? ''
      return mediated && `${name} from ${mediated.attribute('from') ?? ''} ${reason}`.trim()
    }),
    user?.child('password')?.text(),
    element.child('delay', ns.delay) && 'earlier',
    statuses.length > 0 ? `[${statuses.join(' ')}]` : undefined,
  ]
  return words.filter(Boolean).join(' ')
}

/** What the room calls whoever is told of, or speaks. @see XEP-0421 */
export const occupantIdIn = (element: XmlElement | undefined): string | undefined =>
  element && findOccupantId(element.elements())

/** Sends a request to the room; its answer comes next, unless something was told before. */
export function request(wire: Wire, type: 'get' | 'set', payload: XmlElement, to = tea): void {
  wire.send(xml('iq', ns.client, { type, id: 'request', to }, payload))
}

export const say = (wire: Wire, body: string, ...more: readonly XmlElement[]): void =>
  wire.send(
    xml(
      'message',
      ns.client,
      { to: tea, type: 'groupchat', id: body },
      xml('body', ns.client, {}, body),
      ...more,
    ),
  )

export const setSubject = (wire: Wire, subject: string): void =>
  wire.send(xml('message', ns.client, { to: tea, type: 'groupchat' }, xml('subject', ns.client, {}, subject)))

/** The first has the room be otherwise, by the ends of the names in its form; both have heard of it. */
export async function configure(
  [owner, other]: readonly [Wire, Wire],
  fields: Readonly<Record<string, string>>,
): Promise<void> {
  const form = Object.entries(fields).map(([name, value]) => ({
    name: `muc#roomconfig_${name}`,
    values: [value],
  }))
  request(owner, 'set', toRoomOwnerElement({ type: 'submit', fields: form }))
  await Promise.all([hear(owner), hear(other)])
}
