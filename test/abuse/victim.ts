import { expect } from 'vitest'
import { ns, xml, type Contacts, type Message, type Presence, type XmlElement } from '../../src/index.js'
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
  readonly request: Promise<unknown>
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
    .catch((error: unknown) => error)
  const { attributes } = await peer.next('iq')
  return { client, peer, request, requestId: attributes['id'] ?? '', reached: listen(client) }
}

/** The session has ended in this error, so has the connection, and nothing waits any more. */
export async function expectDefeat({ client, peer, request }: Victim, code: string): Promise<void> {
  const error: unknown = expect.objectContaining({ code, advice: expect.stringMatching(/\w/) })
  await rest()
  expect(client.state).toMatchObject({ status: 'halted', error })
  expect(peer.ended).toBe(true)
  expect(await request).toMatchObject({ code: 'transport.not-connected', cause: error })
  expect(client.send({ to: 'bob@example.test', body: 'too late' }).status).toMatchObject({
    status: 'failed',
    reason: { code: 'transport.not-connected' },
  })
}

/** Nothing has come of it: online, nothing said, and what was asked is still answered by whom it was asked of. */
export async function expectUnharmed({ client, peer, request, requestId }: Victim): Promise<void> {
  await rest()
  expect(client.state.status).toBe('online')
  expect(peer.closings).toBe(0)
  peer.say(
    `<iq xmlns='${ns.client}' type='result' id='${requestId}' from='bob@example.test/home'><query xmlns='urn:example:thing' genuine='1'/></iq>`,
  )
  const answer = await request
  expect(answer).toMatchObject({ type: 'result' })
  if (typeof answer !== 'object' || answer === null || !('payload' in answer)) throw new Error('no answer')
  expect(answer.payload).toMatchObject({ attributes: [{ name: 'genuine' }] })
}
