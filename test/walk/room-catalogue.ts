import { assign } from 'xstate'
import { roomMachine } from '../../machines/room.js'
import { exitOf, type RoomExitKind } from '../../machines/room-context.js'
import { StanzaError, StreamError } from '../../src/errors.js'
import { muc, ns, xml, type MucFeature } from '../../src/index.js'
import { toArchiveEnd, toArchiveResult } from '../../src/stanza/archive.js'
import { toIqElement } from '../../src/stanza/iq.js'
import { toMessageElement } from '../../src/stanza/message.js'
import { toRoomUserElement, type RoomUserInput } from '../../src/stanza/muc.js'
import { toPresenceElement, type PresenceInput } from '../../src/stanza/presence.js'
import { findDeed, type Model, type Occurrence } from '../../src/testing/drive-model.js'
import type { Drivable, Stimulus } from '../../src/testing/drive.js'
import { FeatureRig, unanswered } from './feature-rig.js'
import { isLive, lasting, standingStimuli } from './standing-stimuli.js'
import { asksFor, done, failed, isIn, told } from './stimulus.js'

type RoomRig = FeatureRig<typeof roomMachine, ReturnType<MucFeature['room']>>

const chart = 'room'
const jid = 'tea@conference.example.test'
const asksToOpen = asksFor('query', ns.roomOwner)
const pings = asksFor('ping', ns.ping)
const asksArchive = asksFor('query', ns.archive)
/** Sooner than the session itself is probed. */
const timeouts = { quietMs: 200_000 }

const contextIn = ({ charts }: Model) => charts.get(chart)?.snapshot.context
const nicknameIn = (model: Model): string | undefined => contextIn(model)?.self?.nickname
const wishedIn = (model: Model): unknown => contextIn(model)?.wished
/** Exits that the room is yet to answer, in this session. */
const openExitsIn = ({ notes }: Model) => Number(notes['openExits'] ?? 0)
/** The room may say something to who has asked it, or is in. */
const hears = (model: Model) =>
  isLive(model) && !isIn(model, chart, 'outside') && !isIn(model, chart, 'waiting')

/** Whatever the room says it is heard by. */
const heard = (model: Model): readonly Occurrence[] => [
  { note: { heardMs: model.nowMs } },
  ...(contextIn(model)?.isUnheard === true ? [told(chart, 'room.heard')] : []),
]

/** The room says something of oneself. */
const says = (
  name: string,
  user: RoomUserInput | ((rig: RoomRig) => RoomUserInput),
  predicts: (model: Model) => readonly Occurrence[],
  {
    as = 'Alice',
    when = hears,
    ...presence
  }: Partial<PresenceInput> & {
    readonly as?: string
    readonly when?: (model: Model) => boolean
  } = {},
): Stimulus<RoomRig> => ({
  name: `the room ${name}`,
  when,
  // What comes back says nothing of the room.
  predicts: (model) => [...(presence.type === 'error' ? [] : heard(model)), ...predicts(model)],
  act: (rig) =>
    rig.peer.say(
      toPresenceElement({
        from: `${jid}/${as}`,
        ...presence,
        payloads: [toRoomUserElement(typeof user === 'function' ? user(rig) : user)],
      }),
    ),
})

/** One’s presence under another name than one had gives one that. */
const calls = (nickname: string, model: Model): readonly Occurrence[] =>
  [undefined, nickname].includes(nicknameIn(model)) ? [] : [told(chart, 'self.renamed', { nickname })]

const letsIn = (affiliation: 'none' | 'owner', ...more: readonly number[]) =>
  says(
    more.includes(201) ? 'is new, and one’s own' : `lets one in, as ${affiliation}`,
    { item: { role: 'participant', affiliation }, statuses: [110, ...more] },
    (model) => [
      ...calls('Alice', model),
      told(chart, 'self.present', {
        self: { nickname: 'Alice', role: 'participant', affiliation, isNew: more.includes(201) },
        knowsLast: model.notes['hasSpoken'] === true,
      }),
    ],
  )

const putsOut = (kind: RoomExitKind, ...statuses: readonly number[]) =>
  says(
    kind === 'left' ? 'says that one has left' : `puts one out: ${kind}`,
    { item: { role: 'none', affiliation: 'none' }, statuses: [110, ...statuses] },
    (model) => [
      { note: { openExits: Math.max(0, openExitsIn(model) - 1) } },
      told(chart, 'self.absent', { exit: exitOf(kind), answersExit: openExitsIn(model) > 0 }),
    ],
    { type: 'unavailable' },
  )

/** Who has left, and comes again, wants to know nothing of before. */
const beginsAnew = (model: Model): boolean =>
  (isIn(model, chart, 'outside') || isIn(model, chart, 'leaving')) &&
  [undefined, 'left'].includes(contextIn(model)?.exit?.kind)

const wants = (nickname: string): Stimulus<RoomRig> => ({
  name: `join() as ${nickname}`,
  when: (model) => !isIn(model, chart, 'joined'),
  predicts: (model) => [
    ...(beginsAnew(model) ? [{ note: { hasSpoken: false } }] : []),
    told(chart, 'room.join', { nickname }),
    ...(model.notes['isHalted'] === true ? [halted] : []),
  ],
  act: ({ handle }) => void handle.join({ nickname }).catch(() => undefined),
})

const renames = (nickname: string): Stimulus<RoomRig> => ({
  name: `changeNickname() to ${nickname}`,
  // While another is asked for it waits, and says nothing.
  when: (model) => isIn(model, chart, { joined: { nickname: 'settled' } }) && nicknameIn(model) !== nickname,
  predicts: [told(chart, 'room.rename', { nickname })],
  act: ({ handle }) => void handle.changeNickname(nickname).catch(() => undefined),
})

const isHolding = (model: Model) => isIn(model, chart, { joined: { past: 'recalling' } })

/** One message of the page that was asked for, as the archive has it; each is called otherwise. */
function sendMessage(rig: RoomRig, moment: number): void {
  const queryId = rig.said(asksArchive).child('query', ns.archive)?.attribute('queryid')
  const attributes = { from: `${jid}/Bob`, type: 'groupchat' }
  const message = xml('message', ns.client, attributes, xml('body', ns.client, {}, 'x'))
  const result = toArchiveResult({ queryId, id: `${queryId} ${moment}`, moment, message })
  rig.peer.say(toMessageElement({ from: jid, payloads: [result] }))
}

const tellsPage = (
  name: string,
  { complete, stable }: { readonly complete: boolean; readonly stable: boolean },
  ...moments: readonly number[]
): Stimulus<RoomRig> => ({
  name: `the archive ${name}`,
  when: (model) => isLive(model) && findDeed(model, 'fetchPage') !== undefined,
  predicts: (model) => [
    ...(moments.length === 0 ? [] : heard(model)),
    done('fetchPage', { complete, stable }),
  ],
  act: (rig) => {
    for (const moment of moments) sendMessage(rig, moment)
    const page = { first: undefined, index: undefined, last: undefined, count: undefined }
    const asked = rig.said(asksArchive)
    rig.peer.say(
      toIqElement({
        type: 'result',
        id: asked.attribute('id') ?? '',
        from: jid,
        payload: toArchiveEnd({ complete, stable, page }),
      }),
    )
  },
})

const refusesPage = (
  condition: 'internal-server-error' | 'item-not-found' | 'service-unavailable',
): Stimulus<RoomRig> => ({
  name: `the archive says ${condition}`,
  when: isLive,
  predicts: [failed('fetchPage', new StanzaError(condition, 'cancel'))],
  act: (rig) => rig.refuse(asksArchive, condition),
})

const answers = (
  name: string,
  deed: 'openRoom' | 'selfPing',
  condition?: 'forbidden' | 'item-not-found' | 'not-acceptable' | 'remote-server-timeout',
): Stimulus<RoomRig> => ({
  name: `the room ${name}, awaited: ${deed}`,
  when: isLive,
  predicts: [condition === undefined ? done(deed) : failed(deed, new StanzaError(condition, 'cancel'))],
  act: (rig) => {
    const asks = deed === 'openRoom' ? asksToOpen : pings
    if (condition !== undefined) return rig.refuse(asks, condition)
    const asked = rig.said(asks)
    const result = { type: 'result', id: asked.attribute('id') ?? '', from: asked.attribute('to') } as const
    return rig.peer.say(toIqElement(result))
  },
})

const halted = told(chart, 'session.halted', { error: new StreamError('conflict') })

const stimuli: readonly Stimulus<RoomRig>[] = [
  ...standingStimuli(chart, {
    isToldOfHalt: true,
    isToldOfSuspension: true,
  }).map((stimulus) => withHalt(stimulus)),
  wants('Alice'),
  wants('Ally'),
  {
    name: 'leave()',
    predicts: [told(chart, 'room.leave')],
    act: ({ handle }) => void handle.leave(),
  },
  renames('Alicia'),
  renames('Ally'),
  letsIn('none'),
  letsIn('owner'),
  letsIn('owner', 201),
  putsOut('left'),
  putsOut('kicked', 307),
  putsOut('shutdown', 332),
  says(
    'says that one is called Alicia',
    { item: { role: 'participant', affiliation: 'none', nickname: 'Alicia' }, statuses: [110, 303] },
    () => [],
    { type: 'unavailable' },
  ),
  says(
    'tells of one as Alicia',
    { item: { role: 'participant', affiliation: 'none' }, statuses: [110] },
    (model) => [
      ...calls('Alicia', model),
      told(chart, 'self.present', {
        self: { nickname: 'Alicia', role: 'participant', affiliation: 'none', isNew: false },
        knowsLast: model.notes['hasSpoken'] === true,
      }),
    ],
    { as: 'Alicia' },
  ),
  says(
    'refuses one’s presence',
    {},
    (model) => (wishedIn(model) === 'Ally' ? [told(chart, 'room.refused', { error: taken })] : []),
    { as: 'Ally', type: 'error', error: { condition: 'conflict' } },
  ),
  says(
    'cannot be reached',
    {},
    (model) =>
      [wishedIn(model), nicknameIn(model)].includes('Alice')
        ? [told(chart, 'room.refused', { error: new StanzaError('remote-server-not-found', 'cancel') })]
        : [],
    { as: 'Alice', type: 'error', error: { condition: 'remote-server-not-found' } },
  ),
  {
    name: 'the room tells its subject',
    when: hears,
    predicts: (model) => [
      ...heard(model),
      // As long as something of the past is missing, that is where one goes on from.
      ...(isHolding(model) ? [] : [{ note: { hasSpoken: true } }]),
      told(chart, 'room.current'),
    ],
    act: ({ peer }) => peer.say(toMessageElement({ from: jid, type: 'groupchat', subject: 'Tea' })),
  },
  {
    name: 'a message comes back, since one is not in',
    when: (model) => isLive(model) && isIn(model, chart, 'joined'),
    predicts: [told(chart, 'room.lost')],
    act: async ({ clock, handle, peer }) => {
      const { id } = handle.send('Hello')
      await clock.rest()
      peer.say(toMessageElement({ from: jid, type: 'error', id, error: { condition: 'not-acceptable' } }))
    },
  },
  tellsPage('has nothing more', { complete: true, stable: true }),
  tellsPage('has nothing more, and may change yet', { complete: true, stable: false }),
  // So far from each other that the first has nothing missing before it.
  tellsPage('has more', { complete: false, stable: true }, 0, 60_000),
  refusesPage('service-unavailable'),
  refusesPage('item-not-found'),
  refusesPage('internal-server-error'),
  answers('is as it was wished', 'openRoom'),
  answers('is not one’s own to open', 'openRoom', 'forbidden'),
  answers('knows one', 'selfPing'),
  answers('no longer knows one', 'selfPing', 'not-acceptable'),
  answers('knows one by another name', 'selfPing', 'item-not-found'),
  answers('is not to be reached', 'selfPing', 'remote-server-timeout'),
]

const taken = new StanzaError('conflict', 'cancel')

/** Whether the client has stopped is remembered: who wants in then is told at once; what was said in the last session is answered no more. */
function withHalt(stimulus: ReturnType<typeof standingStimuli>[number]): Stimulus<RoomRig> {
  const { name, predicts } = stimulus
  const forgotten = name === 'goes online' ? { openExits: 0 } : {}
  const note = { note: { ...forgotten, isHalted: name === 'is thrown out' } }
  return {
    ...stimulus,
    predicts: (model) => [note, ...(typeof predicts === 'function' ? predicts(model) : predicts)],
  }
}

/** The chart alone, but for what looks at the world: silence is measured by what the model has heard. */
let silentMs = 0
const machine = roomMachine.provide({ actions: { measureSilence: assign(() => ({ silentMs })) } })

/** A room of a client, beginning before that is online. */
export const driveRoom: Drivable<RoomRig> = {
  machine,
  stimuli,
  model: {
    notesOf: (deed, model) => (deed === 'sendExit' ? { openExits: openExitsIn(model) + 1 } : {}),
    before: ({ nowMs, notes }) => {
      silentMs = nowMs - Number(notes['heardMs'] ?? 0)
    },
  },
  start: (inspect) =>
    new FeatureRig(
      roomMachine,
      {
        ...lasting,
        use: (client) => client.use((host) => muc(host, { timeouts })).room(jid),
        reactions: [unanswered(asksToOpen, pings, asksArchive)],
      },
      inspect,
    ),
  inputOf: (rig) => rig.actor.getSnapshot().context,
}

/** What decides where a room goes next. */
export const roomKey = (model: Model): unknown => [
  nicknameIn(model),
  wishedIn(model),
  contextIn(model)?.silentMs > timeouts.quietMs / 2,
  contextIn(model)?.stays,
  contextIn(model)?.isUnheard,
  { ...model.notes, heardMs: undefined, openExits: openExitsIn(model) > 0 },
]
