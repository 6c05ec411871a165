import { saslFailureConditions, streamErrorConditions } from '../../src/errors.js'
import { drive, type Drivable, type Running } from '../../src/testing/drive.js'
import type { Model } from '../../src/testing/drive-model.js'
import { findPaths, transitionsOfTree } from '../../src/testing/drive-paths.js'
import { befriendingKey, driveBefriending, undrivableOfBefriending } from './befriending-catalogue.js'
import { toCounter, type Counter } from './counter.js'
import { inputOf } from './driving.js'
import {
  driveServedSession,
  servedSessionKey,
  undrivableOfServedSession,
} from './served-session-catalogue.js'
import { servedSubscriptionDrive, servedSubscriptionKey } from './served-subscription-catalogue.js'
import { keyOf, sessions, undrivable } from './session-catalogue.js'
import { strikeAll, toFaultReport, type Strike } from './strike.js'
import { subscriptionDrive, subscriptionKey } from './subscription-catalogue.js'

/** What is counted on a client and a server that run. */
export async function countDriven(): Promise<readonly Counter[]> {
  return [
    await countTransitions('a session', Object.values(sessions), keyOf, undrivable),
    await countTransitions(
      'a handshake',
      [true, false].map(driveBefriending),
      befriendingKey,
      undrivableOfBefriending,
    ),
    await countTransitions('a subscription', [subscriptionDrive], subscriptionKey),
    await countTransitions(
      'a served session',
      [driveServedSession('bytes', false), driveServedSession('frames', true)],
      servedSessionKey,
      undrivableOfServedSession,
    ),
    await countTransitions('a served subscription', [servedSubscriptionDrive], servedSubscriptionKey),
  ]
}

/** What is counted of a client whose server does everything wrong. */
export async function countStruck(): Promise<readonly Counter[]> {
  const strikes = await strikeAll()
  return [countFaults(strikes), countStreamErrors(strikes), countSaslFailures(strikes)]
}

/** Transitions of a tree of charts that were taken for real, of those that anybody outside can bring about. */
async function countTransitions<Rig extends Running>(
  what: string,
  drivables: readonly Drivable<Rig>[],
  key: (model: Model) => unknown,
  isUndrivable: Readonly<Record<string, string>> = {},
): Promise<Counter> {
  const known = new Set(Object.keys(isUndrivable))
  const all = new Set<string>()
  for (const drivable of drivables) {
    for (const id of transitionsOfTree(drivable.machine)) if (!(id in isUndrivable)) all.add(id)
    const { paths } = findPaths(drivable, { input: await inputOf(drivable), key, known })
    for (const path of paths) for (const id of await drive(drivable, path)) known.add(id)
  }
  return toCounter(
    `transitions of ${what} driven`,
    [...all].map((id) => [known.has(id), id]),
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
    [...streamErrors].flatMap(([phase, conditions]) =>
      streamErrorConditions.map((each) => [conditions.has(each), `${each} in ${phase}`] as const),
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
