import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import type { PersonName, PostalAddress, VCard, VCardChanges, VCardKinds } from './vcard.js'
import { parsePhoto, toPhotoElement } from './vcard-photo.js'
import {
  besides,
  changeVCard,
  readVCard,
  saysSomething,
  textOf,
  type Property,
  type VCardFormat,
} from './vcard-properties.js'

/** Reads a card; `undefined` if the element is none. @see XEP-0054 */
export const parseVCardTemp = (element: XmlElement): VCard | undefined =>
  element.is('vCard', ns.vCardTemp) ? readVCard(element, format) : undefined

/** Changes a card, and nothing in it that it was not told to. Throws RangeError for a photo that is no image. */
export const changeVCardTemp = (card: XmlElement, changes: VCardChanges): XmlElement =>
  changeVCard(card, format, changes)

const make = (name: string, ...children: readonly (XmlElement | string | undefined)[]) =>
  xml(name, ns.vCardTemp, {}, ...children)
const part = (name: string, value: string | undefined) =>
  value === undefined ? undefined : make(name, value)

const text = (...names: readonly string[]): Property<string> => ({
  names,
  read: textOf,
  write: (value, before) => make(before?.name ?? names[0] ?? '', value),
})

const nameParts = { family: 'FAMILY', given: 'GIVEN', middle: 'MIDDLE', prefix: 'PREFIX', suffix: 'SUFFIX' }
const addressParts = {
  postBox: 'POBOX',
  extended: 'EXTADD',
  street: 'STREET',
  locality: 'LOCALITY',
  region: 'REGION',
  postalCode: 'PCODE',
  country: 'CTRY',
}
const addressNames = Object.values(addressParts)

/** What something is for is said by empty elements. */
const readKinds = (element: XmlElement, others: readonly string[]): VCardKinds =>
  element.elements().flatMap(({ name, namespace, children }) => {
    const isKind = namespace === ns.vCardTemp && children.length === 0 && !others.includes(name)
    return isKind ? [name.toLowerCase()] : []
  })
const toKinds = (kinds: VCardKinds = []) => kinds.map((kind) => make(kind.toUpperCase()))

/** How vcard-temp says it. @see XEP-0054 §7 */
const format: VCardFormat = {
  fullName: text('FN'),
  name: {
    names: ['N'],
    read: (element) => {
      const at = (key: keyof typeof nameParts) => textOf(element.child(nameParts[key]))
      const name: PersonName = {
        family: at('family'),
        given: at('given'),
        middle: at('middle'),
        prefix: at('prefix'),
        suffix: at('suffix'),
      }
      return saysSomething(name) ? name : undefined
    },
    write: ({ family, given, middle, prefix, suffix }, before) =>
      make(
        'N',
        part('FAMILY', family),
        part('GIVEN', given),
        part('MIDDLE', middle),
        part('PREFIX', prefix),
        part('SUFFIX', suffix),
        ...besides(before, Object.values(nameParts)),
      ),
  },
  nicknames: {
    names: ['NICKNAME'],
    read: (element) => {
      const names = element
        .text()
        .split(',')
        .map((name) => name.trim())
      return names.some((name) => name !== '') ? names.filter((name) => name !== '') : undefined
    },
    write: (names) => make('NICKNAME', names.join(',')),
  },
  birthday: text('BDAY'),
  emails: {
    names: ['EMAIL'],
    read: (element) => {
      // Some write the address without an element around it, against XEP-0054 §7.
      const address = textOf(element.child('USERID')) ?? textOf(element)
      return address === undefined ? undefined : { address, kinds: readKinds(element, ['USERID']) }
    },
    write: ({ address, kinds }) => make('EMAIL', ...toKinds(kinds), make('USERID', address)),
  },
  phones: {
    names: ['TEL'],
    read: (element) => {
      const number = textOf(element.child('NUMBER')) ?? textOf(element)
      return number === undefined ? undefined : { number, kinds: readKinds(element, ['NUMBER']) }
    },
    write: ({ number, kinds }) => make('TEL', ...toKinds(kinds), make('NUMBER', number)),
  },
  addresses: {
    names: ['ADR'],
    read: (element) => {
      const at = (key: keyof typeof addressParts) => textOf(element.child(addressParts[key]))
      const address: PostalAddress = {
        postBox: at('postBox'),
        extended: at('extended'),
        street: at('street'),
        locality: at('locality'),
        region: at('region'),
        postalCode: at('postalCode'),
        country: at('country'),
      }
      return saysSomething(address) ? { ...address, kinds: readKinds(element, addressNames) } : undefined
    },
    write: (address) =>
      make(
        'ADR',
        ...toKinds(address.kinds),
        part('POBOX', address.postBox),
        part('EXTADD', address.extended),
        part('STREET', address.street),
        part('LOCALITY', address.locality),
        part('REGION', address.region),
        part('PCODE', address.postalCode),
        part('CTRY', address.country),
      ),
  },
  organization: {
    names: ['ORG'],
    read: (element) => {
      const units = element.elements('ORGUNIT').flatMap((unit) => textOf(unit) ?? [])
      const organization = { name: textOf(element.child('ORGNAME')), units }
      return saysSomething(organization) ? organization : undefined
    },
    write: ({ name, units = [] }, before) =>
      make(
        'ORG',
        part('ORGNAME', name),
        ...units.map((unit) => make('ORGUNIT', unit)),
        ...besides(before, ['ORGNAME', 'ORGUNIT']),
      ),
  },
  title: text('TITLE'),
  role: text('ROLE'),
  urls: text('URL'),
  jids: text('JABBERID'),
  note: text('DESC', 'NOTE'),
  photo: { names: ['PHOTO'], read: parsePhoto, write: toPhotoElement },
}
