import { isInvitationCommand, toIssuedInvitation } from '../../stanza/invitation.js'
import type { Registrar } from '../registrar.js'
import type { Service } from './service.js'

/** Makes an invitation for whoever has an account (XEP-0401 §3.1). */
export function serveInvitations(find: () => Registrar | undefined): Service {
  return ({ iq, account, realm }) => {
    if (iq.type !== 'set' || account !== undefined || !isInvitationCommand(iq.payload)) return undefined
    const registrar = find()
    if (registrar?.invites !== true) return { kind: 'refused', condition: 'item-not-found' }
    const token = registrar.issue()
    if (token === undefined) return { kind: 'refused', condition: 'resource-constraint' }
    const uri = `xmpp:${realm.domain}?register;preauth=${token}`
    return { kind: 'result', payload: toIssuedInvitation({ uri, url: undefined, expires: undefined }) }
  }
}
