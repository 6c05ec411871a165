import { vi } from 'vitest'
import {
  ns,
  xml,
  XmppError,
  type Contacts,
  type IqResult,
  type Message,
  type Presence,
  type XmlElement,
} from '../../src/index.js'
import type { ClientOptions } from '../../src/client-options.js'
import type { Client } from '../../src/client.js'
import type { Peer } from '../spec/peer.js'
import { online, onlineFramed, rest } from '../spec/session.js'

/** The two ways in which a stream crosses a transport. */
export const framings = ['bytes', 'frames'] as const
export type Framing = (typeof framings)[number]

/** An online client that is busy: whatever happens to it, everything that is under way has to end. */
export interface Victim {
  readonly client: Client
  readonly peer: Peer
  /** What an open request to bob@example.test/home came to, and its id. */
  readonly request: Promise<IqResult | XmppError>
  readonly requestId: string
  /** What reached the app since the attack began. */
  readonly reached: Reached
}

export interface Reached {
  readonly stanzas: XmlElement[]
  readonly messages: Message[]
  readonly presences: Presence[]
  readonly contacts: Contacts[]
}

/** Collects what reaches the app. */
export function listen(client: Client): Reached {
  const reached: Reached = { stanzas: [], messages: [], presences: [], contacts: [] }
  client.stanza$.subscribe((stanza) => reached.stanzas.push(stanza))
  client.message$.subscribe((message) => reached.messages.push(message))
  client.presence$.subscribe((presence) => reached.presences.push(presence))
  client.roster$.subscribe((contacts) => reached.contacts.push(contacts))
  // The list that is known already is no news.
  reached.contacts.length = 0
  return reached
}

/** Makes one in memory, with a request open. */
export async function createVictim(
  framing: Framing = 'bytes',
  options: Partial<ClientOptions> = {},
): Promise<Victim> {
  return occupy(await (framing === 'bytes' ? online(options) : onlineFramed(options)))
}

/** Gives an online client something to wait for. */
export async function occupy({
  client,
  peer,
}: {
  readonly client: Client
  readonly peer: Peer
}): Promise<Victim> {
  const request = client
    .request({ type: 'get', to: 'bob@example.test/home', payload: xml('query', 'urn:example:thing') })
    .catch((error: unknown) => {
      if (error instanceof XmppError) return error
      throw error
    })
  const { attributes } = await peer.next('iq')
  return { client, peer, request, requestId: attributes['id'] ?? '', reached: listen(client) }
}

/** What an attack left behind. */
export interface Aftermath {
  readonly status: string
  /** Why the session has ended; empty while it has not. */
  readonly error: string
  /** As the server sees it. */
  readonly connection: 'open' | 'closing' | 'ended'
  /** What came of the request that was open: a genuine answer is given while there is somebody to give it to. */
  readonly request: string
  /** What comes of a message that is sent now. */
  readonly delivery: string
}

/** Nothing has come of it. */
export const unharmed: Aftermath = {
  status: 'online',
  error: '',
  connection: 'open',
  request: 'answered',
  delivery: 'written',
}

/** The session has ended in this error, so has the connection, and nothing waits any more. */
export const defeatedBy = (error: string): Aftermath => ({
  status: 'halted',
  error,
  connection: 'ended',
  request: `transport.not-connected because of ${error}`,
  delivery: 'failed: transport.not-connected',
})

/** Looks at a client when all is said; resolves only if its request is settled. */
export async function aftermath({ client, peer, request, requestId }: Victim): Promise<Aftermath> {
  await rest()
  // What was answered may have been a flood, whose millisecond ends by no other hand where time stands still.
  if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(1)
  const { state } = client
  if (!peer.ended) {
    peer.say(
      `<iq xmlns='${ns.client}' type='result' id='${requestId}' from='bob@example.test/home'><query xmlns='urn:example:thing' genuine='1'/></iq>`,
    )
  }
  const delivery = await client.send({ to: 'bob@example.test', body: 'x' }).settled
  return {
    status: state.status,
    error: 'error' in state ? state.error.code : '',
    connection: peer.ended ? 'ended' : peer.closings > 0 ? 'closing' : 'open',
    request: inWords(await request),
    delivery: delivery.status === 'failed' ? `failed: ${delivery.reason.code}` : delivery.status,
  }
}

function inWords(answer: IqResult | XmppError): string {
  if (answer instanceof XmppError) {
    return answer.cause instanceof XmppError ? `${answer.code} because of ${answer.cause.code}` : answer.code
  }
  return answer.payload?.attribute('genuine') === '1' ? 'answered' : 'answered by another'
}
