import { parseVisibilityElement } from '../../stanza/invisible.js'
import { becomeInvisible, becomeVisible } from '../presence-broadcast.js'
import type { Service } from './service.js'

/** Hides the resource that asks, or lets it be seen again (XEP-0186 §3). */
export const serveVisibility: Service = ({ iq, from, account, isOwn, realm }) => {
  const wish = iq.type === 'set' ? parseVisibilityElement(iq.payload) : undefined
  const resource = isOwn ? account?.resources.get(from.resource ?? '') : undefined
  if (wish === undefined || resource === undefined) return undefined
  if (wish.name === 'invisible') becomeInvisible(realm, resource, wish.probe)
  else becomeVisible(resource)
  return { kind: 'result' }
}
