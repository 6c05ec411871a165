import type { Observable } from 'rxjs'
import { muc, type ClientOptions, type JoinOptions, type MucOptions, type Room } from '../../src/index.js'
import type { HeardElement } from './heard.js'
import type { Peer } from './peer.js'
import { managed } from './managed.js'
import { online, rest } from './session.js'

export const tea = 'tea@conference.example.test'
/** The address of somebody in the room. */
export const at = (nickname: string) => `${tea}/${nickname}`

/** What a room says of somebody besides the name. */
interface Said {
  readonly codes?: readonly number[]
  readonly id?: string
  readonly role?: string
  readonly affiliation?: string
  /** More attributes of the item. */
  readonly item?: string
  /** Within the item. */
  readonly within?: string
  /** Within the extension, after the item. */
  readonly extension?: string
  /** Besides the extension. */
  readonly content?: string
}

const status = (codes: readonly number[]) => codes.map((code) => `<status code='${code}'/>`).join('')

const extension = (said: Said, role: string) =>
  `<x xmlns='http://jabber.org/protocol/muc#user'>` +
  `<item affiliation='${said.affiliation ?? 'none'}' role='${said.role ?? role}' ${said.item ?? ''}>${said.within ?? ''}</item>` +
  `${said.extension ?? ''}${status(said.codes ?? [])}</x>`

const idOf = ({ id }: Said) => (id === undefined ? '' : `id='${id}'`)

/** Somebody is there. */
export const present = (nickname: string, said: Said = {}) =>
  `<presence from='${at(nickname)}' to='alice@example.test/desk' ${idOf(said)}>${said.content ?? ''}${extension(said, 'participant')}</presence>`

/** Somebody is gone. */
export const absent = (nickname: string, said: Said = {}) =>
  `<presence from='${at(nickname)}' to='alice@example.test/desk' ${idOf(said)} type='unavailable'>${said.content ?? ''}${extension(said, 'none')}</presence>`

/** Oneself is there. */
export const own = (nickname = 'Alice', said: Said = {}) =>
  present(nickname, { ...said, codes: [110, ...(said.codes ?? [])] })

/** Oneself is gone. */
export const gone = (nickname = 'Alice', said: Said = {}) =>
  absent(nickname, { ...said, codes: [110, ...(said.codes ?? [])] })

/** Another nickname, as those hear it who are there. */
export const renamed = (before: string, next: string, codes: readonly number[] = []) =>
  absent(before, { role: 'participant', item: `nick='${next}'`, codes: [303, ...codes] }) +
  present(next, { codes })

export const refused = (condition: string, { id = 'none', nickname = 'Alice', type = 'cancel' } = {}) =>
  `<presence from='${at(nickname)}' to='alice@example.test/desk' id='${id}' type='error'>` +
  `<x xmlns='http://jabber.org/protocol/muc'/><error by='${tea}' type='${type}'>` +
  `${condition === '' ? '' : `<${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>`}</error></presence>`

/** A message to everybody; without a nickname the room’s own. */
export const groupchat = (nickname: string | undefined, content: string, id = 'm1') =>
  `<message from='${nickname === undefined ? tea : at(nickname)}' to='alice@example.test/desk' type='groupchat' id='${id}'>${content}</message>`

export const body = (text: string) => `<body>${text}</body>`
export const subject = (text = '', nickname?: string) => groupchat(nickname, `<subject>${text}</subject>`)
export const delay = (stamp: string, from = tea) =>
  `<delay xmlns='urn:xmpp:delay' from='${from}' stamp='${stamp}'/>`

export const result = (id: string | undefined, content = '', from = tea) =>
  `<iq type='result' from='${from}' id='${id}'>${content}</iq>`
export const failure = (id: string | undefined, condition: string, from = tea) =>
  `<iq type='error' from='${from}' id='${id}'><error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`

/** All that an observable has told. */
export interface Seen<T> {
  readonly values: T[]
  isComplete: boolean
}

export function seen<T>(source$: Observable<T>): Seen<T> {
  const seen: Seen<T> = { values: [], isComplete: false }
  source$.subscribe({ next: (value) => seen.values.push(value), complete: () => (seen.isComplete = true) })
  return seen
}

/** How a promise ended, or that it has not. */
export interface Outcome {
  /** `pending`, `resolved`, or why it was rejected. */
  readonly is: () => unknown
}

export function outcomeOf(promise: Promise<unknown>): Outcome {
  let outcome: unknown = 'pending'
  promise.then(
    () => (outcome = 'resolved'),
    (error: unknown) => (outcome = error),
  )
  return { is: () => outcome }
}

interface Options {
  readonly muc?: MucOptions
  readonly client?: Partial<ClientOptions>
}

/** Whoever is put out by the service is back no sooner than anybody looks. */
export const comesBackLate: Options = { muc: { timeouts: { returnMs: 2 ** 31 - 1 } } }

/** A client that is online, outside a room, and knows the hash of what it can do: a later one is said again. */
export async function outside({ muc: options, client }: Options = {}) {
  const session = await online(client)
  let isHashed = () => false
  const rooms = session.client.use((host) => {
    const { available } = host.presence
    isHashed = () => host.presence.available !== available
    return muc(host, options)
  })
  while (!isHashed()) await rest()
  return { ...session, rooms, room: rooms.room(tea) }
}

/** The same, with the wish to enter said. */
export async function entering(join: Partial<JoinOptions> = {}, options: Options = {}) {
  const session = await outside(options)
  const outcome = outcomeOf(session.room.join({ nickname: 'Alice', ...join }))
  const entrance = await session.peer.next('presence')
  return { ...session, outcome, entrance }
}

/** The same, in. */
export async function inside(join: Partial<JoinOptions> = {}, options: Options = {}) {
  const session = await entering(join, options)
  session.peer.say(present('Bob') + own() + subject())
  await rest()
  return session
}

/** What the client sends by itself of this deed. */
export async function sentBy(peer: Peer, deed: () => unknown): Promise<readonly HeardElement[]> {
  const { length } = peer.elements
  await deed()
  await rest()
  return peer.elements.slice(length)
}

/** What the client says to a room or its occupants when all runs that is ready to. */
export async function says(peer: Peer, text: string): Promise<void> {
  peer.say(text)
  await rest()
}

export const nicknamesIn = (room: Room) => [...room.occupants.keys()]
export const statusOf = (room: Room) => room.state.status

/** The same on a stream that is managed, whose peer is `first`. */
export async function insideManaged(join: Partial<JoinOptions> = {}, options: Partial<ClientOptions> = {}) {
  const session = await managed(options)
  const room = session.client.use(muc).room(tea)
  const outcome = outcomeOf(room.join({ nickname: 'Alice', ...join }))
  await session.first.next('presence')
  await says(session.first, present('Bob') + own() + subject())
  return { ...session, room, outcome }
}
