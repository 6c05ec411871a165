import { expect, onTestFinished } from 'vitest'
import { createClient } from '../../src/client.js'
import type { ClientOptions } from '../../src/client-options.js'
import { createTransportPair, type TransportPairOptions } from '../../src/transport/memory.js'
import type { HeardElement } from './heard.js'
import { Peer } from './peer.js'

/** Lets everything run that is ready to. */
export async function rest(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve))
}

/** A client that connects to peers of the test, one for each time it dials; by itself it sends nothing when online. */
export function start(options: Partial<ClientOptions> = {}, pair: TransportPairOptions = { secure: true }) {
  const peers: Peer[] = []
  const client = createClient({
    jid: 'alice@example.test',
    password: 'secret',
    roster: false,
    presence: false,
    reconnect: 'never',
    endpoint: () => {
      const ends = createTransportPair(pair)
      peers.push(new Peer(ends.server))
      return ends.client
    },
    ...options,
  })
  const outcome: Promise<unknown> = client.connect().then(
    () => undefined,
    (error: unknown) => error,
  )
  onTestFinished(async () => {
    await rest()
    for (const peer of peers) peer.cut()
    await client.close()
    expect(peers.flatMap((peer) => peer.breaches())).toEqual([])
  })
  const peer = async (index = 0): Promise<Peer> => {
    for (;;) {
      const found = peers[index]
      if (found !== undefined) return found
      await rest()
    }
  }
  return { client, peers, peer, outcome }
}

/** A client that is online, and its peer. */
export async function online(options: Partial<ClientOptions> = {}, login: LoginOptions = {}) {
  const session = start(options)
  const peer = await session.peer()
  await logIn(peer, login)
  expect(await session.outcome).toBeUndefined()
  return { ...session, peer }
}

/** A client that is online over WebSocket frames, and its peer. */
export async function onlineFramed(options: Partial<ClientOptions> = {}, login: LoginOptions = {}) {
  const session = start(options, { framing: 'frames', secure: true })
  const peer = await session.peer()
  await logIn(peer, { ...login, framed: true })
  expect(await session.outcome).toBeUndefined()
  return { ...session, peer }
}

/** What the client sends by itself when this is said to it. */
export async function answersTo(peer: Peer, text: string): Promise<readonly HeardElement[]> {
  const { length } = peer.elements
  peer.say(text)
  await rest()
  return peer.elements.slice(length)
}

interface LoginOptions {
  readonly framed?: boolean
  readonly jid?: string
  readonly header?: HeaderAttributes
  /** Features after authentication. */
  readonly features?: string
}

/** The server's side of a login with PLAIN on a secure stream. */
export async function logIn(peer: Peer, login: LoginOptions = {}): Promise<void> {
  await authenticate(peer, login)
  peer.say(login.framed === true ? openFrame(login.header) : responseHeader(login.header))
  peer.say((login.framed === true ? framedFeatures : features)(login.features ?? bindFeature))
  await answerBind(peer, login.jid)
}

/** As far as the header that follows `<success/>`. */
export async function authenticate(peer: Peer, login: LoginOptions = {}): Promise<HeardElement> {
  await peer.header()
  peer.say(login.framed === true ? openFrame(login.header) : responseHeader(login.header))
  peer.say((login.framed === true ? framedFeatures : features)(mechanisms('PLAIN')))
  await peer.next('auth')
  peer.say(saslSuccess)
  return peer.header()
}

export async function answerBind(peer: Peer, jid = 'alice@example.test/desk'): Promise<void> {
  const request = await peer.next('iq')
  peer.say(bound(request.attributes['id'] ?? '', jid))
}

export const bound = (id: string, jid: string) =>
  `<iq xmlns='jabber:client' type='result' id='${id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${jid}</jid></bind></iq>`

type HeaderAttributes = Readonly<Record<string, string | undefined>>

const usual: HeaderAttributes = {
  id: 's1',
  from: 'example.test',
  version: '1.0',
  'xml:lang': 'en',
}

const write = (attributes: HeaderAttributes) =>
  Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}='${value}'`)
    .join('')

/** The header of the response stream; an attribute given as undefined is left out. */
export const responseHeader = (attributes: HeaderAttributes = {}) =>
  `<?xml version='1.0'?><stream:stream${write({
    xmlns: 'jabber:client',
    'xmlns:stream': 'http://etherx.jabber.org/streams',
    ...usual,
    ...attributes,
  })}>`

/** The same over WebSocket (RFC 7395 §3.4). */
export const openFrame = (attributes: HeaderAttributes = {}) =>
  `<open${write({ xmlns: 'urn:ietf:params:xml:ns:xmpp-framing', ...usual, ...attributes })}/>`
export const closeFrame = "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>"

export const features = (content: string) => `<stream:features>${content}</stream:features>`
export const framedFeatures = (content: string) =>
  `<stream:features xmlns:stream='http://etherx.jabber.org/streams'>${content}</stream:features>`
export const mechanisms = (...names: readonly string[]) =>
  `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${names.map((name) => `<mechanism>${name}</mechanism>`).join('')}</mechanisms>`
export const bindFeature = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
export const startTlsFeature = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
export const proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
export const saslSuccess = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
export const saslFailure = (condition: string) =>
  `<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${condition}</failure>`
export const closingTag = '</stream:stream>'
export const streamError = (content: string) => `<stream:error>${content}</stream:error>`
export const streamCondition = (name: string) => `<${name} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>`
