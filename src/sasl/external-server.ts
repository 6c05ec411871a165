import { decodeUtf8 } from './bytes.js'
import type { SaslServerMechanism, SaslServerStep } from './mechanism.js'

/** An account of this server that the client's certificate names. */
export interface CertifiedAccount {
  readonly username: string
  /** Its bare JID, as the client may name it. */
  readonly jid: string
}

/**
 * EXTERNAL, from the server's side: `accounts` are those that the verified client certificate names. Without any the
 * client is `not-authorized`; where several are named, or another one is wanted, it is `invalid-authzid`.
 * @see XEP-0178 §2
 */
export function createExternalServer(options: {
  readonly accounts: readonly CertifiedAccount[]
}): SaslServerMechanism {
  const respond = async (message: Uint8Array) => verify(options.accounts, message)
  return {
    name: 'EXTERNAL',
    start: async (initial) =>
      initial === null ? { kind: 'challenge', challenge: new Uint8Array(), next: respond } : respond(initial),
  }
}

function verify(accounts: readonly CertifiedAccount[], message: Uint8Array): SaslServerStep {
  const authzid = decodeUtf8(message)
  if (authzid === undefined || authzid.includes('\0'))
    return { kind: 'failure', condition: 'malformed-request' }
  if (accounts.length === 0) return { kind: 'failure', condition: 'not-authorized' }
  const named = authzid === '' ? accounts : accounts.filter(({ jid }) => jid === authzid)
  const [account] = named
  if (account === undefined || named.length > 1) return { kind: 'failure', condition: 'invalid-authzid' }
  return { kind: 'success', username: account.username, authzid, additional: null }
}
