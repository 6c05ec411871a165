import type { Observable } from 'rxjs'
import { Channel } from '../router/channel.js'
import type { Jid } from '../stanza/jid.js'
import type { FeatureHost } from './feature-host.js'

/** One for each client. */
const channels = new WeakMap<object, Channel<Jid>>()

function channelOf(bus: FeatureHost['bus']): Channel<Jid> {
  const known = channels.get(bus)
  if (known !== undefined) return known
  const channel = new Channel<Jid>()
  channels.set(bus, channel)
  bus.session$.subscribe({ complete: () => channel.complete() })
  return channel
}

/** Rooms that one enters or is out of: whoever is there is told anew, and may have the nickname of somebody else. */
export const forgottenRooms = (bus: FeatureHost['bus']): Observable<Jid> => channelOf(bus).stream$

/** Which of these are somebody in the room. */
export function occupantsOf(room: Jid, jids: Iterable<string>): readonly string[] {
  const start = `${room.toString()}/`
  return [...jids].filter((jid) => jid.startsWith(start))
}

/** Nobody is known to be in the room any more. */
export const forgetRoom = (bus: FeatureHost['bus'], room: Jid): void => channels.get(bus)?.next(room)
