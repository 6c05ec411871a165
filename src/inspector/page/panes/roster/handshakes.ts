import type { ActorView } from '../../model/actor-view.js'
import { stateWords } from '../../model/active-states.js'
import { wordAt } from '../facts.js'
import { toBare } from './roster-signs.js'

/** A handshake that one's own side has begun or waits for. */
export interface Handshake {
  /** Of its actor. */
  readonly key: string
  readonly jid: string
  /** E.g. `handshaking (to.awaited, from.closed)`. */
  readonly state: string
  readonly isOver: boolean
}

/** The handshakes of one source, by the bare JID of the contact; of several the last. */
export function handshakesOf(actors: Iterable<ActorView>, source: string): ReadonlyMap<string, Handshake> {
  const found = new Map<string, Handshake>()
  for (const { key, chart, context, path, value, life, source: owner } of actors) {
    if (chart !== 'befriending' || owner !== source) continue
    const jid = toBare(wordAt(context, 'jid') ?? addressIn(path))
    const state = stateWords(value).replace(/^open\./, '')
    found.set(jid, { key, jid, state, isOver: life === 'ended' })
  }
  return found
}

/** The last part of a path, where it names the contact. */
function addressIn(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/^befriending[: ]/, '')
}
