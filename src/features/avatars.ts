import {
  distinctUntilChanged,
  endWith,
  filter,
  ignoreElements,
  map,
  merge,
  startWith,
  switchMap,
  takeUntil,
  type Observable,
} from 'rxjs'
import type { RequestOptions } from '../router/requests.js'
import {
  parseAvatarData,
  parseAvatarMetadata,
  toAvatarData,
  toAvatarMetadata,
  type AvatarInfo,
} from '../stanza/avatar.js'
import { imageLimitBytes, toImage, type Image } from '../stanza/image.js'
import { parseJid, toJid, type JidInput } from '../stanza/jid.js'
import { findPhoto, withPhoto } from '../stanza/vcard-photo.js'
import * as ns from '../xml/namespaces.js'
import { announce } from './announcement.js'
import { AvatarCache, toImageHash, type Avatar } from './avatar-cache.js'
import { AvatarClaims, type AvatarClaim } from './avatar-claims.js'
import type { FeatureHost } from './feature-host.js'
import { changeOwnVCard, fetchVCard } from './own-vcard.js'
import { announcePhoto } from './photo-announcement.js'
import { WornAvatars } from './worn-avatars.js'
import { askAccount, configureNode, fetchItem, publishItem } from './pubsub-nodes.js'

/** Which size of an avatar is fetched. */
export interface AvatarsOptions {
  /** Of several sizes, the smallest that is at least so wide is fetched, in pixels. Default 96. */
  readonly width?: number | undefined
}

/** One size of an avatar: a PNG, which everybody knows, a JPEG, a GIF or a WebP; as its bytes say. */
export interface AvatarImage {
  readonly bytes: Uint8Array
  /** In pixels; nobody is told where it is left out. */
  readonly width?: number | undefined
  /** In pixels, likewise. */
  readonly height?: number | undefined
}

/** Who may see an avatar, and how long to wait for each answer. */
export interface PublishAvatarOptions extends RequestOptions {
  /**
   * Who may see it: `open`, everybody, as it is with the photo in the card that older clients show; or `presence`, only those
   * who see one’s presence, and then no photo is put into the card. Default `open`.
   */
  readonly access?: 'open' | 'presence' | undefined
}

/** Pictures of people. Rejects with `StanzaError`, `TimeoutError`, `TransportError`, `ProtocolError`. */
export interface AvatarsFeature {
  /**
   * The avatar of somebody whose presence one sees, or of one’s own account, now and whenever it is another; `undefined` while
   * none is known. It is fetched once somebody looks, unless it was before, and is always what its hash says. With a store a
   * contact looks as when last seen, from the start, until they say otherwise.
   */
  readonly avatarOf: (jid: JidInput) => Observable<Avatar | undefined>
  /** The avatar of anybody, asked for anew; `undefined` where there is none, or none to be seen. */
  readonly find: (jid: JidInput, options?: RequestOptions) => Promise<Avatar | undefined>
  /**
   * Shows an image, in one size or several, the main one first. Where the server does not turn one kind of avatar into the
   * other by itself, both are published. Rejects with RangeError for what is no image, or larger than 65 536 bytes.
   */
  readonly publish: (
    images: AvatarImage | readonly AvatarImage[],
    options?: PublishAvatarOptions,
  ) => Promise<void>
  /** Shows none any more. */
  readonly disable: (options?: RequestOptions) => Promise<void>
}

/** What one publishes is at most so large, in bytes: servers and readers have limits of their own. */
export const publishedAvatarBytes = 65_536

/**
 * Avatars for a client: `client.use(avatars)`, before it connects. Images are never decoded, and never fetched by HTTP, which
 * would tell their host who looks.
 * @example
 * const { avatarOf, publish } = client.use(avatars)
 * avatarOf('bob@example.test').subscribe((avatar) => console.log(avatar?.type, avatar?.bytes.length))
 * await publish({ bytes: await readFile('me.png'), width: 96, height: 96 })
 * @see XEP-0084, XEP-0153, XEP-0398
 */
export function avatars(host: FeatureHost, { width = 96 }: AvatarsOptions = {}): AvatarsFeature {
  const { bus, memory, roster } = host
  const cache = new AvatarCache(memory)
  const worn = new WornAvatars(memory)
  const claims = new AvatarClaims(bus)
  const open = new Map<string, Promise<Avatar | undefined>>()
  const closed$ = roster.change$.pipe(ignoreElements(), endWith(undefined))
  roster.change$.subscribe(({ jid, item }) => {
    if (jid !== undefined && item === undefined) worn.see(jid, undefined)
  })
  announce(host, `${ns.avatarMetadata}+notify`)
  const sayAgain = announcePhoto(host)

  const once = (key: string, fetch: () => Promise<Avatar | undefined>) => {
    const asked = open.get(key) ?? fetch().finally(() => open.delete(key))
    open.set(key, asked)
    return asked
  }
  const fetchData = async (whose: string, { id }: AvatarInfo, options?: RequestOptions) => {
    const known = await cache.get(id)
    if (known !== undefined) return known
    const item = await fetchItem(bus, parseJid(whose), ns.avatarData, id, options)
    const image = item?.payload && parseAvatarData(item.payload)
    return image && cache.put(id, image)
  }
  const fetchPhoto = async (whose: string, id: string) => {
    const known = await cache.get(id)
    if (known !== undefined) return known
    const photo = findPhoto(await fetchVCard(bus, parseJid(whose)))
    return photo && cache.put(id, photo)
  }
  /** What was said last by XEP-0084 counts for more. */
  const fetchSaid = async (whose: string, { infos, photo }: AvatarClaim): Promise<Avatar | undefined> => {
    const info = infos && choose(infos, width)
    const found = info && (await once(`data ${whose} ${info.id}`, () => fetchData(whose, info)))
    if (found !== undefined || infos?.length === 0) return found
    if (photo === undefined || photo === 'none') return undefined
    return once(`photo ${whose} ${photo}`, () => fetchPhoto(whose, photo))
  }
  /** As long as somebody says nothing, they look as they did when they were last seen. */
  const load = async (whose: string): Promise<Avatar | undefined> => {
    const said = claims.of(whose)
    if (said === undefined) {
      const before = worn.of(whose)
      return before === undefined ? undefined : cache.get(before)
    }
    const found = await fetchSaid(whose, said)
    if (roster.find(whose) !== undefined || whose === bus.account?.bare) worn.see(whose, found?.id)
    return found
  }

  const publishNodes = async (
    images: readonly Published[],
    { access = 'open', ...options }: PublishAvatarOptions,
  ) => {
    const access_model = images.length === 0 ? {} : { access_model: access }
    const node = { persist_items: 'true', ...access_model }
    const publishData = ({ id, bytes }: Published) =>
      publishItem(bus, ns.avatarData, { id, payload: toAvatarData({ bytes }) }, node, options)
    for (const [index, image] of images.entries()) {
      await publishData(image)
      // A node that was just made mostly keeps one item; not every server lets who publishes say how many.
      const isFirstOfMany = index === 0 && images.length > 1
      if (isFirstOfMany) {
        const room = { ...node, max_items: String(images.length) }
        await configureNode(bus, ns.avatarData, room, options)
      }
    }
    const infos = images.map(({ id, type, bytes, width: wide, height }) => {
      return { id, type, bytes: bytes.length, width: wide, height, url: undefined }
    })
    const item = { id: infos[0]?.id, payload: toAvatarMetadata(infos) }
    await publishItem(bus, ns.avatarMetadata, item, node, options)
  }
  const show = async (images: readonly Published[], options: PublishAvatarOptions) => {
    const { access, ...requestOptions } = options
    const { hasNodes, converts } = await askAccount(bus, requestOptions)
    if (hasNodes) await publishNodes(images, options)
    if (hasNodes && converts) return sayAgain()
    const [main] = access === 'presence' ? [] : images
    await changeOwnVCard(bus, (card) => withPhoto(card, main), requestOptions)
  }

  return {
    avatarOf: (jid) => {
      const whose = toJid(jid).toString()
      const again$ = merge(
        claims.changesOf(whose),
        worn.restored$.pipe(filter((wearer) => wearer === whose)),
        bus.session$.pipe(filter((standing) => standing === 'live')),
      )
      return again$.pipe(
        map(() => undefined),
        startWith(undefined),
        // A failure is as if nothing were known, until something else is said or the next session.
        switchMap(() => load(whose).catch(() => undefined)),
        distinctUntilChanged((before, after) => before?.id === after?.id),
        takeUntil(closed$),
      )
    },
    find: async (jid, options) => {
      const to = toJid(jid)
      const whose = to.toString()
      const payload = (await fetchItem(bus, to, ns.avatarMetadata, undefined, options))?.payload
      const infos = payload && parseAvatarMetadata(payload)
      if (infos !== undefined) claims.note(whose, { infos })
      const info = infos && choose(infos, width)
      const found = info && (await fetchData(whose, info, options))
      if (found !== undefined || infos?.length === 0) return found
      const photo = findPhoto(await fetchVCard(bus, to, options))
      const id = photo === undefined ? 'none' : await toImageHash(photo.bytes)
      claims.note(whose, { photo: id })
      return photo && cache.put(id, photo)
    },
    publish: async (images, options = {}) => {
      const given: readonly AvatarImage[] = 'bytes' in images ? [images] : images
      if (given.length === 0) throw new RangeError('an avatar has at least one image; disable() shows none')
      const published = await Promise.all(given.map(toPublished))
      await show(published, options)
      for (const image of published) await cache.put(image.id, image)
    },
    disable: (options = {}) => show([], options),
  }
}

interface Published extends Image, Omit<AvatarImage, 'bytes'> {
  readonly id: string
}

async function toPublished(given: AvatarImage): Promise<Published> {
  // A copy: what is known by its hash stays what it is, whatever becomes of the bytes that were given.
  const image = toImage(new Uint8Array(given.bytes))
  if (image === undefined) throw new RangeError('an avatar is a PNG, a JPEG, a GIF or a WebP')
  if (image.bytes.length > publishedAvatarBytes)
    throw new RangeError(`an avatar has at most ${publishedAvatarBytes} bytes, not ${image.bytes.length}`)
  return { ...given, ...image, id: await toImageHash(image.bytes) }
}

/** Among those that are to be had by XMPP and not too large, the smallest that is wide enough, or else the widest. */
function choose(infos: readonly AvatarInfo[], width: number): AvatarInfo | undefined {
  const near = infos.filter(({ bytes, url }) => url === undefined && bytes <= imageLimitBytes)
  const wide = near.filter((info) => (info.width ?? 0) >= width)
  const byWidth = (one: AvatarInfo, other: AvatarInfo) => (one.width ?? 0) - (other.width ?? 0)
  return wide.toSorted(byWidth)[0] ?? near.toSorted((one, other) => byWidth(other, one))[0]
}
