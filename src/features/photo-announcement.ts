import { fromPromise } from 'xstate'
import { photoHashMachine } from '../../machines/photo-hash.js'
import { findPhoto, findPhotoHash, toPhotoHashElement } from '../stanza/vcard-photo.js'
import type { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { toImageHash } from './avatar-cache.js'
import type { FeatureHost } from './feature-host.js'
import { fetchVCard } from './own-vcard.js'
import { askAccount } from './pubsub-nodes.js'
import { tellOfSession } from './tell-of-session.js'

const answerMs = 30_000

/**
 * Keeps the hash of the photo in one’s card in one’s presence, whoever changes it.
 * @returns says presence again, for a server that puts the hash into what passes and into nothing else
 * @see XEP-0153 §4, XEP-0398 §4
 */
export function announcePhoto({ annotatePresence, bus, start }: FeatureHost): () => void {
  const machine = photoHashMachine.provide({
    actors: {
      askAccount: fromPromise(({ signal }) => askAccount(bus, { signal, timeoutMs: Infinity })),
      readPhoto: fromPromise(async ({ signal }) => ({
        hash: await toPhotoHash(await fetchVCard(bus, undefined, { signal, timeoutMs: Infinity })),
      })),
    },
  })
  let said = 'unready'
  const say = () => annotatePresence('photo', [toPhotoHashElement(said)])
  say()
  const actor = start(machine, { id: 'photoHash', input: { answerMs } })
  actor.subscribe((snapshot) => {
    const isSure = snapshot.matches({ photo: 'known', devices: 'aware' })
    const word = (isSure ? snapshot.context.hash : undefined) ?? 'unready'
    if (word === said) return
    said = word
    say()
  })
  const tell = (event: Parameters<typeof actor.send>[0]) => {
    if (actor.getSnapshot().status === 'active') actor.send(event)
  }
  tellOfSession(bus.session$, actor)

  /** Other devices of the account that say nothing of photos, by resource. */
  const unaware = new Set<string>()
  bus.session$.subscribe((standing) => {
    if (standing === 'none') unaware.clear()
  })
  bus.presence$.subscribe(({ from, type, payloads }) => {
    const { account } = bus
    if (from === undefined || from.bare.toString() !== account?.bare) return
    if (from.resource === undefined || from.toString() === account.full) return
    const hash = type === undefined ? findPhotoHash(payloads) : 'unready'
    if (hash === undefined) {
      unaware.add(from.resource)
      tell({ type: 'device.unaware' })
    } else if (unaware.delete(from.resource) && unaware.size === 0) tell({ type: 'devices.aware' })
    if (hash !== undefined && hash !== 'unready') tell({ type: 'photo.seen', hash })
  })
  bus.sent$.subscribe((element) => {
    const isSet = element.name === 'iq' && element.attribute('type') === 'set'
    const card = isSet ? element.child('vCard', ns.vCardTemp) : undefined
    if (card === undefined) return
    // A page that is no secure context has no hashes, and tells of none.
    toPhotoHash(card)
      .then((hash) => tell({ type: 'photo.seen', hash }))
      .catch(() => undefined)
  })
  return say
}

async function toPhotoHash(card: XmlElement | undefined): Promise<string> {
  const photo = findPhoto(card)
  return photo === undefined ? 'none' : toImageHash(photo.bytes)
}
