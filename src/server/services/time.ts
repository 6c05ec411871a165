import { toEntityTimeElement } from '../../stanza/entity-time.js'
import * as ns from '../../xml/namespaces.js'
import type { Service } from './service.js'

/** Says what time it is where the server runs (XEP-0202). */
export const serveTime: Service = ({ iq, account, realm }) => {
  if (iq.type !== 'get' || account !== undefined || !iq.payload.is('time', ns.time)) return undefined
  const now = realm.now()
  const time = { moment: now.getTime(), offsetMinutes: -now.getTimezoneOffset() }
  return { kind: 'result', payload: toEntityTimeElement(time) }
}
