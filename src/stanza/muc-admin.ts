import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { parseDataForm, toDataFormElement, type DataForm, type DataFormInput } from './data-form.js'
import {
  readDestruction,
  readRoomItem,
  toDestructionElement,
  toRoomItemElement,
  type RoomDestruction,
  type RoomDestructionInput,
  type RoomItem,
  type RoomItemInput,
} from './muc.js'

/** The name of the form by which owners say how a room is to be. @see XEP-0045 §16.5.3 */
export const roomConfigurationForm = `${ns.room}#roomconfig`

/** What an owner wants: to see the configuration, to give it (a form of type `cancel` gives it up), or the end of the room. */
export type RoomOwnerRequest =
  | { readonly kind: 'ask' }
  | { readonly kind: 'configure'; readonly form: DataForm }
  | { readonly kind: 'destroy'; readonly destruction: RoomDestruction }

/**
 * Writes a question about a list of the room, an answer to it, or changes of roles and affiliations; throws `RangeError`
 * for an address that cannot be prepared. @see XEP-0045 §8, §9
 */
export function toRoomAdminElement(items: readonly RoomItemInput[]): XmlElement {
  return xml('query', ns.roomAdmin, {}, ...items.map((item) => toRoomItemElement(item, ns.roomAdmin)))
}

/** Reads the same; `undefined` if the element is none of it. */
export function parseRoomAdmin(element: XmlElement): readonly RoomItem[] | undefined {
  return element.is('query', ns.roomAdmin) ? element.elements('item').map(readRoomItem) : undefined
}

/**
 * Writes a configuration, the end of the room (`{}` will do), or, without content, the question for the form; throws
 * `RangeError` for an address that cannot be prepared. @see XEP-0045 §10
 */
export function toRoomOwnerElement(content?: DataFormInput | RoomDestructionInput): XmlElement {
  if (content === undefined) return xml('query', ns.roomOwner)
  return xml(
    'query',
    ns.roomOwner,
    {},
    'type' in content ? toDataFormElement(content) : toDestructionElement(content, ns.roomOwner),
  )
}

/** Reads what an owner wants, or the form that is the answer; `undefined` if the element is none of it. */
export function parseRoomOwner(element: XmlElement): RoomOwnerRequest | undefined {
  if (!element.is('query', ns.roomOwner)) return undefined
  const [content] = element.elements()
  if (content === undefined) return { kind: 'ask' }
  if (content.is('destroy', ns.roomOwner)) {
    return { kind: 'destroy', destruction: readDestruction(content) }
  }
  const form = parseDataForm(content)
  return form === undefined ? undefined : { kind: 'configure', form }
}
