import type { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { parseDataForm, type DataField, type DataForm } from './data-form.js'
import { compareOctets } from './octet-order.js'

/**
 * What a hash of XEP-0390 is made of; `undefined` for an answer that has none. No other answer has the same text: what ends a
 * part is no character of XML.
 * @param lang the language in effect, for identities that name none
 * @see XEP-0390 §3.1
 */
export function toHashInput(query: XmlElement, lang: string | undefined): string | undefined {
  const features: string[] = []
  const identities: string[] = []
  const forms: string[] = []
  const implied = query.attribute('lang', ns.xmlNamespace) ?? lang
  for (const child of query.elements()) {
    const form = child.is('x', ns.dataForm) ? parseDataForm(child) : undefined
    if (child.is('feature', ns.discoInfo)) features.push(ended(child.attribute('var')))
    else if (child.is('identity', ns.discoInfo)) identities.push(toIdentityText(child, implied))
    else if (form !== undefined && mayCount(form)) forms.push(toFormText(form))
    else return undefined
  }
  return [features, identities, forms].map((texts) => `${joined(texts)}\x1C`).join('')
}

function toIdentityText(element: XmlElement, lang: string | undefined): string {
  const own = element.attribute('lang', ns.xmlNamespace) ?? lang
  const parts = [element.attribute('category'), element.attribute('type'), own, element.attribute('name')]
  return `${parts.map(ended).join('')}\x1E`
}

/** @see XEP-0390 §3.1, XEP-0068 §3 */
function mayCount({ fields, items, reported }: DataForm): boolean {
  const about = fields.filter(({ name }) => name === 'FORM_TYPE')
  const [formType] = about
  if (about.length !== 1 || formType?.type !== 'hidden' || formType.values.length !== 1) return false
  return items.length === 0 && reported.length === 0
}

const toFormText = ({ fields }: DataForm): string => `${joined(fields.map(toFieldText))}\x1D`

const toFieldText = ({ name, values }: DataField): string => `${ended(name)}${joined(values.map(ended))}\x1E`

const ended = (part = ''): string => `${part}\x1F`

const joined = (texts: readonly string[]): string => texts.toSorted(compareOctets).join('')
