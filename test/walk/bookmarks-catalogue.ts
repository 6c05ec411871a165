import { bookmarksMachine } from '../../machines/bookmarks.js'
import { StanzaError } from '../../src/errors.js'
import { bookmarks, ns, type BookmarksFeature } from '../../src/index.js'
import { toDiscoInfoElement } from '../../src/stanza/disco.js'
import { toItems } from '../../src/stanza/pubsub.js'
import type { Model } from '../../src/testing/drive-model.js'
import type { Drivable, Stimulus } from '../../src/testing/drive.js'
import type { Reaction } from '../../src/testing/scripted-peer.js'
import { answerTo } from '../../src/testing/scripted-peer-login.js'
import { FeatureRig, unanswered } from './feature-rig.js'
import { isLive, lasting, standingStimuli } from './standing-stimuli.js'
import { asksFor, done, failed, told } from './stimulus.js'

type BookmarksRig = FeatureRig<typeof bookmarksMachine, BookmarksFeature>

const asks = asksFor('pubsub', ns.pubsub)
const looks = asksFor('query', ns.discoInfo)

/** An account with nodes, on a server that looks how they are before it publishes. */
const says: Reaction = (heard, peer) => {
  if (heard.kind !== 'element' || !looks(heard.element)) return false
  const identities = [{ category: 'pubsub', type: 'pep' }]
  const features = [ns.publishOptions, `${ns.bookmarks}#compat`]
  peer.say(answerTo(heard.element, toDiscoInfoElement({ identities, features })))
  return true
}

const refuses = (condition: 'feature-not-implemented' | 'internal-server-error'): Stimulus<BookmarksRig> => ({
  name: `the server says ${condition}`,
  when: isLive,
  predicts: [failed('fetchBookmarks', new StanzaError(condition, 'cancel'))],
  act: (rig) => rig.refuse(asks, condition),
})

/** A client that wants to know its rooms. */
export const driveBookmarks: Drivable<BookmarksRig> = {
  machine: bookmarksMachine,
  stimuli: [
    ...standingStimuli('bookmarks', { requests: ['fetchBookmarks'] }),
    {
      name: 'the server gives the list',
      when: isLive,
      predicts: [done('fetchBookmarks', { compat: true })],
      act: (rig) => rig.answer(asks, toItems(ns.bookmarks, [])),
    },
    refuses('internal-server-error'),
    refuses('feature-not-implemented'),
    {
      name: 'the app asks for the list',
      predicts: [told('bookmarks', 'bookmarks.fetch')],
      act: async ({ clock, handle }) => {
        handle.fetch().catch(() => undefined)
        await clock.rest()
      },
    },
  ],
  start: (inspect) =>
    new FeatureRig(
      bookmarksMachine,
      { ...lasting, use: (client) => client.use(bookmarks), reactions: [says, unanswered(asks)] },
      inspect,
    ),
  inputOf: (rig) => rig.actor.getSnapshot().context,
}

/** Whether the rooms were entered decides what the next list is good for. */
export const bookmarksKey = ({ charts }: Model): unknown =>
  charts.get('bookmarks')?.snapshot.context.hasEntered
