import { contacts, type Befriending } from '../../src/index.js'
import type { ClientOptions } from '../../src/client-options.js'
import { childOf, elementsOf, type HeardElement } from '../spec/heard.js'
import type { Peer } from '../spec/peer.js'
import { logIn, rest, start } from '../spec/session.js'

export const bob = 'bob@example.test'
export const item = (jid: string, attributes = '') => `<item jid='${jid}' ${attributes}/>`
export const query = (items: string, ver?: string) =>
  `<query xmlns='jabber:iq:roster'${ver === undefined ? '' : ` ver='${ver}'`}>${items}</query>`
export const result = (request: HeardElement, payload = '') =>
  `<iq type='result' id='${request.attributes['id']}'>${payload}</iq>`
export const refusal = (request: HeardElement, condition: string, type = 'cancel') =>
  `<iq type='error' id='${request.attributes['id']}'><error type='${type}'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`
export const presence = (from: string, type = '', content = '') =>
  `<presence from='${from}'${type === '' ? '' : ` type='${type}'`}>${content}</presence>`

export interface Home {
  /** Of the roster that each session is given. */
  readonly items?: string
  readonly ver?: string
  /** Features after authentication, besides binding. */
  readonly features?: string
  /** What is said to the request for the roster, where it is not the items. */
  readonly answer?: (request: HeardElement) => string
}

/** A client with contacts whose server is the test: online, with its roster. */
export async function meet(options: Partial<ClientOptions> = {}, home: Home = {}) {
  const session = start({ roster: true, ...options })
  const people = session.client.use(contacts)
  const enter = async (index: number, { items = '', ver, features = '', answer }: Home = home) => {
    const peer = await session.peer(index)
    await logIn(peer, { features: `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>${features}` })
    const get = await peer.next('iq')
    peer.say(answer?.(get) ?? result(get, query(items, ver)))
    await rest()
    return { peer, get }
  }
  const { peer, get } = await enter(0)
  await session.outcome
  return {
    ...session,
    people,
    peer,
    get,
    /** The connection is lost. */
    lose: async () => {
      session.peers.at(-1)?.cut()
      await rest()
    },
    /** The next session, with what its roster holds now. */
    again: async (next: Home = home) => {
      const index = session.peers.length
      const connecting = session.client.connect()
      const entered = await enter(index, next)
      await connecting
      return entered
    },
  }
}

/** Pushes an item. */
export async function push(peer: Peer, content: string, ver?: string): Promise<void> {
  peer.say(`<iq type='set' id='push'>${query(content, ver)}</iq>`)
  await rest()
}

/** Says something, and lets it take effect. */
export async function say(peer: Peer, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) peer.say(text)
  await rest()
}

/** What the client sends while this is done, in short: answers to pushes aside. */
export async function sentWhile(peer: Peer, act: () => unknown): Promise<readonly string[]> {
  const { length } = peer.elements
  await act()
  await rest()
  return peer.elements
    .slice(length)
    .filter(({ name, attributes }) => name !== 'iq' || attributes['type'] !== 'result')
    .map(inShort)
}

function inShort(element: HeardElement): string {
  const { type = '', to = '' } = element.attributes
  const content = element.name === 'iq' ? elementsOf(element).map(({ name }) => name) : []
  return [element.name, type, ...content, to].filter((word) => word !== '').join(' ')
}

/** How a promise ends: `resolved`, or the code or the name of the error. */
export const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: unknown) =>
      error instanceof Error && 'code' in error ? error.code : error instanceof Error ? error.name : error,
  )

/** Whether a promise has come to an end, once all is quiet. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const note = () => {
    settled = true
  }
  promise.then(note, note)
  await rest()
  return settled
}

/** The item that a set speaks of. */
export const itemOf = (request: HeardElement) => {
  const roster = childOf(request, 'query')
  const listed = roster === undefined ? undefined : childOf(roster, 'item')
  return {
    ...listed?.attributes,
    groups: listed === undefined ? [] : elementsOf(listed).flatMap(({ children }) => children),
  }
}

/** How far a handshake has come, in short. */
export const progressOf = ({ state }: Pick<Befriending, 'state'>) =>
  state.status === 'handshaking'
    ? `${state.to}/${state.from}`
    : state.status === 'ended'
      ? `ended ${state.outcome}`
      : state.status

/** What the client has sent last, answers aside. */
export const last = (peer: Peer) => {
  const element = peer.elements.findLast(({ attributes }) => attributes['type'] !== 'result')
  if (element === undefined) throw new Error('nothing was sent')
  return element
}

/** The server takes the contact into the roster. */
export const list = async (peer: Peer) => {
  const set = await peer.next('iq')
  await say(peer, `<iq type='set' id='push'>${query(item(bob))}</iq>` + result(set))
}
