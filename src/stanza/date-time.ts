import { toMoment, toText } from '../calendar.js'

const dateTime = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d+))?(?:Z|([+-])(0\d|1[0-4]):([0-5]\d))$/
const legacyDateTime = /^(\d{4})(\d{2})(\d{2}T\d{2}:\d{2}:\d{2})$/

/** Reads a moment, as milliseconds since 1970 began in UTC; `undefined` if it is none. @see XEP-0082 §3.2 */
export function parseDateTime(text: string): number | undefined {
  const match = dateTime.exec(text)
  if (match === null) return undefined
  const [, local = '', fraction = '', sign, hours = '0', minutes = '0'] = match
  const moment = toMoment(local)
  if (moment === undefined) return undefined
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000
  return moment + Number(fraction.slice(0, 3).padEnd(3, '0')) - (sign === '-' ? -offsetMs : offsetMs)
}

/** Reads a moment in the form before XEP-0082, always UTC. @see XEP-0091 */
export function parseLegacyDateTime(text: string): number | undefined {
  return legacyDateTime.test(text) ? toMoment(text.replace(legacyDateTime, '$1-$2-$3')) : undefined
}

/**
 * Writes a moment in UTC, given as milliseconds since 1970 began; throws `RangeError` outside the years 0 to 9999.
 * @see XEP-0082 §3.2
 */
export function toDateTime(moment: number): string {
  return toText(moment).replace('.000Z', 'Z')
}
