import type { Subject, Judgement } from './finding.js'
import { right, wrong } from './finding.js'
import * as ns from '../xml/namespaces.js'
import { Play, toWords } from './challenge-phases.js'
import type { Shown, Stage, Way } from './challenge-stage.js'
import type { Heard } from './scripted-peer.js'

/** What is made of each subject, by its id; what is not noted was not observed. */
export type Note = (id: string, judgement: Judgement) => void

/** One run of the client: what the server does to it, and what is looked at. */
export interface Scene {
  readonly subjects: readonly Subject[]
  /** Default `own`. */
  readonly shown?: Shown
  /** Ways in that it makes sense on. Default: all. */
  readonly ways?: readonly Way[]
  /** Rejects with `NotReached` where the client does not come as far. */
  readonly run: (stage: Stage, note: Note) => Promise<void>
}

/** A scene about one thing. */
export const about = (
  id: string,
  title: string,
  spec: string,
  state: string,
  run: (play: Play) => Promise<Judgement>,
  more: Partial<Scene> = {},
): Scene => ({
  subjects: [{ id, title, spec, state }],
  run: async (stage, note) => note(id, await run(await Play.begin(stage))),
  ...more,
})

export const hasAuth = (heard: Heard): boolean =>
  heard.kind === 'element' && heard.element.is('auth', ns.sasl)

/** For `mayGoNoFurther`, on a connection in clear. */
export const clearAuth = (heard: Heard): string | undefined =>
  hasAuth(heard) ? 'it sends the password in clear' : undefined

/** Whether what was heard ends the stream; a client may abort an exchange first. */
export const isEnd = (heard: Heard | undefined): boolean =>
  heard?.kind === 'closing' || heard?.kind === 'gone' || heard?.kind === 'broken' || isStreamError(heard)

export const isStreamError = (heard: Heard | undefined): boolean =>
  heard?.kind === 'element' && heard.element.name === 'error' && heard.element.namespace.includes('etherx')

/** The client has to go no further: it ends the stream, or waits. What `goesOn` is wrong. */
export async function mayGoNoFurther(
  play: Play,
  goesOn: (heard: Heard) => string | undefined,
): Promise<Judgement> {
  for (;;) {
    const heard = await play.next()
    if (heard === undefined) return right('it goes no further')
    const fault = goesOn(heard)
    if (fault !== undefined) return wrong(fault)
    if (isEnd(heard)) return right(toWords(heard))
  }
}

/** The client has to end the stream; whatever else it says first is not looked at. */
export async function mustEnd(play: Play): Promise<Judgement> {
  const until = performance.now() + play.stage.theatre.patienceMs
  for (;;) {
    const heard = await play.next(Math.max(1, until - performance.now()))
    if (heard === undefined) return wrong('it goes on')
    if (isEnd(heard)) {
      const condition =
        isStreamError(heard) && heard.kind === 'element'
          ? heard.element.elements(undefined, streamErrors)[0]?.name
          : undefined
      return right(condition ?? toWords(heard))
    }
  }
}

/** A client may come back, each time with a new stream; but a server that is down must not be stormed. @see RFC 6120 §3.3 */
export async function mayComeBack(stage: Stage): Promise<Judgement> {
  const { patienceMs } = stage.theatre
  const before = stage.connections
  const until = performance.now() + patienceMs
  const left = () => Math.max(1, until - performance.now())
  while (performance.now() < until) {
    const arrival = await stage.arrival(left())
    if (arrival === undefined) break
    const heard = await arrival.heard.next(left())
    arrival.peer.reset()
    if (heard !== undefined && heard.kind !== 'header' && heard.kind !== 'gone') {
      return wrong(`${toWords(heard)} on a new connection`)
    }
  }
  const returns = stage.connections - before
  return returns > mostReturns(patienceMs)
    ? wrong(`${returns} connections in ${patienceMs} ms`)
    : right(`${returns} new connections`)
}

/** How often a client may come back in that time: random waits that grow are shorter than that once in a thousand times at most. */
export const mostReturns = (patienceMs: number): number => 2 + Math.ceil(patienceMs / 1000)

const streamErrors = 'urn:ietf:params:xml:ns:xmpp-streams'
