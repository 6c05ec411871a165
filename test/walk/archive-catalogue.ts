import { archiveMachine } from '../../machines/archive.js'
import { StanzaError } from '../../src/errors.js'
import { archive, ns, xml, type ArchiveFeature } from '../../src/index.js'
import { createStanzaId } from '../../src/router/stanza-ids.js'
import { toArchiveEnd, toArchiveResult } from '../../src/stanza/archive.js'
import { toMessageElement } from '../../src/stanza/message.js'
import { parseJid } from '../../src/stanza/jid.js'
import { toStanzaIdElement } from '../../src/stanza/stanza-id.js'
import type { Model } from '../../src/testing/drive-model.js'
import type { Drivable, Stimulus } from '../../src/testing/drive.js'
import { FeatureRig, unanswered } from './feature-rig.js'
import { isLive, lasting, standingStimuli } from './standing-stimuli.js'
import { asksFor, done, failed, isIn, told } from './stimulus.js'

type ArchiveRig = FeatureRig<typeof archiveMachine, ArchiveFeature>

const own = parseJid('alice@example.test')
const asks = asksFor('query', ns.archive)
const asksBehind = asksFor('ping', ns.ping)
const noPage = { first: undefined, index: undefined, last: undefined, count: undefined }

/** One message of the page that was asked for, as the archive has it. @param moment in milliseconds since 1970 */
function sendMessage(rig: ArchiveRig, moment: number): void {
  const queryId = rig.said(asks).child('query', ns.archive)?.attribute('queryid')
  const message = xml(
    'message',
    ns.client,
    { from: 'bob@example.test/desk' },
    xml('body', ns.client, {}, 'x'),
  )
  const result = toArchiveResult({ queryId, id: `${queryId} ${moment}`, moment, message })
  rig.peer.say(toMessageElement({ from: own, payloads: [result] }))
}

/** A message comes, with what the archive calls it. */
function sendNamed(rig: ArchiveRig): void {
  const name = toStanzaIdElement({ id: createStanzaId(), by: own })
  rig.peer.say(toMessageElement({ from: parseJid('bob@example.test/desk'), body: 'x', payloads: [name] }))
}

/** Nothing is known to go on from. */
const isAdrift = ({ charts }: Model) => charts.get('archive')?.snapshot.context.anchored === false

const ends = (rig: ArchiveRig, complete: boolean, stable = true) =>
  rig.answer(asks, toArchiveEnd({ complete, stable, page: noPage }))

const refuses = (deed: 'fetchPage' | 'findLast', condition: 'internal-server-error' | 'item-not-found') => ({
  name: `the archive says ${condition}, asked to ${deed}`,
  when: isLive,
  predicts: [failed(deed, new StanzaError(condition, 'cancel'))],
  act: (rig: ArchiveRig) => rig.refuse(asks, condition),
})

/** The session has moved since the archive was asked: the answer may be mixed up, and something more may be in it. */
const hasMoved = (model: Model) =>
  ['anchoring', 'catchingUp'].some((phase) =>
    ['moved', 'missing'].some((part) => isIn(model, 'archive', { [phase]: part })),
  )

const stimuli: readonly Stimulus<ArchiveRig>[] = [
  ...standingStimuli('archive', { isToldOfSuspension: true }),
  {
    name: 'catchUp()',
    predicts: [told('archive', 'archive.retry')],
    act: ({ handle }) => handle.catchUp(),
  },
  {
    name: 'a message comes that has a name in the archive',
    when: (model) => isLive(model) && isIn(model, 'archive', 'unavailable') && isAdrift(model),
    predicts: [told('archive', 'message.named')],
    act: sendNamed,
  },
  {
    name: 'a message comes that has a name in the archive, and is thrown out before the archive answers',
    when: (model) => isLive(model) && isIn(model, 'archive', 'anchoring'),
    predicts: [
      { note: { isLive: false } },
      told('archive', 'session.none'),
      told('archive', 'message.named'),
    ],
    act: (rig) => {
      sendNamed(rig)
      rig.peer.fail('conflict')
    },
  },
  {
    name: 'the archive knows its last message',
    when: isLive,
    predicts: (model) => [done('findLast'), ...(hasMoved(model) ? [told('archive', 'archive.retry')] : [])],
    act: (rig) => ends(rig, true),
  },
  refuses('findLast', 'internal-server-error'),
  {
    name: 'a page comes, and it was the last',
    when: isLive,
    predicts: (model) => [done('fetchPage', { complete: !hasMoved(model), stable: true })],
    act: (rig) => ends(rig, true),
  },
  {
    name: 'a page comes that may change yet, and it was the last',
    when: (model) => isLive(model) && !hasMoved(model),
    predicts: [done('fetchPage', { complete: true, stable: false })],
    act: (rig) => ends(rig, true, false),
  },
  {
    name: 'a page comes, and more follows',
    when: isLive,
    predicts: [done('fetchPage', { complete: false, stable: true })],
    act: (rig) => {
      // So far from each other that the first has nothing missing before it.
      sendMessage(rig, 0)
      sendMessage(rig, 60_000)
      ends(rig, false)
    },
  },
  {
    name: 'the server answers what was asked behind',
    when: isLive,
    predicts: [done('askBehind')],
    act: (rig) => rig.answer(asksBehind),
  },
  {
    name: 'the server refuses what was asked behind',
    when: isLive,
    predicts: [failed('askBehind', new StanzaError('service-unavailable', 'cancel'))],
    act: (rig) => rig.refuse(asksBehind, 'service-unavailable'),
  },
  refuses('fetchPage', 'internal-server-error'),
  refuses('fetchPage', 'item-not-found'),
]

/** Whether a message is known to go on from, where none was. */
export const archiveKey = (model: Model): unknown => [
  isIn(model, 'archive', 'unavailable') && isAdrift(model),
  model.notes,
]

/** A client that catches up with its archive. @param after the last message that an earlier run of the app has seen */
export const driveArchive = (after: string | undefined): Drivable<ArchiveRig> => ({
  machine: archiveMachine,
  stimuli,
  start: (inspect) =>
    new FeatureRig(
      archiveMachine,
      {
        ...lasting,
        // Before it is available to others nothing that it has can be doubted.
        client: { ...lasting.client, presence: false },
        use: (client) => client.use((host) => archive(host, { after })),
        reactions: [unanswered(asks, asksBehind)],
      },
      inspect,
    ),
  inputOf: (rig) => rig.actor.getSnapshot().context,
})
