import { expect } from 'vitest'
import type { ClientOptions } from '../../src/client-options.js'
import type { HeardElement } from './heard.js'
import type { Peer } from './peer.js'
import { answerBind, authenticate, bindFeature, features, responseHeader, rest, start } from './session.js'

const offer = features(`${bindFeature}<sm xmlns='urn:xmpp:sm:3'/>`)
export const sm = (name: string, attributes = '') => `<${name} xmlns='urn:xmpp:sm:3' ${attributes}/>`
export const enabled = sm('enabled', "id='sm-1' resume='true'")

/** A client on a stream that is managed, and its first peer. */
export async function managed(options: Partial<ClientOptions> = {}) {
  const session = start({ reconnect: 'afterOnline', ...options })
  const first = await session.peer()
  await logInManaged(first)
  expect(await session.outcome).toBeUndefined()
  return { ...session, first }
}

/** The server's side of a login that begins a managed session. */
export async function logInManaged(peer: Peer): Promise<void> {
  await authenticate(peer)
  peer.say(responseHeader() + offer)
  await answerBind(peer)
  await peer.next('enable')
  peer.say(enabled)
  await rest()
}

/** As far as the request to resume; the answer is the test's. */
export async function askedToResume(peer: Peer): Promise<HeardElement> {
  await authenticate(peer)
  peer.say(responseHeader() + offer)
  return peer.next('resume')
}

/** The server goes on with the session, and has handled so many stanzas of it. */
export async function resume(peer: Peer, h: number): Promise<void> {
  const { attributes } = await askedToResume(peer)
  peer.say(sm('resumed', `previd='${attributes['previd']}' h='${h}'`))
  await rest()
}

/** The bodies that a server has heard, in order. */
export const bodiesOf = ({ raw }: Peer) => [...raw.matchAll(/<body>(\w+)/g)].map(([, body]) => body)
