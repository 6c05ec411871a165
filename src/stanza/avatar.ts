import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { parseImage, toImageText, type Image, type ImageBytes } from './image.js'
import { isImageHash } from './vcard-photo.js'

/** What is said of one size or kind of an avatar. @see XEP-0084 §4.2.1 */
export interface AvatarInfo {
  /** SHA-1 of the image, in lower-case hexadecimal digits. */
  readonly id: string
  readonly bytes: number
  readonly type: string
  /** In pixels. */
  readonly width: number | undefined
  readonly height: number | undefined
  /** Where it is to be had by HTTP; `undefined`: by XMPP. */
  readonly url: string | undefined
}

/** Entries of one avatar that are read; others are left out. */
export const avatarInfoLimit = 16

/**
 * Reads what is said of an avatar; an empty list: there is none. `undefined` if the element is something else. Entries
 * without what they must have are left out.
 * @see XEP-0084 §4.2
 */
export function parseAvatarMetadata(element: XmlElement): readonly AvatarInfo[] | undefined {
  if (!element.is('metadata', ns.avatarMetadata)) return undefined
  return element
    .elements('info')
    .slice(0, avatarInfoLimit)
    .flatMap((info) => {
      const id = info.attribute('id')?.toLowerCase() ?? ''
      const bytes = toCount(info.attribute('bytes'))
      const type = info.attribute('type')
      if (!isImageHash(id) || bytes === undefined || type === undefined) return []
      const [width, height] = [toCount(info.attribute('width')), toCount(info.attribute('height'))]
      return [{ id, bytes, type, width, height, url: info.attribute('url') }]
    })
}

/** Writes it; without entries: there is no avatar. @see XEP-0084 §3.5 */
export const toAvatarMetadata = (infos: readonly AvatarInfo[]): XmlElement =>
  xml(
    'metadata',
    ns.avatarMetadata,
    {},
    ...infos.map(({ id, bytes, type, width, height, url }) =>
      xml('info', ns.avatarMetadata, { id, bytes, type, width, height, url }),
    ),
  )

/** Reads the image itself. @see XEP-0084 §4.1 */
export const parseAvatarData = (element: XmlElement): Image | undefined =>
  element.is('data', ns.avatarData) ? parseImage(element.text()) : undefined

/** Writes it. */
export const toAvatarData = (image: ImageBytes): XmlElement =>
  xml('data', ns.avatarData, {}, toImageText(image))

function toCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined
}
