import type { Observable } from 'rxjs'
import { Channel } from '../router/channel.js'
import { parseAvatarMetadata, type AvatarInfo } from '../stanza/avatar.js'
import type { Jid } from '../stanza/jid.js'
import { isOfRoom } from '../stanza/muc.js'
import type { Presence } from '../stanza/presence.js'
import { findPhotoHash } from '../stanza/vcard-photo.js'
import * as ns from '../xml/namespaces.js'
import type { FeatureHost } from './feature-host.js'
import { forgetOldest } from './forget-oldest.js'
import { forgottenRooms, occupantsOf } from './forgotten-rooms.js'
import { KeyedStreams } from './keyed-streams.js'
import { nodeEvents, type NodeEvent } from './pubsub-nodes.js'

/** What somebody says of their avatar. */
export interface AvatarClaim {
  /** By XEP-0084, each size; empty: none. `undefined`: nothing was said. */
  readonly infos: readonly AvatarInfo[] | undefined
  /** By XEP-0153, the hash of the photo in the card, or `none`. */
  readonly photo: string | undefined
}

/** People whose word is remembered; those heard of longest ago go first. */
export const avatarClaimLimit = 10_000

const nothing: AvatarClaim = { infos: undefined, photo: undefined }

/** What people say of their avatars, by presence and by events of their own accounts. */
export class AvatarClaims {
  readonly #claims = new Map<string, AvatarClaim>()
  readonly #changes = new Channel<string>()
  readonly #streams = new KeyedStreams(this.#changes.stream$, (key) => key)

  constructor(bus: FeatureHost['bus']) {
    nodeEvents(bus, ns.avatarMetadata).subscribe((event) => this.#takeEvent(event))
    forgottenRooms(bus).subscribe((room) => this.#forgetIn(room))
    bus.presence$.subscribe({
      next: (presence) => this.#takePresence(presence),
      complete: () => this.#changes.complete(),
    })
  }

  /** `undefined`: they were not heard of. */
  of(key: string): AvatarClaim | undefined {
    return this.#claims.get(key)
  }

  changesOf(key: string): Observable<string> {
    return this.#streams.of(key)
  }

  note(key: string, said: Partial<AvatarClaim>): void {
    const before = this.of(key)
    const after = { ...nothing, ...before, ...said }
    this.#claims.delete(key)
    this.#claims.set(key, after)
    if (this.#claims.size > avatarClaimLimit) forgetOldest(this.#claims)
    if (JSON.stringify(before) !== JSON.stringify(after)) this.#changes.next(key)
  }

  #forget(key: string): void {
    if (this.#claims.delete(key)) this.#changes.next(key)
  }

  #forgetIn(room: Jid): void {
    for (const key of occupantsOf(room, this.#claims.keys())) this.#forget(key)
  }

  #takeEvent({ publisher, isEmptied, items, retracted }: NodeEvent): void {
    const payload = items.at(-1)?.payload
    const infos = payload && parseAvatarMetadata(payload)
    if (infos !== undefined || retracted.length > 0 || isEmptied) this.note(publisher.toString(), { infos })
  }

  /** Those in a room are each somebody of their own, for as long as they are there under that nickname. */
  #takePresence({ from, type, payloads }: Presence): void {
    if (from === undefined || payloads.length === 0) return
    const isOccupant = isOfRoom(payloads)
    if (type === 'unavailable' && isOccupant) this.#forget(from.toString())
    if (type !== undefined) return
    const photo = findPhotoHash(payloads)
    if (photo === undefined || photo === 'unready') return
    this.note((isOccupant ? from : from.bare).toString(), { photo })
  }
}
