import { saslFailureConditions, streamErrorConditions } from '../../src/errors.js'
import { drive, type Drivable, type Running } from '../../src/testing/drive.js'
import type { Model } from '../../src/testing/drive-model.js'
import { findPaths, transitionsOfTree } from '../../src/testing/drive-paths.js'
import { archiveKey, driveArchive } from './archive-catalogue.js'
import { befriendingKey, driveBefriending, undrivableOfBefriending } from './befriending-catalogue.js'
import { driveBlocking } from './blocking-catalogue.js'
import { bookmarksKey, driveBookmarks } from './bookmarks-catalogue.js'
import { driveCarbons } from './carbons-catalogue.js'
import { charts } from './charts/index.js'
import { conversationKey, driveConversation } from './conversation-catalogue.js'
import { toCounter, type Counter } from './counter.js'
import { inputOf } from './driving.js'
import { drivePhotoHash, photoHashKey } from './photo-hash-catalogue.js'
import { driveRegistrations, undrivableOfRegistration } from './registration-catalogue.js'
import { driveRoom, roomKey } from './room-catalogue.js'
import {
  driveServedSession,
  servedSessionKey,
  undrivableOfServedSession,
} from './served-session-catalogue.js'
import { servedSubscriptionDrive, servedSubscriptionKey } from './served-subscription-catalogue.js'
import { keyOf, sessions, undrivable } from './session-catalogue.js'
import { strikeAll, toFaultReport, type Strike } from './strike.js'
import { subscriptionDrive, subscriptionKey } from './subscription-catalogue.js'

/** Transitions of every chart that were taken for real, of those that anybody outside can bring about. */
export async function countDriven(): Promise<readonly Counter[]> {
  const counted = [
    await countTransitions(Object.values(sessions), keyOf, undrivable),
    await countTransitions([true, false].map(driveBefriending), befriendingKey, undrivableOfBefriending),
    await countTransitions([subscriptionDrive], subscriptionKey),
    await countTransitions(['a0', undefined].map(driveArchive), archiveKey),
    await countTransitions([driveBlocking]),
    await countTransitions([driveBookmarks], bookmarksKey),
    await countTransitions([driveCarbons]),
    await countTransitions([driveConversation], conversationKey),
    await countTransitions([drivePhotoHash], photoHashKey),
    await countTransitions(driveRegistrations, undefined, undrivableOfRegistration),
    await countTransitions([driveRoom], roomKey),
    await countTransitions(
      [driveServedSession('bytes', false), driveServedSession('frames', true)],
      servedSessionKey,
      undrivableOfServedSession,
    ),
    await countTransitions([servedSubscriptionDrive], servedSubscriptionKey),
  ].flatMap((each) => [...each])
  const driven = new Set(counted.map(([chart]) => chart))
  return [
    ...counted.map(([, counter]) => counter),
    toCounter(
      'charts driven',
      charts.map(({ machine: { id } }) => [driven.has(id), id]),
    ),
  ]
}

/** What is counted of a client whose server does everything wrong. */
export async function countStruck(): Promise<readonly Counter[]> {
  const strikes = await strikeAll()
  return [countFaults(strikes), countStreamErrors(strikes), countSaslFailures(strikes)]
}

/** Of a tree of charts, by chart. */
async function countTransitions<Rig extends Running>(
  drivables: readonly Drivable<Rig>[],
  key?: (model: Model) => unknown,
  isUndrivable: Readonly<Record<string, string>> = {},
): Promise<ReadonlyMap<string, Counter>> {
  const known = new Set(Object.keys(isUndrivable))
  const all = new Map<string, Set<string>>()
  for (const drivable of drivables) {
    for (const id of transitionsOfTree(drivable.machine)) {
      const [chart = ''] = id.split(/[. ]/)
      all.set(chart, (all.get(chart) ?? new Set()).add(id))
    }
    const { paths } = findPaths(drivable, { input: await inputOf(drivable), key, known })
    for (const path of paths) for (const id of await drive(drivable, path)) known.add(id)
  }
  return new Map(
    [...all].map(([chart, ids]) => {
      const asked = [...ids].filter((id) => !(id in isUndrivable))
      const others = ids.size - asked.length
      const name = `transitions of ${chart} driven${others === 0 ? '' : `, but for ${others} that nobody can bring about`}`
      return [
        chart,
        toCounter(
          name,
          asked.map((id) => [known.has(id), id]),
        ),
      ]
    }),
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
