import { assign } from 'xstate'
import { roomMachine } from '../../../machines/room.js'
import {
  defaultRoomTimeouts,
  exitOf,
  type RoomEvent,
  type RoomExitKind,
  type SelfFacts,
} from '../../../machines/room-context.js'
import { StanzaError, TransportError } from '../../../src/errors.js'
import { orders } from '../../../src/testing/index.js'
import { toWalked } from './walked-chart.js'

const self: SelfFacts = { nickname: 'Alice', role: 'participant', affiliation: 'none', isNew: false }
const conflict = new StanzaError('conflict', 'cancel')
const unreachable = new StanzaError('remote-server-not-found', 'cancel')
const whole = { complete: true, stable: true }
const unavailable = new StanzaError('service-unavailable', 'cancel')
const forgotten = new StanzaError('item-not-found', 'cancel')
const exits: readonly RoomExitKind[] = ['banned', 'error', 'kicked', 'left', 'shutdown']
const events: readonly RoomEvent[] = [
  { type: 'session.live' },
  { type: 'session.suspended' },
  { type: 'session.none' },
  { type: 'session.halted', error: new TransportError('refused', 'nobody listens') },
  { type: 'room.join', nickname: 'Alice' },
  { type: 'room.leave' },
  { type: 'room.rename', nickname: 'Alicia' },
  { type: 'self.present', self, knowsLast: false },
  { type: 'self.present', self, knowsLast: true },
  { type: 'self.present', self: { ...self, affiliation: 'owner', isNew: true }, knowsLast: false },
  { type: 'self.renamed', nickname: 'Alicia' },
  ...exits.map((kind) => ({ type: 'self.absent', exit: exitOf(kind), answersExit: false }) as const),
  { type: 'self.absent', exit: exitOf('left'), answersExit: true },
  { type: 'self.absent', exit: exitOf('kicked'), answersExit: true },
  { type: 'room.refused', error: conflict },
  { type: 'room.refused', error: unreachable },
  { type: 'room.current' },
  { type: 'room.heard' },
  { type: 'room.lost' },
]

/** The chart with a silence that is measured, as an ear does: short at first, long enough at the next look. */
const machine = roomMachine.provide({
  actions: {
    measureSilence: assign(({ context: { silentMs, timeouts } }) => ({
      silentMs: silentMs === 0 ? timeouts.quietMs / 2 : timeouts.quietMs,
    })),
  },
})

export const room = toWalked(machine, {
  inputs: [{ jid: 'tea@conference.example.test', timeouts: defaultRoomTimeouts, seed: 1 }],
  events,
  outcomes: {
    fetchPage: {
      done: [whole, { ...whole, stable: false }, { ...whole, complete: false }],
      error: [unavailable, forgotten, new StanzaError('internal-server-error', 'cancel')],
    },
    openRoom: { error: [new StanzaError('forbidden', 'auth')] },
    selfPing: {
      error: [
        new StanzaError('not-acceptable', 'cancel'),
        new StanzaError('feature-not-implemented', 'cancel'),
        new StanzaError('remote-server-timeout', 'wait'),
      ],
    },
  },
  key: ({
    context: { exit, gap, isAnswering, isUnheard, refusal, returns, self, silentMs, stays, wished },
  }) => [
    exit?.kind,
    gap?.code,
    isAnswering,
    isUnheard,
    refusal?.code,
    returns,
    stays,
    self?.nickname,
    silentMs,
    wished,
  ],
  invariants: {
    'one is in by the word of the room alone': (snapshot, last) =>
      !snapshot.matches('joined') ||
      last?.from.matches('joined') === true ||
      last?.event.type === 'self.present' ||
      last?.event.type === 'xstate.done.actor.openRoom',
    'the room says who one is as long as one is in, and no longer': (snapshot) =>
      (snapshot.matches('joined') || snapshot.matches('opening')) === (snapshot.context.self !== undefined),
    'whoever is out, or about to enter, knows of nobody there': (snapshot, last) =>
      (['joined', 'opening'] as const).some((state) => snapshot.matches(state)) ||
      !(['joined', 'opening'] as const).some((state) => last?.from.matches(state)) ||
      orders(last, 'forgetOccupants'),
    'a room is entered by a wish, and a stream': (snapshot, last) =>
      !orders(last, 'sendEntrance') ||
      (snapshot.context.wished !== undefined && snapshot.matches('joining') && !isOver(last?.event.type)),
    'who may be in, and wants to leave, says so': (_snapshot, last) =>
      last?.event.type !== 'room.leave' ||
      !(['joining', 'opening', 'joined'] as const).some((state) => last.from.matches(state)) ||
      orders(last, 'sendExit'),
    'whom a person has put out does not come back by oneself': (snapshot, last) =>
      last?.event.type !== 'self.absent' ||
      !['banned', 'kicked'].includes(last.event.exit.kind) ||
      !last.from.matches('joined') ||
      snapshot.matches({ outside: 'online' }),
    'whom the service has put out comes back': (snapshot, last) =>
      last?.event.type !== 'self.absent' ||
      !['error', 'shutdown'].includes(last.event.exit.kind) ||
      !last.from.matches('joined') ||
      snapshot.matches('returning'),
    'who was in, and reaches nobody, tries again': (snapshot, last) =>
      last?.event.type !== 'room.refused' ||
      last.event.error !== unreachable ||
      !last.from.matches('joining') ||
      snapshot.matches(last.from.context.stays ? 'returning' : 'outside'),
    'a wish under another name is another wish': ({ context }, last) =>
      last?.event.type !== 'room.join' ||
      context.wished !== last.event.nickname ||
      last.from.context.wished === last.event.nickname ||
      !context.stays,
    'who is outside has been in by no wish that stands': ({ context, value }) =>
      typeof value !== 'object' || 'joined' in value || (!context.stays && context.returns === 0),
    'who comes back waits longer each time': (snapshot, last) =>
      !snapshot.matches('returning') ||
      last?.from.matches('returning') === true ||
      snapshot.context.returns > (last?.from.context.returns ?? 0) ||
      snapshot.context.returns === 6,
    'a wish outlives a session, and the wish to leave does too': (snapshot, last) =>
      last?.event.type !== 'session.none' ||
      snapshot.matches(
        last.from.matches('outside') || last.from.matches({ leaving: 'asked' }) ? 'outside' : 'waiting',
      ),
    'who is not let in is told why': (snapshot, last) =>
      last?.from.matches('joining') !== true ||
      !snapshot.matches('outside') ||
      snapshot.context.exit !== undefined,
    'a new room is one’s own to open, and nobody is in before': (snapshot, last) =>
      !(last?.event.type === 'self.present' && last.event.self.isNew && last.from.matches('joining')) ||
      snapshot.matches('opening'),
    'another nickname counts once the room says so': ({ context }, last) =>
      last?.event.type !== 'room.rename' || context.self?.nickname === last.from.context.self?.nickname,
    'a nickname that was refused leaves the one before': (snapshot, last) =>
      last?.from.matches({ joined: { nickname: 'changing' } }) !== true ||
      last.event.type !== 'room.refused' ||
      (snapshot.context.refusal !== undefined && snapshot.context.wished === snapshot.context.self?.nickname),
    'another nickname is wished while it is asked for alone': (snapshot) =>
      !snapshot.matches('joined') ||
      snapshot.matches({ joined: { nickname: 'changing' } }) ||
      snapshot.context.wished === snapshot.context.self?.nickname,
    'nobody is asked by a name that may be another': (snapshot, last) =>
      !snapshot.matches({ joined: { nickname: 'changing', liveness: 'probing' } }) ||
      snapshot.context.wished === snapshot.context.self?.nickname ||
      last?.from.matches({ joined: { liveness: 'probing' } }) === true,
    'the answer to an exit of before ends no entrance': (snapshot, last) =>
      last?.event.type !== 'self.absent' ||
      last.event.exit.kind !== 'left' ||
      !(last.from.matches('joining') || (last.event.answersExit && isBeyondDoor(last.from))) ||
      snapshot.matches('joining'),
    'who is there is told anew after an exit of before': (_snapshot, last) =>
      last?.event.type !== 'self.absent' ||
      !last.from.matches('joining') ||
      last.event.exit.kind !== 'left' ||
      orders(last, 'forgetFormerOccupants') === last.event.answersExit,
    'who is told of a stay of before asks to be let in once more': (snapshot, last) =>
      last?.event.type !== 'self.absent' ||
      !isBeyondDoor(last.from) ||
      !snapshot.matches('joining') ||
      (last.event.answersExit && orders(last, 'sendEntrance')),
    'who did not answer is not said to before they do': (snapshot, last) =>
      last?.from.context.isAnswering !== false ||
      !snapshot.context.isAnswering ||
      !snapshot.matches('joined') ||
      /^(room\.heard|xstate\.(done|error)\.actor\.selfPing)$/.test(last.event.type),
    'silence is probed, and a room that one’s presence came back from': (snapshot, last) =>
      !snapshot.matches({ joined: { liveness: 'probing' } }) ||
      last?.from.matches({ joined: { liveness: 'probing' } }) === true ||
      last?.event.type === 'room.refused' ||
      last?.from.context.isUnheard === true ||
      snapshot.context.silentMs >= snapshot.context.timeouts.quietMs,
    'who was asked, and is not heard, is asked again': (snapshot, last) =>
      last?.from.context.isUnheard !== true ||
      !(
        /^xstate\.after\.(retry|silence)\./.test(last.event.type) ||
        (last.event.type === 'session.live' && last.from.matches({ joined: { liveness: 'deferred' } }))
      ) ||
      !snapshot.matches({ joined: { nickname: 'settled' } }) ||
      snapshot.matches({ joined: { liveness: 'probing' } }),
    'nobody is open to a question out of the room': ({ context, ...snapshot }) =>
      !context.isUnheard || snapshot.matches('joined'),
    'whoever is heard answers by that': ({ context }, last) =>
      last?.event.type !== 'room.heard' || (context.isAnswering && !context.isUnheard),
    'nobody who is heard while asked is said not to answer': ({ context }, last) =>
      last?.from.context.isAnswering !== true || context.isAnswering || context.isUnheard,
    'who has answered is not asked again before the next silence': ({ context }, last) =>
      last?.event.type !== 'xstate.done.actor.selfPing' || (context.silentMs === 0 && !context.isUnheard),
    'a presence that came back is a reason to ask': (snapshot, last) =>
      last?.event.type !== 'room.refused' ||
      !last.from.matches({ joined: { nickname: 'settled', liveness: 'listening' } }) ||
      snapshot.matches({ joined: { liveness: 'probing' } }),
    'nothing is asked without a stream': (snapshot, last) =>
      last?.event.type !== 'session.suspended' ||
      !snapshot.matches('joined') ||
      snapshot.matches({ joined: { liveness: 'deferred' } }),
    'what was missed comes first where it is known what was said last': (snapshot, last) =>
      !snapshot.matches('joined') ||
      last?.from.matches('joined') === true ||
      last?.event.type === 'xstate.done.actor.openRoom' ||
      snapshot.hasTag('holding') === snapshot.context.knowsLast,
    'what is said waits until the archive has said everything, has nothing, or fails': (snapshot, last) =>
      last?.from.hasTag('holding') !== true ||
      !snapshot.matches('joined') ||
      snapshot.hasTag('holding') ||
      endsPast(last.event),
    'everything is told once the archive has said so, and nobody knows better': (snapshot, last) =>
      !snapshot.matches({ joined: { past: { told: 'whole' } } }) ||
      last?.from.hasTag('holding') !== true ||
      isWhole(last.event) ||
      (last.event.type === 'xstate.error.actor.fetchPage' && last.event.error === unavailable),
    'what is missing is missing for a reason': (snapshot, last) =>
      !snapshot.matches({ joined: { past: { told: 'incomplete' } } }) ||
      snapshot.context.gap !== undefined ||
      last?.from.matches({ joined: { past: { told: 'incomplete' } } }) === true ||
      last?.event.type === 'xstate.done.actor.fetchPage',
    'what the archive has forgotten is asked for otherwise, once': (snapshot, last) =>
      last?.event.type !== 'xstate.error.actor.fetchPage' ||
      last.event.error !== forgotten ||
      snapshot.matches({ joined: { past: last.from.context.gap === undefined ? 'recalling' : 'told' } }),
    'who comes in misses nothing yet': (snapshot, last) =>
      !snapshot.matches('joined') ||
      last?.from.matches('joined') === true ||
      snapshot.context.gap === undefined,
    'no archive is asked without a stream': (snapshot, last) =>
      last?.event.type !== 'session.suspended' ||
      !(['fetching', 'hearing'] as const).some((state) =>
        snapshot.matches({ joined: { past: { recalling: state } } }),
      ),
    'who does not answer puts nobody out': (snapshot, last) =>
      !/^xstate\.after\.(probe|history|page|rename)Timeout\./.test(last?.event.type ?? '') ||
      snapshot.matches('joined'),
  },
})

const isOver = (type = '') => type === 'session.none' || type === 'session.suspended'

const isBeyondDoor = (snapshot: { readonly matches: (state: 'joined' | 'opening') => boolean }) =>
  snapshot.matches('joined') || snapshot.matches('opening')

/** The archive has nothing more, or fails. */
const endsPast = (event: { readonly type: string; readonly output?: unknown }) =>
  Reflect.get(Object(event.output), 'complete') === true ||
  event.type === 'xstate.error.actor.fetchPage' ||
  event.type.startsWith('xstate.after.pageTimeout.')

const isWhole = ({ type, output }: { readonly type: string; readonly output?: unknown }) =>
  type === 'xstate.done.actor.fetchPage' &&
  Reflect.get(Object(output), 'complete') === true &&
  Reflect.get(Object(output), 'stable') === true
