import type { ActorStarted, InspectorRecord, SecurityFound } from '../../recording/record.js'
import type { ActorView } from './actor-view.js'
import type { Actors } from './actors-after.js'

/** What there is no more of one source. */
export interface GivenUp {
  readonly last: InspectorRecord
  readonly security: SecurityFound | undefined
}

/** Enters that a record is given up, into what was given up of each source. */
export function giveUp(givenUp: Map<string, GivenUp>, record: InspectorRecord): void {
  const security = record.kind === 'security' ? record : givenUp.get(record.source)?.security
  givenUp.set(record.source, { last: record, security })
}

/**
 * What a recording goes on from where its beginning was given up, as `KeyFrame` has it: how many records are missing, who lived
 * behind them, and what protected the stream.
 * @param actors everybody as they were behind all that was given up
 * @param timeOf when a record happened, in milliseconds since 1970
 */
export function toHorizon(
  givenUp: ReadonlyMap<string, GivenUp>,
  actors: Actors,
  timeOf: (record: InspectorRecord) => number,
): readonly InspectorRecord[] {
  return [...givenUp.values()]
    .toSorted((one, other) => timeOf(one.last) - timeOf(other.last))
    .flatMap(({ last, security }): readonly InspectorRecord[] => {
      const { source, seq, t } = last
      const living = [...actors.values()].filter((each) => each.source === source && each.life !== 'ended')
      return [
        { kind: 'dropped', source, seq, t, count: seq + 1, living: living.map(({ path }) => path) },
        ...living.map((actor) => toFound(actor, last, timeOf(last))),
        ...(security === undefined ? [] : [{ ...security, seq, t }]),
      ]
    })
}

function toFound(actor: ActorView, { source, seq, t }: InspectorRecord, now: number): ActorStarted {
  const { path, chart, value, context, timers } = actor
  const left = timers.map(({ edge, ms, since }) => ({ edge, ms: Math.max(0, ms - (now - since)) }))
  return {
    kind: 'start',
    source,
    seq,
    t,
    actorPath: path,
    ...(chart !== undefined && { chart }),
    type: 'xstate.init',
    ...(value !== undefined && { value }),
    ...(context !== undefined && { context }),
    ...(left.length > 0 && { timers: left }),
    found: true,
  }
}
