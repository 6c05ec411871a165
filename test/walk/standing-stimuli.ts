import { StreamError, TransportError } from '../../src/errors.js'
import { findDeed, type Model, type Occurrence } from '../../src/testing/drive-model.js'
import type { Stimulus } from '../../src/testing/drive.js'
import type { ScriptedPeer } from '../../src/testing/scripted-peer.js'
import { failed, told } from './stimulus.js'

/** What can go online and offline. */
interface Client {
  readonly goOnline: () => Promise<void>
  readonly goOffline: () => Promise<void>
  readonly goOn: () => Promise<void>
  readonly peer: Pick<ScriptedPeer, 'fail'>
}

export const isLive = ({ notes }: Model): boolean => notes['isLive'] === true

interface Standing {
  /** What is known no longer once the session is over. */
  readonly forgotten?: Model['notes']
  /** Requests of the chart: an open one fails once the stream is being closed, before the session is over. */
  readonly requests?: readonly string[]
  /** It is told as well when the session is without a stream. */
  readonly isToldOfSuspension?: boolean
  /** It is told as well when there will be no session unless the app asks for one. */
  readonly isToldOfHalt?: boolean
}

/** Where the session stands, as a chart beside it is told. */
export function standingStimuli(
  chart: string,
  { forgotten = {}, isToldOfHalt = false, isToldOfSuspension = false, requests = [] }: Standing = {},
): readonly Stimulus<Client>[] {
  const over: readonly Occurrence[] = [{ note: { ...forgotten, isLive: false } }, told(chart, 'session.none')]
  return [
    {
      name: 'goes online',
      when: (model) => !isLive(model),
      predicts: [{ note: { isLive: true } }, told(chart, 'session.live')],
      act: (rig) => rig.goOnline(),
    },
    {
      name: 'goes offline',
      when: isLive,
      predicts: (model) => {
        const failing = requests.filter((deed) => findDeed(model, deed) !== undefined)
        return [...failing.map((deed) => failed(deed, new TransportError('not-connected', ''))), ...over]
      },
      act: (rig) => rig.goOffline(),
    },
    {
      name: 'is thrown out',
      when: isLive,
      predicts: isToldOfHalt
        ? [...over, told(chart, 'session.halted', { error: new StreamError('conflict') })]
        : over,
      act: ({ peer }) => peer.fail('conflict'),
    },
    {
      name: 'goes on over another connection',
      when: isLive,
      predicts: [
        ...(isToldOfSuspension ? [told(chart, 'session.suspended')] : []),
        told(chart, 'session.live'),
      ],
      act: (rig) => rig.goOn(),
    },
  ]
}

/** A client whose session outlives its connections, and tells of each. */
export const lasting = {
  client: { reconnect: 'always' },
  server: { authenticatedFeatures: { bind: true, streamManagement: true } },
} as const
