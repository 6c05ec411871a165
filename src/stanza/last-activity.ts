import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** How long something is ago; what it is depends on who is asked. @see XEP-0012 §2 */
export interface LastActivity {
  /** Since somebody was active at a resource, since an account was left, or since a server was started. */
  readonly seconds: number
  /** The last words of an account that was left. */
  readonly status: string | undefined
}

/** Asks how long ago. */
export function toLastActivityRequest(): XmlElement {
  return xml('query', ns.lastActivity)
}

/** Reads how long ago; `undefined` if the element does not say. */
export function parseLastActivity(element: XmlElement): LastActivity | undefined {
  const seconds = element.attribute('seconds')
  if (!element.is('query', ns.lastActivity) || seconds === undefined || !/^\d{1,15}$/.test(seconds)) {
    return undefined
  }
  const status = element.text()
  return { seconds: Number(seconds), status: status === '' ? undefined : status }
}

/** Writes how long ago, in whole seconds; throws `RangeError` for what is no such time. */
export function toLastActivityElement({ seconds, status = '' }: Partial<LastActivity>): XmlElement {
  if (seconds === undefined || !(seconds >= 0 && seconds < 1e15)) {
    throw new RangeError(`a time of activity must not be negative, but is ${seconds}`)
  }
  return xml('query', ns.lastActivity, { seconds: Math.floor(seconds) }, ...(status === '' ? [] : [status]))
}
