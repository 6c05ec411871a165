import { saslFailureConditions, streamErrorConditions } from '../../src/errors.js'
import { drive } from '../../src/testing/drive.js'
import { findPaths, transitionsOfTree } from '../../src/testing/drive-paths.js'
import { toCounter, type Counter } from './counter.js'
import { inputOf, keyOf, sessions, undrivable } from './session-catalogue.js'
import { strikeAll, toFaultReport, type Strike } from './strike.js'

/** What is counted on a client that runs, against a server that is played. */
export async function countDriven(): Promise<readonly Counter[]> {
  const strikes = await strikeAll()
  return [
    await countDrivenTransitions(),
    countFaults(strikes),
    countStreamErrors(strikes),
    countSaslFailures(strikes),
  ]
}

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
  return toCounter(
    'transitions of a session driven',
    [...all].map((id) => [driven.has(id), id]),
  )
}

function countFaults(strikes: readonly Strike[]): Counter {
  return toCounter(
    'faults that end as they must',
    strikes.map(({ framing, place, fault, problems }) => [
      problems.length === 0,
      `${fault.name} over ${framing} where ${place}: ${problems.join(', ')}`,
    ]),
  )
}

function countStreamErrors(strikes: readonly Strike[]): Counter {
  const { streamErrors } = toFaultReport(strikes)
  return toCounter(
    'stream errors in each phase',
    [...streamErrors].flatMap(([phase, codes]) =>
      streamErrorConditions.map((each) => [codes.has(`stream.${each}`), `${each} in ${phase}`] as const),
    ),
  )
}

function countSaslFailures(strikes: readonly Strike[]): Counter {
  const { saslFailures } = toFaultReport(strikes)
  return toCounter(
    'SASL failures told to the app',
    saslFailureConditions.map((each) => [saslFailures.has(`authentication.${each}`), each]),
  )
}
