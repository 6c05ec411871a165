import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { parseImage, toImageText, type Image, type ImageBytes } from './image.js'
import { besides, photoTypeOf, withChildren } from './vcard-properties.js'

/** Asks for a card, or is one that says nothing. @see XEP-0054 §3.1 */
export const emptyVCard: XmlElement = xml('vCard', ns.vCardTemp)

const parts = ['TYPE', 'BINVAL', 'EXTVAL']

/** Reads `<PHOTO/>`; its bytes say its type, whatever else does. @see XEP-0153 §4.5, §4.6, §5 */
export const parsePhoto = (photo: XmlElement): Image | undefined =>
  parseImage(photo.child('BINVAL')?.text() ?? '')

/** Writes `<PHOTO/>`; throws RangeError for bytes that are no image of a kind that is known. @see XEP-0153 §3.1 */
export function toPhotoElement(image: ImageBytes, before?: XmlElement): XmlElement {
  return xml(
    'PHOTO',
    ns.vCardTemp,
    {},
    xml('TYPE', ns.vCardTemp, {}, photoTypeOf(image)),
    xml('BINVAL', ns.vCardTemp, {}, toImageText(image)),
    ...besides(before, parts),
  )
}

/** The photo of a whole card. */
export function findPhoto(card: XmlElement | undefined): Image | undefined {
  for (const photo of card?.elements('PHOTO') ?? []) {
    const image = parsePhoto(photo)
    if (image !== undefined) return image
  }
  return undefined
}

/** The same card with another photo, or none; the card itself where it is so already. */
export function withPhoto(card: XmlElement, image: ImageBytes | undefined): XmlElement {
  const photos = card.elements('PHOTO')
  const [first] = photos
  if (image === undefined && first === undefined) return card
  const before = first && photos.length === 1 ? parsePhoto(first) : undefined
  if (image !== undefined && before !== undefined && toImageText(before) === toImageText(image)) return card
  const others = card.children.filter((child) => typeof child === 'string' || child.name !== 'PHOTO')
  return withChildren(card, image === undefined ? others : [...others, toPhotoElement(image)])
}

/**
 * What presence says of the photo: its hash, `none`, or `unready` where the client does not know yet. `undefined`: nothing,
 * by a client that knows no photos. Anything else that it says counts for `unready`.
 * @see XEP-0153 §4.1
 */
export function findPhotoHash(payloads: readonly XmlElement[]): string | undefined {
  const update = payloads.find((payload) => payload.is('x', ns.vCardUpdate))
  if (update === undefined) return undefined
  const hash = update.child('photo')?.text().trim().toLowerCase()
  if (hash === '') return 'none'
  return hash !== undefined && isImageHash(hash) ? hash : 'unready'
}

/** Writes the same. @see XEP-0153 §4.1 */
export const toPhotoHashElement = (hash: string): XmlElement =>
  xml(
    'x',
    ns.vCardUpdate,
    {},
    hash === 'unready' ? undefined : xml('photo', ns.vCardUpdate, {}, hash === 'none' ? '' : hash),
  )

/** SHA-1 in lower-case hexadecimal digits, by which images are known. */
export const isImageHash = (text: string): boolean => /^[0-9a-f]{40}$/.test(text)
