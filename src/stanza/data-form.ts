import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** Something to be filled in, its answer, a refusal to answer, or a report. @see XEP-0004 §3.1 */
export type DataFormType = 'cancel' | 'form' | 'result' | 'submit'

/** @see XEP-0004 §3.3 */
export type DataFieldType =
  | 'boolean'
  | 'fixed'
  | 'hidden'
  | 'jid-multi'
  | 'jid-single'
  | 'list-multi'
  | 'list-single'
  | 'text-multi'
  | 'text-private'
  | 'text-single'

/** One of the values to choose from. */
export interface DataFieldOption {
  /** For people; `undefined` where the value says it. */
  readonly label: string | undefined
  readonly value: string
}

/** One question of a form, or one answer. @see XEP-0004 §3.2 */
export interface DataField {
  /** What it is called in answers; `undefined` only for text between the questions, which is `fixed`. */
  readonly name: string | undefined
  /** `undefined` where it is not said, as in answers; a type that nobody knows is `text-single`. */
  readonly type: DataFieldType | undefined
  /** For people. */
  readonly label: string | undefined
  /** More than fits the label, for people. */
  readonly description: string | undefined
  /** It has to be answered. */
  readonly isRequired: boolean
  /** The default in a form, else what was given; several lines of a text, or several choices. */
  readonly values: readonly string[]
  /** What to choose from, in a `list-single` or `list-multi`. */
  readonly options: readonly DataFieldOption[]
  /** Every other child, such as a picture (XEP-0221) or a rule for the value (XEP-0122). */
  readonly payloads: readonly XmlElement[]
}

/** A form. @see XEP-0004 §3 */
export interface DataForm {
  readonly type: DataFormType
  /** For people. */
  readonly title: string | undefined
  /** Paragraphs. */
  readonly instructions: readonly string[]
  readonly fields: readonly DataField[]
  /** In a report of many: the columns. @see XEP-0004 §3.4 */
  readonly reported: readonly DataField[]
  /** In a report of many: the rows. */
  readonly items: readonly (readonly DataField[])[]
}

/** A field as the application gives it. */
export type DataFieldInput = Partial<DataField>

/** A form as the application gives it; one that was received can be given as it is. */
export interface DataFormInput extends Pick<DataForm, 'type'> {
  readonly title?: string | undefined
  readonly instructions?: readonly string[] | undefined
  readonly fields?: readonly DataFieldInput[] | undefined
  readonly reported?: readonly DataFieldInput[] | undefined
  readonly items?: readonly (readonly DataFieldInput[])[] | undefined
}

/** Reads a form; `undefined` if the element is none. */
export function parseDataForm(element: XmlElement): DataForm | undefined {
  const type = formTypes.find((known) => known === element.attribute('type'))
  if (!element.is('x', ns.dataForm) || type === undefined) return undefined
  const reported = element.child('reported')
  return {
    type,
    title: element.child('title')?.text(),
    instructions: element.elements('instructions').map((paragraph) => paragraph.text()),
    fields: readFields(element),
    reported: reported === undefined ? [] : readFields(reported),
    items: element.elements('item').map(readFields),
  }
}

/** What a form is about, as its hidden field `FORM_TYPE` says. @see XEP-0068 §3 */
export function formTypeOf({ fields }: Pick<DataForm, 'fields'>): string | undefined {
  return fields.find(({ name }) => name === formTypeField)?.values[0]
}

/** Writes a form. */
export function toDataFormElement(form: DataFormInput): XmlElement {
  const { type, title, instructions = [], fields = [], reported = [], items = [] } = form
  return xml(
    'x',
    ns.dataForm,
    { type },
    toTextElement('title', title),
    ...instructions.map((paragraph) => toTextElement('instructions', paragraph)),
    ...fields.map(toFieldElement),
    reported.length === 0 ? undefined : xml('reported', ns.dataForm, {}, ...reported.map(toFieldElement)),
    ...items.map((row) => xml('item', ns.dataForm, {}, ...row.map(toFieldElement))),
  )
}

/** The field that says what a form is about. @see XEP-0068 §3 */
export const toFormTypeField = (formType: string): DataFieldInput => ({
  name: formTypeField,
  type: 'hidden',
  values: [formType],
})

const formTypeField = 'FORM_TYPE'
const formTypes: readonly DataFormType[] = ['cancel', 'form', 'result', 'submit']
const fieldTypes: readonly DataFieldType[] = [
  'boolean',
  'fixed',
  'hidden',
  'jid-multi',
  'jid-single',
  'list-multi',
  'list-single',
  'text-multi',
  'text-private',
  'text-single',
]

function readFields(parent: XmlElement): readonly DataField[] {
  return parent.elements('field').map(readField)
}

function readField(element: XmlElement): DataField {
  const values: string[] = []
  const options: DataFieldOption[] = []
  const payloads: XmlElement[] = []
  let description: string | undefined
  let isRequired = false
  for (const child of element.elements()) {
    const option = child.is('option', ns.dataForm) ? child.child('value')?.text() : undefined
    if (child.is('value', ns.dataForm)) values.push(child.text())
    else if (option !== undefined) options.push({ label: child.attribute('label'), value: option })
    else if (child.is('desc', ns.dataForm)) description ??= child.text()
    else if (child.is('required', ns.dataForm)) isRequired = true
    else payloads.push(child)
  }
  return {
    name: element.attribute('var'),
    type: readFieldType(element.attribute('type')),
    label: element.attribute('label'),
    description,
    isRequired,
    values,
    options,
    payloads,
  }
}

function readFieldType(type: string | undefined): DataFieldType | undefined {
  return type === undefined ? undefined : (fieldTypes.find((known) => known === type) ?? 'text-single')
}

function toFieldElement(field: DataFieldInput): XmlElement {
  const { name, type, label, description, isRequired = false, values = [], options = [] } = field
  return xml(
    'field',
    ns.dataForm,
    { var: name, type, label },
    toTextElement('desc', description),
    isRequired ? xml('required', ns.dataForm) : undefined,
    ...values.map((value) => toTextElement('value', value)),
    ...options.map((option) =>
      xml('option', ns.dataForm, { label: option.label }, toTextElement('value', option.value)),
    ),
    ...(field.payloads ?? []),
  )
}

function toTextElement(name: string, text: string | undefined): XmlElement | undefined {
  if (text === undefined) return undefined
  return text === '' ? xml(name, ns.dataForm) : xml(name, ns.dataForm, {}, text)
}
