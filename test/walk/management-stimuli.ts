import { ProtocolError, StreamError } from '../../src/errors.js'
import { toPresenceElement } from '../../src/stanza/presence.js'
import {
  toStreamManagementElement,
  type StreamManagementElement,
} from '../../src/stanza/stream-management.js'
import { findDeed, type ByItself, type Model, type Occurrence } from '../../src/testing/drive-model.js'
import type { Stimulus } from '../../src/testing/drive.js'
import { jid } from './binding-stimuli.js'
import { isOnline, heard } from './online-stimuli.js'
import { does, done, failed, isIn, says, told } from './stimulus.js'
import type { SessionRig } from './session-rig.js'

const chart = 'session/streamManagement'

/** What the server calls the session. */
export const managedId = 'kept'

/** Stanzas of ours that the server has not told to have, and of these those that it was not sent. */
const countsIn = ({ notes }: Model) => ({ unacknowledged: 0, unsent: 0, ...notes })

/** Deeds that send a stanza. */
const sending = new Set([
  'fetchRoster',
  'ping',
  'removeAccount',
  'becomeInvisible',
  'becomeVisible',
  'sendPresence',
  'sendUnavailable',
])

/** What stream management counts of the deeds of a session, and since when it waits for an answer. */
export function managementNotes(deed: string, model: Model): Model['notes'] {
  if (deed === 'requestAck') return { askedMs: model.notes['askedMs'] ?? model.nowMs }
  if (deed === 'watchStanzas') return { hasWaited: countsIn(model).unacknowledged > 0 }
  if (deed === 'suspendSession') return { askedMs: undefined }
  if (deed === 'beginSession' || deed === 'endSession')
    return { askedMs: undefined, unacknowledged: 0, unsent: 0 }
  // The farewell is for who is online; where nothing more can be written it is not said.
  const isFarewell = deed === 'closeStream' && model.notes['isFull'] !== true
  if (isFarewell && ['enabling', 'live'].some((state) => isIn(model, chart, state)))
    return countSent(model, 1)
  return sending.has(deed) ? countSent(model, 1) : {}
}

function countSent(model: Model, count: number): Model['notes'] {
  const { unacknowledged, unsent } = countsIn(model)
  const isTracked = ['enabling', 'live', 'suspended', 'resuming'].some((state) => isIn(model, chart, state))
  if (!isTracked) return {}
  const isKept = isIn(model, chart, 'suspended') || isIn(model, chart, 'resuming')
  return { unacknowledged: unacknowledged + count, unsent: isKept ? unsent + count : unsent }
}

/** Whoever watches the ledger is told when there is something in it. */
export const managementByItself: ByItself = ({ src }, model) => {
  if (src !== 'acknowledgements') return undefined
  const isDue = isIn(model, chart, { live: 'settled' }) && countsIn(model).unacknowledged > 0
  return isDue ? { event: { type: 'stanza.sent', hasWaited: model.notes['hasWaited'] === true } } : undefined
}

/** The server has something more than it has told. */
function isHeard(model: Model): boolean {
  const { unacknowledged, unsent } = countsIn(model)
  return unacknowledged > unsent
}

const isLive = (model: Model) => isIn(model, chart, 'live') && isOnline(model)

/** The server says something of stream management to whoever is online. */
function tells(
  name: string,
  predicts: readonly Occurrence[],
  toCommand: (rig: SessionRig) => StreamManagementElement,
  when: (model: Model) => boolean = isOnline,
): Stimulus<SessionRig> {
  return says(
    name,
    (model) => [...predicts, ...heard(model)],
    (rig) => rig.peer.say(toStreamManagementElement(toCommand(rig))),
    when,
  )
}

interface Terms {
  readonly resume: boolean
  readonly max?: number
  readonly location?: string
}

const enables = (name: string, { resume, max, location }: Terms): Stimulus<SessionRig> =>
  tells(
    `lets resume ${name}`,
    [
      done('enable', {
        kind: 'enabled',
        id: resume ? managedId : undefined,
        maxMs: max === undefined ? undefined : max * 1_000,
        location,
      }),
    ],
    () => ({ kind: 'enabled', id: managedId, resume, max, location }),
  )

/** The server answers the request to go on. */
const answers = (
  name: string,
  predicts: Stimulus<SessionRig>['predicts'],
  toCommand: (rig: SessionRig) => StreamManagementElement,
): Stimulus<SessionRig> =>
  says(name, predicts, (rig) => rig.peer.say(toStreamManagementElement(toCommand(rig))))

const condition = 'item-not-found'

/** What a server says of stream management, and what happens around a session that it is there for. */
export const managementStimuli: readonly Stimulus<SessionRig>[] = [
  enables('for good', { resume: true }),
  enables('for a moment', { resume: true, max: 5 }),
  enables('nothing', { resume: false }),
  tells('refuses to count', [done('enable', { kind: 'refused' })], () => ({
    kind: 'failed',
    condition,
    h: undefined,
  })),
  tells('asks for our count', [], () => ({ kind: 'r' }), isLive),
  tells(
    'has everything',
    [{ note: { askedMs: undefined, unacknowledged: 0 } }, told(chart, 'ack.received')],
    ({ handled: h }) => ({ kind: 'a', h }),
    isLive,
  ),
  tells(
    'lacks the last one',
    [{ note: { askedMs: undefined, unacknowledged: 1 } }, told(chart, 'ack.received')],
    ({ handled }) => ({ kind: 'a', h: handled - 1 }),
    (model) => isLive(model) && countsIn(model).unacknowledged > 0,
  ),
  says(
    'has more than it was sent',
    [told('session', 'stream.ended', { error: new ProtocolError('undefined-condition', '') })],
    ({ peer, handled }) => peer.say(toStreamManagementElement({ kind: 'a', h: handled + 10_000 })),
    isLive,
  ),
  {
    name: 'talks on for 40 s, and does not answer',
    when: (model) => isLive(model) && isIn(model, chart, { live: 'overdue' }),
    predicts: (model) =>
      [0, 10_000, 20_000, 30_000].flatMap((laterMs) => [
        { note: { heardMs: model.nowMs + laterMs } },
        ...(laterMs === 0 ? heard(model) : []),
        { passMs: 10_000 },
      ]),
    act: async ({ clock, peer }) => {
      for (let count = 0; count < 4; count += 1) {
        peer.say(toPresenceElement({ from: 'bob@example.test/x' }))
        await clock.advance(10_000)
      }
    },
  },
  says(
    'is short of something',
    [told('session', 'stream.ended', { error: new StreamError('resource-constraint') })],
    ({ peer }) => peer.fail('resource-constraint'),
    isOnline,
  ),
  answers(
    'resumes',
    (model) => [
      { note: { unacknowledged: countsIn(model).unsent, unsent: 0 } },
      done('resumeSession', { kind: 'resumed', jid, heard: isHeard(model) }),
    ],
    ({ handled: h }) => ({ kind: 'resumed', previd: managedId, h }),
  ),
  answers('refuses to resume', [done('resumeSession', { kind: 'refused' })], () => ({
    kind: 'failed',
    condition,
    h: undefined,
  })),
  answers(
    'resumes more than it was sent',
    [failed('resumeSession', new ProtocolError('undefined-condition', ''))],
    ({ handled }) => ({ kind: 'resumed', previd: managedId, h: handled + 10_000 }),
  ),
  answers(
    'resumes another session',
    [failed('resumeSession', new ProtocolError('bad-format', ''))],
    ({ handled: h }) => ({ kind: 'resumed', previd: 'another', h }),
  ),
  ...(['network.offline', 'network.online', 'system.woken'] as const).map((type) =>
    does(
      type,
      [told('session', type)],
      (rig) => rig.happen(type),
      (model) => isOnline(model) || findDeed(model, 'surroundings') !== undefined,
    ),
  ),
]

/** From here on nothing more can be written, so that what else is tried of such a session has to be chosen. */
export const readsNothingMore = does(
  'reads nothing more',
  [{ note: { isFull: true } }, { passMs: 0 }],
  (rig) => rig.fill(),
  (model) => isOnline(model) && model.notes['isFull'] !== true && findDeed(model, 'probe') === undefined,
)
