import { expect } from 'vitest'
import { askedToResume, resume, sm, type managed } from './managed.js'
import type { Peer } from './peer.js'
import { answerBind, rest } from './session.js'

type Session = Pick<Awaited<ReturnType<typeof managed>>, 'client' | 'peer' | 'peers'>

/** The connection breaks. */
export async function suspend({ client, peers }: Session): Promise<void> {
  peers.at(-1)?.cut()
  await rest()
  expect(client.state.status).toBe('suspended')
}

async function next({ client, peer, peers }: Session): Promise<Peer> {
  const { length } = peers
  client.networkOnline()
  return peer(length)
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
  await askedToResume(peer)
  peer.say(sm('failed'))
  await answerBind(peer)
  await peer.next('enable')
  peer.say(sm('enabled', "id='sm-2' resume='true'"))
  await rest()
  expect(session.client.state.status).toBe('online')
  return peer
}
