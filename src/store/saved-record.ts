import { StoreError } from '../errors.js'
import type { Change, SavedSession } from './saved.js'
import type { Json, StoredRecord } from './store.js'

/** The version of everything that is stored. */
export const savedVersion = 1

/** Changes that one record may hold. */
export const changeLimit = 1_000_000

/** A record of the store: one turn, or everything up to one. */
export interface SavedRecord {
  /** Which it is, of its kind. */
  readonly number: number
  /** The last turn that is in it. */
  readonly upTo: number
  /** When it was written, in milliseconds since 1970; for whoever looks into the store. */
  readonly moment: number
  readonly changes: readonly Change[]
}

export function toStored({ number, upTo, moment, changes }: SavedRecord): StoredRecord {
  return { version: savedVersion, number, upTo, moment, changes: changes.map(toJson) }
}

/**
 * Reads what a store gives back; `undefined` where it has nothing.
 * @throws StoreError `version` for what another version has written, `garbage` for anything else that cannot be read
 */
export function parseRecord(value: unknown, key: string): SavedRecord | undefined {
  const record = readVersioned(value, key)
  if (record === undefined) return undefined
  const number = read(record, 'number')
  const upTo = read(record, 'upTo')
  const moment = read(record, 'moment')
  const rows = read(record, 'changes')
  if (!isCount(number) || !isCount(upTo) || !isMoment(moment) || !Array.isArray(rows)) throw garbage(key)
  if (rows.length > changeLimit) throw garbage(key)
  const changes = rows.map((row: unknown) => {
    const change = parseChange(row)
    if (change === undefined) throw garbage(key)
    return change
  })
  return { number, upTo, moment, changes }
}

/** What is read, or nothing and one more that is `ignored`. */
export function unlessBroken<T>(
  ignored: StoreError[],
  parse: (value: unknown, key: string) => T | undefined,
  value: unknown,
  key: string,
): T | undefined {
  try {
    return parse(value, key)
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    ignored.push(error)
    return undefined
  }
}

/** An object of this version; throws like `parseRecord`. */
export function readVersioned(value: unknown, key: string): object | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'object') throw garbage(key)
  const version = read(value, 'version')
  if (version === savedVersion) return value
  if (!isCount(version)) throw garbage(key)
  throw new StoreError('version', `${key} was written by version ${version}, and this is ${savedVersion}`)
}

export function read(value: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(value, name)?.value
}

export const garbage = (key: string) => new StoreError('garbage', `what is stored as ${key} cannot be read`)

function parseChange(row: unknown): Change | undefined {
  const cells: readonly unknown[] = Array.isArray(row) ? row : []
  const [kind, one, two, three] = cells
  switch (kind) {
    case 'session':
      return parseSession(one)
    case 'handled':
      return isCount(one) ? ['handled', one] : undefined
    case 'sent':
      return isText(one) && isText(two) && isMoment(three) ? ['sent', one, two, three] : undefined
    case 'counted':
      return isText(one) && (isCount(two) || two === null) ? ['counted', one, two] : undefined
    case 'gone':
      return isText(one) ? ['gone', one] : undefined
    case 'seen':
      return isText(one) && Number.isInteger(two) ? ['seen', one, Number(two)] : undefined
    case 'roster':
      return isTextOrNull(one) ? ['roster', one] : undefined
    case 'contact':
      return isTextOrNull(one) && isText(two) && isTextOrNull(three)
        ? ['contact', one, two, three]
        : undefined
    case 'presence':
      return isText(one) && isTextOrNull(two) ? ['presence', one, two] : undefined
    case 'alone':
      return ['alone']
    case 'fact':
      return isText(one) && isJson(two) ? ['fact', one, two] : undefined
    case 'pinned':
      return ['pinned']
    default:
      return undefined
  }
}

function parseSession(value: unknown): Change | undefined {
  if (value === null) return ['session', null]
  if (typeof value !== 'object' || value === undefined) return undefined
  const previd = read(value, 'previd')
  const jid = read(value, 'jid')
  const maxMs = read(value, 'maxMs')
  const endpoint = read(value, 'endpoint')
  if (!isText(previd) || !isText(jid) || !isTextOrNull(endpoint) || !(isCount(maxMs) || maxMs === null)) {
    return undefined
  }
  return ['session', { previd, jid, maxMs, endpoint } satisfies SavedSession]
}

const toJson = (change: Change): Json =>
  change[0] === 'session' ? [change[0], change[1] && { ...change[1] }] : change

/** Of what a store gives back nothing but the depth is in doubt. */
function isJson(value: unknown, depth = 0): value is Json {
  if (value === null || ['boolean', 'number', 'string'].includes(typeof value)) return true
  if (typeof value !== 'object' || depth > deepest) return false
  return Object.values(value).every((inner) => isJson(inner, depth + 1))
}

const deepest = 32

const isText = (value: unknown): value is string => typeof value === 'string'
const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value)
/** Milliseconds that a `Date` can hold. */
const isMoment = (value: unknown): value is number => isCount(value) && value <= 8.64e15
const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
