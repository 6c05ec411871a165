import { saslFailureConditions, streamErrorConditions } from '../../src/errors.js'
import { drive } from '../../src/testing/drive.js'
import { findPaths, transitionsOfTree } from '../../src/testing/drive-paths.js'
import type { Counter } from './counters.js'
import { inputOf, keyOf, sessions, undrivable } from './session-catalogue.js'
import { strikeAll, toFaultReport, type Strike } from './strike.js'

let struck: Promise<readonly Strike[]> | undefined
const strikes = () => (struck ??= strikeAll())

/** What is counted on a client that runs, against a server that is played. */
export const driveCounters: readonly (() => Promise<Counter>)[] = [
  countDrivenTransitions,
  countFaults,
  countStreamErrors,
  countSaslFailures,
]

/** Transitions of the charts of a session that were taken by a client, of those that anybody outside it can bring about. */
async function countDrivenTransitions(): Promise<Counter> {
  const driven = new Set<string>()
  const known = new Set(Object.keys(undrivable))
  const all = new Set<string>()
  for (const drivable of Object.values(sessions)) {
    for (const id of transitionsOfTree(drivable.machine)) if (!(id in undrivable)) all.add(id)
    const { paths } = findPaths(drivable, { input: await inputOf(drivable), key: keyOf, known })
    for (const path of paths) for (const id of await drive(drivable, path)) known.add(id)
    for (const id of known) driven.add(id)
  }
  return toCounter('transitions of a session driven', [...all], (id) => driven.has(id))
}

async function countFaults(): Promise<Counter> {
  const all = await strikes()
  const words = ({ framing, place, fault, problems }: Strike) =>
    `${fault.name} over ${framing} where ${place}: ${problems.join(', ')}`
  const missed = all.filter(({ problems }) => problems.length > 0).map(words)
  return {
    name: 'faults that end as they should',
    of: all.length,
    reached: all.length - missed.length,
    missed,
  }
}

async function countStreamErrors(): Promise<Counter> {
  const { streamErrors } = toFaultReport(await strikes())
  const all = [...streamErrors.keys()].flatMap((phase) =>
    streamErrorConditions.map((condition) => `${condition} in ${phase}`),
  )
  return toCounter('stream errors in each phase', all, (each) => {
    const [condition = '', phase = ''] = each.split(' in ')
    return streamErrors.get(phase)?.has(`stream.${condition}`) === true
  })
}

async function countSaslFailures(): Promise<Counter> {
  const { saslFailures } = toFaultReport(await strikes())
  return toCounter('SASL failures told by a client', saslFailureConditions, (condition) =>
    saslFailures.has(`authentication.${condition}`),
  )
}

function toCounter(name: string, all: readonly string[], isReached: (each: string) => boolean): Counter {
  const missed = all.filter((each) => !isReached(each))
  return { name, of: all.length, reached: all.length - missed.length, missed }
}
