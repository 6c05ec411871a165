import { toLastActivityElement } from '../../stanza/last-activity.js'
import * as ns from '../../xml/namespaces.js'
import type { Service } from './service.js'

/**
 * Says how long the server is up, or how long ago an account was left: 0 while somebody is there. Only those get here who may
 * know. An account that nobody ever used was left when the server began.
 * @see XEP-0012 §3, §5
 */
export const serveLastActivity: Service = ({ iq, account, realm }) => {
  if (iq.type !== 'get' || !iq.payload.is('query', ns.lastActivity)) return undefined
  const { at, status } = account?.left ?? { at: realm.startedAt, status: undefined }
  // Who hides is as one who has left (XEP-0186 §3.1).
  const isThere = [...(account?.resources.values() ?? [])].some(({ visibility }) => visibility === 'visible')
  const seconds = Math.max(0, (realm.now().getTime() - at.getTime()) / 1_000)
  return { kind: 'result', payload: toLastActivityElement(isThere ? { seconds: 0 } : { seconds, status }) }
}
