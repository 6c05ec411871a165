import type { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { formTypeOf, parseDataForm, type DataField, type DataForm } from './data-form.js'
import { compareOctets } from './octet-order.js'
import { toVerificationText, type IdentityParts } from './verification-text.js'

/** What a hash of XEP-0115 is made of. */
export interface VerificationString {
  readonly text: string
  /**
   * Something else can be read out of the same text, so that the hash proves nothing to others: a part holds a mark that ends
   * one, or what looks like a form may be features.
   * @see XEP-0115 §8.3
   */
  readonly isAmbiguous: boolean
}

/**
 * The verification string of an answer about capabilities; `undefined` for one that is ill-formed.
 * @see XEP-0115 §5.1, §5.4
 */
export function toVerificationString(query: XmlElement): VerificationString | undefined {
  const identities = query.elements('identity').map(readIdentity)
  const features = query.elements('feature').map((feature) => feature.attribute('var') ?? '')
  const forms = readForms(query)
  const about = forms.map(formTypeOf)
  if (
    hasTwice(identities.map((parts) => parts.join('/'))) ||
    hasTwice(features) ||
    forms.some(contradictsItself)
  )
    return undefined
  if (hasTwice(about.filter((formType) => formType !== undefined))) return undefined
  const counted = forms.filter(hasHiddenFormType).toSorted(byFormType)
  const formParts = counted.flatMap(toParts)
  const parts = [...identities.flat(), ...features, ...formParts]
  return {
    text: toVerificationText(identities, features, formParts),
    isAmbiguous:
      identities.length === 0 ||
      identities.some(isAmbiguousIdentity) ||
      parts.some((part) => part.includes('<')) ||
      counted.some((form) => !knownFormTypes.has(formTypeOf(form) ?? '')),
  }
}

/** Forms that no feature is called like: others may be features in disguise. */
const knownFormTypes: ReadonlySet<string> = new Set([
  'http://jabber.org/network/serverinfo',
  'urn:xmpp:dataforms:softwareinfo',
])

function readIdentity(element: XmlElement): IdentityParts {
  const attribute = (name: string, namespace?: string) => element.attribute(name, namespace) ?? ''
  return [attribute('category'), attribute('type'), attribute('lang', ns.xmlNamespace), attribute('name')]
}

const isAmbiguousIdentity = ([category, type, lang]: IdentityParts): boolean =>
  category === '' || type === '' || [category, type, lang].some((part) => part.includes('/'))

const readForms = (query: XmlElement): readonly DataForm[] =>
  query.elements('x', ns.dataForm).flatMap((element) => parseDataForm(element) ?? [])

const formTypeFields = ({ fields }: DataForm): readonly DataField[] =>
  fields.filter(({ name }) => name === 'FORM_TYPE')

const contradictsItself = (form: DataForm): boolean =>
  new Set(formTypeFields(form).flatMap(({ values }) => values)).size > 1

/** Whether the form is part of the hash of XEP-0115: others are left out. @see XEP-0115 §5.4 */
export const hasHiddenFormType = (form: DataForm): boolean =>
  formTypeOf(form) !== undefined && formTypeFields(form)[0]?.type === 'hidden'

const byFormType = (one: DataForm, other: DataForm): number =>
  compareOctets(formTypeOf(one) ?? '', formTypeOf(other) ?? '')

function toParts(form: DataForm): readonly string[] {
  const fields = form.fields.filter(({ name }) => name !== 'FORM_TYPE')
  const sorted = fields.toSorted((one, other) => compareOctets(one.name ?? '', other.name ?? ''))
  const answers = sorted.flatMap(({ name = '', values }) => [name, ...values.toSorted(compareOctets)])
  return [formTypeOf(form) ?? '', ...answers]
}

const hasTwice = (texts: readonly string[]): boolean => new Set(texts).size < texts.length
