import { XmlElement, type XmlNode } from '../xml/element.js'
import { sniffImageType, type Image, type ImageBytes, type ImageType } from './image.js'
import type {
  Organization,
  PersonName,
  PostalAddress,
  VCard,
  VCardChanges,
  VCardEmail,
  VCardPhone,
} from './vcard.js'

/** How one format writes one property of a card. */
export interface Property<Value, Given = Value> {
  /** Names of its elements; new ones have the first. */
  readonly names: readonly string[]
  /** `undefined` for an element that says nothing, or nothing that can be read. */
  readonly read: (element: XmlElement) => Value | undefined
  /** What else is in the element that it replaces stays in it. */
  readonly write: (value: Given, before?: XmlElement) => XmlElement
}

/** What a photo is by its bytes; throws RangeError for no image, or one of no kind that is known. */
export function photoTypeOf({ bytes }: ImageBytes): ImageType {
  const type = sniffImageType(bytes)
  if (type === undefined) throw new RangeError('a photo is a PNG, a JPEG, a GIF or a WebP')
  return type
}

type Readable<Value> = Pick<Property<Value>, 'names' | 'read'>

/** Everything that a format can say and we can read. */
export interface VCardFormat {
  readonly fullName: Property<string>
  readonly name: Property<PersonName>
  readonly nicknames: Property<readonly string[]>
  readonly birthday: Property<string>
  readonly emails: Property<VCardEmail>
  readonly phones: Property<VCardPhone>
  readonly addresses: Property<PostalAddress>
  readonly organization: Property<Organization>
  readonly title: Property<string>
  readonly role: Property<string>
  readonly urls: Property<string>
  readonly jids: Property<string>
  readonly note: Property<string>
  readonly photo: Property<Image, ImageBytes>
}

/** Reads a card in a format. */
export function readVCard(card: XmlElement, format: VCardFormat): VCard {
  const all = <Value>(property: Readable<Value>) =>
    elementsOf(card, property).flatMap((element) => property.read(element) ?? [])
  const first = <Value>(property: Readable<Value>) => all(property)[0]
  return {
    fullName: first(format.fullName),
    name: first(format.name),
    nicknames: all(format.nicknames).flat(),
    birthday: first(format.birthday),
    emails: all(format.emails),
    phones: all(format.phones),
    addresses: all(format.addresses),
    organization: first(format.organization),
    title: first(format.title),
    role: first(format.role),
    urls: all(format.urls),
    jids: all(format.jids),
    note: first(format.note),
    photo: first(format.photo),
  }
}

/** The same card with other values: everything else that is in it stays, whoever has put it there. */
export function changeVCard(card: XmlElement, format: VCardFormat, changes: VCardChanges): XmlElement {
  let changed = card
  const set = <Value, Given>(property: Property<Value, Given>, value: Given | null | undefined) => {
    if (value !== undefined) changed = withValues(changed, property, value === null ? [] : [value], 'first')
  }
  const setAll = <Value>(property: Property<Value>, values: readonly Value[] | null | undefined) => {
    if (values !== undefined) changed = withValues(changed, property, values ?? [], 'all')
  }
  set(format.fullName, changes.fullName)
  set(format.name, changes.name)
  const { nicknames } = changes
  if (nicknames !== undefined) {
    const { nicknames: before } = readVCard(card, format)
    const isSame = nicknames !== null && JSON.stringify(nicknames) === JSON.stringify(before)
    if (!isSame) setAll(format.nicknames, nicknames === null || nicknames.length === 0 ? [] : [nicknames])
  }
  set(format.birthday, changes.birthday)
  setAll(format.emails, changes.emails)
  setAll(format.phones, changes.phones)
  setAll(format.addresses, changes.addresses)
  set(format.organization, changes.organization)
  set(format.title, changes.title)
  set(format.role, changes.role)
  setAll(format.urls, changes.urls)
  setAll(format.jids, changes.jids)
  set(format.note, changes.note)
  set(format.photo, changes.photo)
  return changed
}

const elementsOf = (card: XmlElement, { names }: Pick<Property<unknown>, 'names'>): readonly XmlElement[] =>
  names.flatMap((name) => card.elements(name))

/** Elements that say what is wanted already stay as they are; those that cannot be read do too. */
function withValues<Value, Given>(
  card: XmlElement,
  property: Property<Value, Given>,
  values: readonly Given[],
  which: 'all' | 'first',
): XmlElement {
  const keyOf = (element: XmlElement) => {
    const value = property.read(element)
    return value === undefined ? undefined : toKey(value)
  }
  const before = elementsOf(card, property).filter((element) => keyOf(element) !== undefined)
  const wanted = values
    .map((value) => property.write(value, which === 'first' ? before[0] : undefined))
    .filter((element) => keyOf(element) !== undefined)
  const isSame =
    which === 'first' && wanted.length > 0
      ? before[0] !== undefined && keyOf(before[0]) === wanted.map(keyOf)[0]
      : before.map(keyOf).join('\n') === wanted.map(keyOf).join('\n')
  if (isSame) return card
  const left = [...before]
  const placed = wanted.map((element) => {
    const index = left.findIndex((one) => keyOf(one) === keyOf(element))
    return left.splice(index, index === -1 ? 0 : 1)[0] ?? element
  })
  const children: XmlNode[] = []
  const [head] = before
  for (const child of card.children) {
    if (child === head) children.push(...placed)
    if (typeof child === 'string' || !before.includes(child)) children.push(child)
  }
  if (head === undefined) children.push(...placed)
  return withChildren(card, children)
}

/** Equal for equal values; blanks count as nothing. */
const toKey = (value: unknown): string =>
  JSON.stringify(value, (_name, part: unknown) =>
    part instanceof Uint8Array ? part.join() : Array.isArray(part) && part.length === 0 ? undefined : part,
  )

/** The same element with other children. */
export const withChildren = (
  { name, namespace, attributeNames: names, attributeValues: values }: XmlElement,
  children: readonly XmlNode[],
): XmlElement => new XmlElement(name, namespace, { names, values }, children)

/** Text without the space around it; `undefined` where nothing is left. */
export function textOf(element: XmlElement | undefined): string | undefined {
  const text = element?.text().trim()
  return text === '' ? undefined : text
}

/** Whether anything is said at all. */
export const saysSomething = (parts: object): boolean =>
  Object.values(parts).some((part) => (Array.isArray(part) ? part.length > 0 : part !== undefined))

/** What is in an element besides children of these names. */
export const besides = (element: XmlElement | undefined, names: readonly string[]): readonly XmlNode[] =>
  element?.children.filter((child) => typeof child !== 'string' && !names.includes(child.name)) ?? []
