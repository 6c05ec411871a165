import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { parseImage, toImageText } from './image.js'
import type { PersonName, PostalAddress, VCard, VCardChanges, VCardKinds } from './vcard.js'
import {
  besides,
  changeVCard,
  photoTypeOf,
  readVCard,
  saysSomething,
  textOf,
  type Property,
  type VCardFormat,
} from './vcard-properties.js'

/** A card that says nothing. */
export const emptyVCard4: XmlElement = xml('vcard', ns.vCard4)

/** Reads a card; `undefined` if the element is none. @see XEP-0292 §4, RFC 6351 */
export const parseVCard4 = (element: XmlElement): VCard | undefined =>
  element.is('vcard', ns.vCard4) ? readVCard(element, format) : undefined

/** Changes a card, and nothing in it that it was not told to. Throws RangeError for a photo that is no image. */
export const changeVCard4 = (card: XmlElement, changes: VCardChanges): XmlElement =>
  changeVCard(card, format, changes)

const make = (name: string, ...children: readonly (XmlElement | string | undefined)[]) =>
  xml(name, ns.vCard4, {}, ...children)
const part = (name: string, value: string | undefined) =>
  value === undefined ? undefined : make(name, value)
const partsOf = (element: XmlElement, name: string) =>
  element.elements(name).flatMap((each) => textOf(each) ?? [])

/** A property of one value; what else is known of the value before it does not hold for another. */
const single = (name: string, type: string): Property<string> => ({
  names: [name],
  read: (element) => textOf(element.child(type)),
  write: (value) => make(name, make(type, value)),
})

/** The preferred one is a kind here, as in vcard-temp. @see RFC 6350 §5.3, §5.6 */
function readKinds(element: XmlElement): VCardKinds {
  const parameters = element.child('parameters')
  const kinds = parameters?.elements('type').flatMap((type) => partsOf(type, 'text')) ?? []
  return [
    ...kinds.map((kind) => kind.toLowerCase()),
    ...(parameters?.child('pref') === undefined ? [] : ['pref']),
  ]
}

function toKinds(kinds: VCardKinds = []): XmlElement | undefined {
  if (kinds.length === 0) return undefined
  const types = kinds.filter((kind) => kind !== 'pref').map((kind) => make('text', kind))
  return make(
    'parameters',
    types.length === 0 ? undefined : make('type', ...types),
    kinds.includes('pref') ? make('pref', make('integer', '1')) : undefined,
  )
}

const nameParts = ['surname', 'given', 'additional', 'prefix', 'suffix']
const isDate = (text: string) => /^\d{4}-?\d\d-?\d\d$/.test(text)
const isDialable = (text: string) => /^\+?[\d().-]+$/.test(text)

const joined = (element: XmlElement, name: string) => {
  const texts = partsOf(element, name)
  return texts.length === 0 ? undefined : texts.join(',')
}

function after(scheme: string, text: string | undefined): string | undefined {
  if (text === undefined || !text.toLowerCase().startsWith(scheme)) return undefined
  const rest = text.slice(scheme.length)
  return rest === '' ? undefined : rest
}

/** How vCard 4 says it. @see RFC 6351 §5, RFC 6350 §6 */
const format: VCardFormat = {
  fullName: single('fn', 'text'),
  name: {
    names: ['n'],
    read: (element) => {
      const name: PersonName = {
        family: joined(element, 'surname'),
        given: joined(element, 'given'),
        middle: joined(element, 'additional'),
        prefix: joined(element, 'prefix'),
        suffix: joined(element, 'suffix'),
      }
      return saysSomething(name) ? name : undefined
    },
    write: ({ family, given, middle, prefix, suffix }, before) =>
      make(
        'n',
        ...[family, given, middle, prefix, suffix].flatMap((value, index) =>
          (value?.split(',') ?? []).map((one) => part(nameParts[index] ?? '', one.trim())),
        ),
        ...besides(before, nameParts),
      ),
  },
  nicknames: {
    names: ['nickname'],
    read: (element) => {
      const names = partsOf(element, 'text')
      return names.length === 0 ? undefined : names
    },
    write: (names) => make('nickname', ...names.map((name) => make('text', name))),
  },
  birthday: {
    names: ['bday'],
    read: (element) =>
      element.elements().flatMap((child) => (child.name === 'parameters' ? [] : (textOf(child) ?? [])))[0],
    write: (value) => make('bday', make(isDate(value) ? 'date' : 'text', value)),
  },
  emails: {
    names: ['email'],
    read: (element) => {
      const address = textOf(element.child('text'))
      return address === undefined ? undefined : { address, kinds: readKinds(element) }
    },
    write: ({ address, kinds }) => make('email', toKinds(kinds), make('text', address)),
  },
  phones: {
    names: ['tel'],
    read: (element) => {
      const uri = textOf(element.child('uri'))
      const number = textOf(element.child('text')) ?? after('tel:', uri) ?? uri
      return number === undefined ? undefined : { number, kinds: readKinds(element) }
    },
    write: ({ number, kinds }) =>
      make('tel', toKinds(kinds), isDialable(number) ? make('uri', `tel:${number}`) : make('text', number)),
  },
  addresses: {
    names: ['adr'],
    read: (element) => {
      const address: PostalAddress = {
        postBox: joined(element, 'pobox'),
        extended: joined(element, 'ext'),
        street: joined(element, 'street'),
        locality: joined(element, 'locality'),
        region: joined(element, 'region'),
        postalCode: joined(element, 'code'),
        country: joined(element, 'country'),
      }
      return saysSomething(address) ? { ...address, kinds: readKinds(element) } : undefined
    },
    write: (address) =>
      make(
        'adr',
        toKinds(address.kinds),
        part('pobox', address.postBox),
        part('ext', address.extended),
        part('street', address.street),
        part('locality', address.locality),
        part('region', address.region),
        part('code', address.postalCode),
        part('country', address.country),
      ),
  },
  organization: {
    names: ['org'],
    read: (element) => {
      const [name, ...others] = element.elements('text')
      const organization = { name: textOf(name), units: others.flatMap((unit) => textOf(unit) ?? []) }
      return saysSomething(organization) ? organization : undefined
    },
    write: ({ name = '', units = [] }, before) =>
      make('org', ...[name, ...units].map((value) => make('text', value)), ...besides(before, ['text'])),
  },
  title: single('title', 'text'),
  role: single('role', 'text'),
  urls: single('url', 'uri'),
  jids: {
    names: ['impp'],
    read: (element) => after('xmpp:', textOf(element.child('uri'))),
    write: (value) => make('impp', make('uri', `xmpp:${value}`)),
  },
  note: single('note', 'text'),
  photo: {
    names: ['photo'],
    read: (element) => {
      const uri = textOf(element.child('uri')) ?? ''
      const comma = uri.indexOf(',')
      return /^data:[^,]*;base64$/i.test(uri.slice(0, Math.max(0, comma)))
        ? parseImage(uri.slice(comma + 1))
        : undefined
    },
    write: (image) => make('photo', make('uri', `data:${photoTypeOf(image)};base64,${toImageText(image)}`)),
  },
}
