import type { Subject, Judgement } from './finding.js'
import { right, wrong } from './finding.js'
import { toWords, type Play } from './challenge-phases.js'
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

const streamErrors = 'urn:ietf:params:xml:ns:xmpp-streams'
