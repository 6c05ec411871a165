import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { parseDateTime, toDateTime } from './date-time.js'

/** What time it is somewhere. @see XEP-0202 §2 */
export interface EntityTime {
  /** In milliseconds since 1970 began, UTC. */
  readonly moment: number
  /** How far local time is ahead of UTC, in minutes; negative west of it. */
  readonly offsetMinutes: number
}

const offset = /^([+-])(\d{2}):(\d{2})$/

/** Asks for the time. */
export function toTimeRequest(): XmlElement {
  return xml('time', ns.time)
}

/** Reads a time; `undefined` if the element is none. */
export function parseEntityTime(element: XmlElement): EntityTime | undefined {
  if (!element.is('time', ns.time)) return undefined
  const moment = parseDateTime(element.child('utc')?.text() ?? '')
  const offsetMinutes = parseOffset(element.child('tzo')?.text() ?? '')
  return moment === undefined || offsetMinutes === undefined ? undefined : { moment, offsetMinutes }
}

/** Writes a time, to the second; throws `RangeError` outside the years 0 to 9999. */
export function toEntityTimeElement({ moment, offsetMinutes }: EntityTime): XmlElement {
  return xml(
    'time',
    ns.time,
    {},
    xml('tzo', ns.time, {}, toOffset(offsetMinutes)),
    xml('utc', ns.time, {}, toDateTime(Math.floor(moment / 1_000) * 1_000)),
  )
}

/** @see XEP-0082 §3.3 */
function parseOffset(text: string): number | undefined {
  if (text === 'Z') return 0
  const [, sign, hours, minutes] = offset.exec(text) ?? []
  if (sign === undefined || Number(hours) > 14 || Number(minutes) > 59) return undefined
  const ahead = Number(hours) * 60 + Number(minutes)
  return sign === '-' && ahead > 0 ? -ahead : ahead
}

function toOffset(offsetMinutes: number): string {
  const ahead = Math.abs(Math.round(offsetMinutes))
  const [hours, minutes] = [Math.floor(ahead / 60), ahead % 60].map((part) => String(part).padStart(2, '0'))
  return `${offsetMinutes < 0 ? '-' : '+'}${hours}:${minutes}`
}
