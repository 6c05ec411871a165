import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/**
 * The web address that comes beside a payload; `undefined` for anything but `http:` and `https:`, which is nothing to open.
 * @see XEP-0066 §3
 */
export function findOutOfBandUrl(parent: XmlElement): string | undefined {
  const url = parent.child('x', ns.outOfBand)?.child('url')?.text().trim()
  return url !== undefined && isWebUrl(url) ? url : undefined
}

/** Whether it is an address that a browser may be sent to. */
export const isWebUrl = (text: string): boolean => /^https?:\/\/[^\s\p{Cc}]+$/iu.test(text)

/** Writes a web address. */
export function toOutOfBandElement(url: string): XmlElement {
  return xml('x', ns.outOfBand, {}, xml('url', ns.outOfBand, {}, url))
}
