import type { DataFieldInput, DataForm, DataFormInput } from '../../stanza/data-form.js'
import { formTypeOf, toFormTypeField } from '../../stanza/data-form.js'
import { roomConfigurationForm } from '../../stanza/muc-admin.js'

/** What the owners of a room decide. */
export interface RoomConfiguration {
  readonly name: string
  readonly description: string
  /** Outlives its last occupant. */
  readonly isPersistent: boolean
  /** Is listed. */
  readonly isPublic: boolean
  readonly isMembersOnly: boolean
  readonly isModerated: boolean
  /** `undefined`: none is needed. */
  readonly password: string | undefined
  readonly maySetSubject: 'moderators' | 'participants'
  /** Who sees the addresses behind the nicknames. */
  readonly whois: 'anyone' | 'moderators'
  readonly maxOccupants: number
}

/** Of a room that has just been made. */
export const toFirstConfiguration = (maxOccupants: number): RoomConfiguration => ({
  name: '',
  description: '',
  isPersistent: false,
  isPublic: true,
  isMembersOnly: false,
  isModerated: false,
  password: undefined,
  maySetSubject: 'moderators',
  whois: 'moderators',
  maxOccupants,
})

/** The form in which it is shown to owners, and given by them. @see XEP-0045 §10.2, §16.5.3 */
export function toConfigurationForm(configuration: RoomConfiguration, limit: number): DataFormInput {
  const { name, description, maxOccupants, password, maySetSubject, whois } = configuration
  const numbers = [10, 20, 50, 100, limit, maxOccupants].filter((number) => number <= limit)
  const choices = [...new Set(numbers)].toSorted((one, other) => one - other).map(String)
  return {
    type: 'form',
    title: 'Configuration of the room',
    fields: [
      toFormTypeField(roomConfigurationForm),
      text('roomname', 'Name', name),
      text('roomdesc', 'Description', description),
      yesOrNo('persistentroom', 'Outlives its last occupant', configuration.isPersistent),
      yesOrNo('publicroom', 'Is listed', configuration.isPublic),
      yesOrNo('membersonly', 'Lets only members enter', configuration.isMembersOnly),
      yesOrNo('moderatedroom', 'Lets only those speak who have voice', configuration.isModerated),
      yesOrNo('passwordprotectedroom', 'Asks for a password', password !== undefined),
      { ...text('roomsecret', 'Password', password ?? ''), type: 'text-private' },
      yesOrNo('changesubject', 'Lets occupants change the subject', maySetSubject === 'participants'),
      choice('whois', 'Who sees the addresses of occupants', whois, ['moderators', 'anyone']),
      choice('maxusers', 'Occupants at most', String(maxOccupants), choices),
    ],
  }
}

const text = (name: string, label: string, value: string): DataFieldInput => ({
  name: `muc#roomconfig_${name}`,
  type: 'text-single',
  label,
  values: [value],
})

const yesOrNo = (name: string, label: string, value: boolean): DataFieldInput => ({
  ...text(name, label, value ? '1' : '0'),
  type: 'boolean',
})

const choice = (name: string, label: string, value: string, all: readonly string[]): DataFieldInput => ({
  ...text(name, label, value),
  type: 'list-single',
  options: all.map((option) => ({ label: undefined, value: option })),
})

/**
 * The configuration that a form asks for: what it does not say stays as it is; `undefined` where it says what cannot be.
 * @see XEP-0045 §10.1.3
 */
export function configured(
  before: RoomConfiguration,
  form: DataForm,
  limits: { readonly roomOccupants: number; readonly roomTextUnits: number },
): RoomConfiguration | undefined {
  const type = formTypeOf(form)
  if (form.type !== 'submit' || (type !== undefined && type !== roomConfigurationForm)) return undefined
  const said = new Map(form.fields.map(({ name, values }) => [name, values[0]] as const))
  const of = (name: string) => said.get(`muc#roomconfig_${name}`)
  if (!flags.every((name) => isBoolean(of(name) ?? '0'))) return undefined
  const isSet = (name: (typeof flags)[number], otherwise: boolean) => {
    const flag = of(name)
    return flag === undefined ? otherwise : flag === '1' || flag === 'true'
  }
  const [name, description] = [of('roomname') ?? before.name, of('roomdesc') ?? before.description]
  const password = of('roomsecret') ?? before.password ?? ''
  const isProtected = isSet('passwordprotectedroom', password !== '')
  const whois = of('whois') ?? before.whois
  const maxOccupants = readMaximum(of('maxusers'), before.maxOccupants, limits.roomOccupants)
  if (whois !== 'anyone' && whois !== 'moderators') return undefined
  if (maxOccupants === undefined || (isProtected && password === '')) return undefined
  if ([name, description, password].some(({ length }) => length > limits.roomTextUnits)) return undefined
  return {
    name,
    description,
    isPersistent: isSet('persistentroom', before.isPersistent),
    isPublic: isSet('publicroom', before.isPublic),
    isMembersOnly: isSet('membersonly', before.isMembersOnly),
    isModerated: isSet('moderatedroom', before.isModerated),
    password: isProtected ? password : undefined,
    maySetSubject: isSet('changesubject', before.maySetSubject === 'participants')
      ? 'participants'
      : 'moderators',
    whois,
    maxOccupants,
  }
}

const flags = [
  'changesubject',
  'membersonly',
  'moderatedroom',
  'passwordprotectedroom',
  'persistentroom',
  'publicroom',
] as const

const isBoolean = (text: string): boolean => /^(?:0|1|false|true)$/.test(text)

function readMaximum(text: string | undefined, otherwise: number, limit: number): number | undefined {
  if (text === undefined) return otherwise
  if (text === 'none' || text === '') return limit
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0
  return number >= 1 && number <= limit ? number : undefined
}

/** What occupants must be told of a change; nothing where nothing has changed. @see XEP-0045 §10.2.1 */
export function statusesOf(before: RoomConfiguration, after: RoomConfiguration): readonly number[] {
  const { whois } = after
  const isOtherwise = JSON.stringify({ ...before, whois }) !== JSON.stringify(after)
  const privacy = before.whois === whois ? [] : [whois === 'anyone' ? 172 : 173]
  return isOtherwise ? [104, ...privacy] : privacy
}
