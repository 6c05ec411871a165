import { ProtocolError, StanzaError } from '../errors.js'
import type { RequestOptions } from '../router/requests.js'
import {
  parseEntityTime,
  toEntityTimeElement,
  toTimeRequest,
  type EntityTime,
} from '../stanza/entity-time.js'
import { toJid, type JidInput } from '../stanza/jid.js'
import {
  parseLastActivity,
  toLastActivityElement,
  toLastActivityRequest,
  type LastActivity,
} from '../stanza/last-activity.js'
import { toPingElement } from '../stanza/ping.js'
import { parseVersionElement, toVersionElement, type SoftwareVersion } from '../stanza/version.js'
import type { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { serialize } from '../xml/serializer.js'
import { announce } from './announcement.js'
import type { FeatureHost } from './feature-host.js'

/** What is told of oneself, to those who may know that one is there. */
export interface ClientInformation {
  /** What the app is called; nothing is told by default, and the operating system only where it is given. */
  readonly software?:
    { readonly name: string; readonly version: string; readonly os?: string | undefined } | undefined
  /** Whether to tell one’s local time, and with it the time zone. Default true. */
  readonly time?: boolean | undefined
  /** Milliseconds since somebody has used the app, asked each time; `undefined` is not told. By default nothing is. */
  readonly idleMs?: (() => number | undefined) | undefined
}

/** What others tell of themselves. Rejects with `StanzaError`, `TimeoutError`, `TransportError`, `ProtocolError`. */
export interface ClientInformationFeature {
  /** What software a resource, a server or a service runs. @see XEP-0092 */
  version(jid: JidInput, options?: RequestOptions): Promise<SoftwareVersion>
  /** What time it is there. @see XEP-0202 */
  time(jid: JidInput, options?: RequestOptions): Promise<EntityTime>
  /**
   * How long somebody has not been active at a resource, how long ago an account was left (0: somebody is there), or how long
   * a server is up. @see XEP-0012
   */
  lastActivity(jid: JidInput, options?: RequestOptions): Promise<LastActivity>
  /** Milliseconds until the answer of an entity. @see XEP-0199 */
  ping(jid: JidInput, options?: RequestOptions): Promise<number>
}

/**
 * Software, time, idleness and pings for a client: `client.use(clientInformation)` to ask, and to tell with it
 * `client.use((host) => clientInformation(host, { software: { name: 'My app', version: '1.0' } }))`.
 * @throws RangeError for software that cannot be told
 */
export function clientInformation(
  host: FeatureHost,
  { software, time = true, idleMs }: ClientInformation = {},
): ClientInformationFeature {
  const { bus } = host

  /** Whoever may not know gets what nobody at all would answer. */
  const tell = (name: string, namespace: string, answer: () => XmlElement | undefined) => {
    announce(host, namespace)
    bus.handle(name, namespace, ({ type, from }) => {
      const told = from === undefined || host.mayKnowOfMe(from) ? answer() : undefined
      if (told === undefined) throw new StanzaError('service-unavailable', 'cancel')
      if (type !== 'get') throw new StanzaError('bad-request', 'modify')
      return told
    })
  }
  if (software !== undefined) {
    const told = toVersionElement(software)
    serialize(told)
    tell('query', ns.version, () => told)
  }
  if (time) tell('time', ns.time, toLocalTime)
  if (idleMs !== undefined) {
    tell('query', ns.lastActivity, () => {
      const idle = idleMs()
      return idle === undefined ? undefined : toLastActivityElement({ seconds: Math.max(0, idle) / 1_000 })
    })
  }

  const ask = async (input: JidInput, payload: XmlElement, options?: RequestOptions) =>
    (await bus.request({ type: 'get', to: toJid(input), payload }, options)).payload
  const read = <T>(told: XmlElement | undefined, parse: (element: XmlElement) => T | undefined): T => {
    const value = told && parse(told)
    if (value === undefined) throw new ProtocolError('bad-format', 'the answer does not say what was asked')
    return value
  }

  return {
    version: async (jid, options) => read(await ask(jid, toVersionElement(), options), parseVersionElement),
    time: async (jid, options) => read(await ask(jid, toTimeRequest(), options), parseEntityTime),
    lastActivity: async (jid, options) =>
      read(await ask(jid, toLastActivityRequest(), options), parseLastActivity),
    ping: async (jid, options) => {
      const begin = performance.now()
      await ask(jid, toPingElement(), options)
      return performance.now() - begin
    },
  }
}

function toLocalTime(): XmlElement {
  const now = new Date()
  return toEntityTimeElement({ moment: now.getTime(), offsetMinutes: -now.getTimezoneOffset() })
}
