import { expect } from 'vitest'
import { childOf, type HeardElement } from './heard.js'
import { askedToResume, resume, sm, type managed } from './managed.js'
import type { Peer } from './peer.js'
import { answerBind, rest } from './session.js'

/** A session that may end. */
type Session = Pick<Awaited<ReturnType<typeof managed>>, 'client' | 'peers'>

/** The connection breaks. */
export async function suspend({ client, peers }: Session): Promise<void> {
  peers.at(-1)?.cut()
  await rest()
  expect(client.state.status).toBe('suspended')
}

/** The next connection. */
export async function next({ client, peers }: Session): Promise<Peer> {
  const { length } = peers
  client.networkOnline()
  for (;;) {
    const found = peers[length]
    if (found !== undefined) return found
    await rest()
  }
}

/** The session goes on; the server has had all that was sent so far. */
export async function resumed(session: Session): Promise<Peer> {
  const said = session.peers.flatMap(({ elements }) => elements)
  const begun = said.findLastIndex(({ name }) => name === 'enable')
  const handled = said.slice(begun).filter(({ name }) => ['iq', 'message', 'presence'].includes(name))
  const peer = await next(session)
  await resume(peer, handled.length)
  return peer
}

/** The server knows of no such session: another begins. */
export async function renewed(session: Session): Promise<Peer> {
  const peer = await next(session)
  await refuseToResume(peer)
  expect(session.client.state.status).toBe('online')
  return peer
}

export async function refuseToResume(peer: Peer): Promise<void> {
  await askedToResume(peer)
  peer.say(sm('failed'))
  await answerBind(peer)
  await peer.next('enable')
  peer.say(sm('enabled', "id='sm-2' resume='true'"))
  await rest()
}

export const presences = ({ elements }: Peer) => elements.filter(({ name }) => name === 'presence')
/** Those with which a room is entered. */
export const entrances = (peer: Peer) => presences(peer).filter((each) => childOf(each, 'x') !== undefined)
/** How much of the past an entrance asks for. */
export const historyOf = (entrance: HeardElement | undefined) => {
  const x = entrance && childOf(entrance, 'x')
  return x && childOf(x, 'history')?.attributes
}
