import { defaultTimeouts } from '../machines/timeouts.js'
import type { ClientLimits, ClientOptions, TlsOptions } from './client-options.js'
import { findNearest } from './nearest.js'
import { defaultXmlLimits } from './xml/limits.js'

/**
 * Refuses what only JavaScript can give: a name that nothing reads, and `null`. Apps that are built for production go
 * without: they were told in development.
 * @throws RangeError for a name that is not known, with the one that was probably meant; TypeError for `null`
 */
export function refuseUnknownOptions(options: ClientOptions): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('a client is made of options: write createClient({ jid, password })')
  refuseUnknown(options, optionNames, 'option')
  refuseUnknown(options.timeouts, defaultTimeouts, 'time-out')
  refuseUnknown(options.tls, tlsNames, 'TLS option')
  refuseUnknown(options.limits, limitNames, 'limit')
}

function refuseUnknown(given: object = {}, known: object, what: string): void {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(known, name)) {
      const nearest = findNearest(name, Object.keys(known))
      throw new RangeError(
        `there is no ${what} ${name}${nearest === undefined ? '' : `: did you mean ${nearest}?`}`,
      )
    }
    if (value === null) throw new TypeError(`the ${what} ${name} is null: leave it out`)
  }
}

const optionNames: Readonly<Record<keyof ClientOptions, 1>> = {
  jid: 1,
  password: 1,
  anonymous: 1,
  endpoint: 1,
  tls: 1,
  mechanisms: 1,
  keyCache: 1,
  lang: 1,
  presence: 1,
  roster: 1,
  reconnect: 1,
  streamManagement: 1,
  offlineQueue: 1,
  store: 1,
  surroundings: 1,
  timeouts: 1,
  limits: 1,
  dangerouslyAllowPlaintext: 1,
  inspect: 1,
  wire: 1,
  security: 1,
}

const tlsNames: Readonly<Record<keyof TlsOptions, 1>> = { ca: 1, cert: 1, key: 1 }

const limitNames: Readonly<Record<keyof ClientLimits, number>> = {
  ...defaultXmlLimits,
  outboundLimitBytes: 1,
  unacknowledgedStanzas: 1,
}
