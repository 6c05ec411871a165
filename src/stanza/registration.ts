import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import {
  formTypeOf,
  parseDataForm,
  toDataFormElement,
  toFormTypeField,
  type DataField,
  type DataForm,
} from './data-form.js'
import { findOutOfBandUrl } from './out-of-band.js'

/** What a server wants to know before it makes an account, and what it says for people. */
export interface RegistrationQuery {
  readonly instructions: string | undefined
  /** The questions; in a data form where `isDataForm`, else one element each. */
  readonly fields: readonly DataField[]
  readonly isDataForm: boolean
  /** The account exists already, and this is its name. */
  readonly isRegistered: boolean
  /** Accounts are made on the web too, or there alone. */
  readonly url: string | undefined
}

/** What the server asks the app; its name and password are the client’s, and asked of nobody. */
export interface RegistrationForm {
  /** For people. */
  readonly instructions: string | undefined
  /** The questions; answers go by their names. */
  readonly fields: readonly DataField[]
  /** Where the same can be done on the web. */
  readonly url: string | undefined
}

/** What is answered: a text, a choice, several of them, or yes or no; by the name of the field. */
export type RegistrationAnswers = Readonly<Record<string, string | boolean | readonly string[]>>

/** Asks what the server wants to know. @see XEP-0077 §3.1 */
export const toRegistrationRequest = (): XmlElement => xml('query', ns.register)

/** Reads what it wants to know; `undefined` if the element does not say. A data form counts for more than elements. */
export function parseRegistration(element: XmlElement): RegistrationQuery | undefined {
  if (!element.is('query', ns.register)) return undefined
  const form = element.elements('x', ns.dataForm).map(parseDataForm).find(isForm)
  const instructions = element.child('instructions')?.text().trim()
  return {
    instructions: form?.instructions.join('\n') || form?.title || instructions || undefined,
    fields: form?.fields ?? element.elements().flatMap(toField),
    isDataForm: form !== undefined,
    isRegistered: element.child('registered') !== undefined,
    url: findOutOfBandUrl(element),
  }
}

const isForm = (form: DataForm | undefined) => form?.type === 'form'

/** A question that is an element is answered by whoever gets it. @see XEP-0077 §14.1 */
function toField(element: XmlElement): readonly DataField[] {
  const { name, namespace } = element
  if (namespace !== ns.register || notes.has(name)) return []
  const text = element.text()
  const type = name === 'password' ? 'text-private' : name === 'key' ? 'hidden' : 'text-single'
  const values = text === '' ? [] : [text]
  const unsaid = { label: undefined, description: undefined, options: [], payloads: [] }
  return [{ name, type, values, isRequired: true, ...unsaid }]
}

const notes: ReadonlySet<string> = new Set(['instructions', 'registered', 'remove'])

/** Answers the questions, in the form in which they were asked. @see XEP-0077 §3.1, §5 */
export function toRegistrationElement(
  { fields, isDataForm }: Pick<RegistrationQuery, 'fields' | 'isDataForm'>,
  answers: RegistrationAnswers,
): XmlElement {
  const given = fields.flatMap((field) => {
    const { name, type } = field
    const values = toValues(field, answers)
    return name === undefined || values.length === 0 ? [] : [{ name, type, values }]
  })
  if (!isDataForm) {
    return xml(
      'query',
      ns.register,
      {},
      ...given.map(({ name, values }) => xml(name, ns.register, {}, values.join('\n'))),
    )
  }
  const formType = formTypeOf({ fields }) ?? ns.register
  const others = given.filter(({ values: [value], name }) => name !== 'FORM_TYPE' || value !== formType)
  const form = toDataFormElement({ type: 'submit', fields: [toFormTypeField(formType), ...others] })
  return xml('query', ns.register, {}, form)
}

/** What is answered to a question, or what it has answered itself. */
export function toValues({ name, values }: DataField, answers: RegistrationAnswers): readonly string[] {
  const answer = name !== undefined && Object.hasOwn(answers, name) ? answers[name] : undefined
  if (answer === undefined) return values
  if (typeof answer === 'boolean') return [answer ? '1' : '0']
  return typeof answer === 'string' ? [answer] : answer
}

/** Asks for another password. @see XEP-0077 §3.3 */
export function toPasswordChangeElement(username: string, password: string): XmlElement {
  return xml(
    'query',
    ns.register,
    {},
    xml('username', ns.register, {}, username),
    xml('password', ns.register, {}, password),
  )
}
