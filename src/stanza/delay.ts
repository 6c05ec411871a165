import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { parseDateTime, parseLegacyDateTime, toDateTime } from './date-time.js'
import { Jid, toJid, tryParseJid, type JidInput } from './jid.js'

/** When a stanza was really sent. @see XEP-0203 */
export interface Delay {
  /** Milliseconds since 1970 began, UTC. */
  readonly moment: number
  /** Who held it back, where it says so in a way that can be read. */
  readonly from: Jid | undefined
  readonly reason: string | undefined
}

/** Reads a delay, the form before XEP-0203 included; `undefined` where it tells no moment. */
export function parseDelay(element: XmlElement): Delay | undefined {
  const stamp = element.attribute('stamp') ?? ''
  let moment: number | undefined
  if (element.is('delay', ns.delay)) moment = parseDateTime(stamp)
  else if (element.is('x', ns.legacyDelay)) moment = parseLegacyDateTime(stamp)
  if (moment === undefined) return undefined
  const from = tryParseJid(element.attribute('from') ?? '')
  const reason = element.text().trim()
  return {
    moment,
    from: from instanceof Jid ? from : undefined,
    reason: reason === '' ? undefined : reason,
  }
}

/** The delay among the payloads of a stanza: XEP-0203 before the older form. Anybody can write one: see XEP-0203 §7. */
export function findDelay(payloads: readonly XmlElement[]): Delay | undefined {
  let legacy: Delay | undefined
  for (const payload of payloads) {
    const delay = parseDelay(payload)
    if (delay !== undefined && payload.namespace === ns.delay) return delay
    legacy ??= delay
  }
  return legacy
}

/** The first delay that is the word of one of these, by its address. @see XEP-0203 §7 */
export function findDelayBy(
  payloads: readonly XmlElement[],
  isHolder: (from: string) => boolean,
): Delay | undefined {
  for (const payload of payloads) {
    const delay = parseDelay(payload)
    if (delay?.from !== undefined && isHolder(delay.from.toString())) return delay
  }
  return undefined
}

/** Writes a delay; throws `RangeError` for a moment or an address that cannot be written. */
export function toDelayElement(delay: {
  readonly moment: number
  readonly from?: JidInput | undefined
  readonly reason?: string | undefined
}): XmlElement {
  const from = delay.from === undefined ? undefined : toJid(delay.from).toString()
  return xml('delay', ns.delay, { from, stamp: toDateTime(delay.moment) }, delay.reason)
}
