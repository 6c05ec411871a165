const dayMs = 86_400_000
const dateTime =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:Z|([+-])(0\d|1[0-4]):([0-5]\d))$/
const legacyDateTime = /^(\d{4})(\d{2})(\d{2})T(\d{2}):(\d{2}):(\d{2})$/

/** Reads a moment, as milliseconds since 1970 began in UTC; `undefined` if it is none. @see XEP-0082 §3.2 */
export function parseDateTime(text: string): number | undefined {
  const match = dateTime.exec(text)
  if (match === null) return undefined
  const [, , , , , , , fraction = '', sign, hours = '0', minutes = '0'] = match
  const moment = toMoment(match)
  if (moment === undefined) return undefined
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000
  return moment + Number(fraction.slice(0, 3).padEnd(3, '0')) - (sign === '-' ? -offsetMs : offsetMs)
}

/** Reads a moment in the form before XEP-0082, always UTC. @see XEP-0091 */
export function parseLegacyDateTime(text: string): number | undefined {
  const match = legacyDateTime.exec(text)
  return match === null ? undefined : toMoment(match)
}

function toMoment(match: RegExpExecArray): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined
  const days = daysBefore(year, month) + day - 1
  if (days >= daysBefore(year, month + 1)) return undefined
  return days * dayMs + ((hour * 60 + minute) * 60 + second) * 1000
}

/**
 * Days from 1970 to the first of a month, of which the thirteenth is the next January. They are counted in years that begin with
 * March, so that the leap day comes last; 719 468 days lie between the first of March of the year 0 and 1970.
 */
function daysBefore(year: number, month: number): number {
  const shifted = month > 2 ? year : year - 1
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400)
  return shifted * 365 + leapDays + Math.floor((153 * ((month + 9) % 12) + 2) / 5) - 719_468
}

/**
 * Writes a moment in UTC, given as milliseconds since 1970 began; throws `RangeError` outside the years 0 to 9999.
 * @see XEP-0082 §3.2
 */
export function toDateTime(moment: number): string {
  const whole = Math.floor(moment)
  const days = Math.floor(whole / dayMs)
  if (!(days >= daysBefore(0, 1) && days < daysBefore(10_000, 1)))
    throw new RangeError('a moment must lie in the years 0 to 9999')
  let year = Math.floor(days / 365.2425) + 1971
  while (daysBefore(year, 1) > days) year -= 1
  let month = 12
  while (daysBefore(year, month) > days) month -= 1
  const rest = whole - days * dayMs
  const time = [rest / 3_600_000, (rest / 60_000) % 60, (rest / 1000) % 60]
    .map((part) => pad(part, 2))
    .join(':')
  const fraction = rest % 1000 === 0 ? '' : `.${pad(rest % 1000, 3)}`
  const date = [pad(year, 4), pad(month, 2), pad(days - daysBefore(year, month) + 1, 2)].join('-')
  return `${date}T${time}${fraction}Z`
}

function pad(value: number, digits: number): string {
  return String(Math.floor(value)).padStart(digits, '0')
}
