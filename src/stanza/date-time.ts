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
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 59) return undefined
  return daysFromCivil(year, month, day) * dayMs + ((hour * 60 + minute) * 60 + second) * 1000
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

// Days are counted in years that begin with March, so that the leap day comes last; 719 468 days lie between the first
// of March of the year 0 and 1970.
const daysBefore1970 = 719_468
const daysInEra = 146_097

function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100)
  return era * daysInEra + yearOfEra * 365 + leapDays + dayOfYear - daysBefore1970
}

/**
 * Writes a moment in UTC, given as milliseconds since 1970 began; throws `RangeError` outside the years 0 to 9999.
 * @see XEP-0082 §3.2
 */
export function toDateTime(moment: number): string {
  const whole = Math.floor(moment)
  const days = Math.floor(whole / dayMs)
  const [year, month, day] = civilFromDays(days)
  if (!(year >= 0 && year <= 9999)) throw new RangeError('a moment must lie in the years 0 to 9999')
  const rest = whole - days * dayMs
  const time = [rest / 3_600_000, (rest / 60_000) % 60, (rest / 1000) % 60]
    .map((part) => pad(part, 2))
    .join(':')
  const fraction = rest % 1000 === 0 ? '' : `.${pad(rest % 1000, 3)}`
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${time}${fraction}Z`
}

function civilFromDays(days: number): readonly [year: number, month: number, day: number] {
  const shifted = days + daysBefore1970
  const era = Math.floor(shifted / daysInEra)
  const dayOfEra = shifted - era * daysInEra
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / (daysInEra - 1))
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day]
}

function pad(value: number, digits: number): string {
  return String(Math.floor(value)).padStart(digits, '0')
}
