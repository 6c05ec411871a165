import { decodeBase64, encodeBase64 } from '../base64.js'

/** Kinds of images that are known by their first bytes; a drawing that may hold scripts is none of them. */
export type ImageType = 'image/gif' | 'image/jpeg' | 'image/png' | 'image/webp'

/** An image whose type is what its bytes say, whatever else was said of it. Nothing of it was decoded. */
export interface Image {
  readonly type: ImageType
  /** Memory that nobody else shares, as `new Blob([bytes], { type })` wants it. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** What is given to be an image. */
export interface ImageBytes {
  readonly bytes: Uint8Array
}

/** The largest image that is read out of a stanza, in bytes; of a larger one nothing is kept. */
export const imageLimitBytes = 524_288

/** Reads an image from base64 with white space anywhere; `undefined` if it is none, of no kind that is known, or too large. */
export function parseImage(text: string): Image | undefined {
  const packed = text.replace(/[ \t\r\n]+/g, '')
  if (packed.length > Math.ceil(imageLimitBytes / 3) * 4) return undefined
  const bytes = decodeBase64(packed)
  return bytes === undefined || bytes.length > imageLimitBytes ? undefined : toImage(bytes)
}

/** Bytes as an image; `undefined` for a kind that is not known. */
export function toImage(bytes: Uint8Array<ArrayBuffer>): Image | undefined {
  const type = sniffImageType(bytes)
  return type === undefined ? undefined : { type, bytes }
}

/** Writes an image in base64. */
export const toImageText = ({ bytes }: ImageBytes): string => encodeBase64(bytes)

/** Tells an image by its first bytes; `undefined` for a kind that is not known. */
export function sniffImageType(bytes: Uint8Array): ImageType | undefined {
  const has = (text: string, at = 0) =>
    Array.from(text).every((character, index) => bytes[at + index] === character.charCodeAt(0))
  if (has('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (has('\xff\xd8\xff')) return 'image/jpeg'
  if (has('GIF87a') || has('GIF89a')) return 'image/gif'
  return has('RIFF') && has('WEBP', 8) ? 'image/webp' : undefined
}
