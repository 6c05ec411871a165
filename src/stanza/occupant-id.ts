import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** No room gives a longer one. @see XEP-0421 §4.1 */
const longestId = 128

/**
 * What a room calls whoever speaks, under whatever nickname; `undefined` where it says nothing, or two things. Where it gives no
 * such names anybody can write one: see XEP-0421 §4 for when to believe it.
 */
export function findOccupantId(payloads: readonly XmlElement[]): string | undefined {
  const [given, another] = payloads.filter((payload) => payload.is('occupant-id', ns.occupantId))
  const id = given?.attribute('id') ?? ''
  return another !== undefined || id === '' || id.length > longestId ? undefined : id
}

/** Writes what a room calls somebody. */
export const toOccupantIdElement = (id: string): XmlElement => xml('occupant-id', ns.occupantId, { id })
