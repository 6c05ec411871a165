import { hashing } from '#hashing'
import { findStoredKeys, refuseShortSecret } from './accounts.js'
import type { Accounts } from './accounts.js'
import { decodeUtf8, equalInConstantTime } from './bytes.js'
import type { SaslServerMechanism, SaslServerStep } from './mechanism.js'
import { saslprep } from './saslprep.js'
import type { ScramHash } from './scram-hashes.js'
import { deriveKeys } from './scram-keys.js'

/** Bytes that a PLAIN message may have: three fields of 255 characters and their separators (RFC 4616 §2). */
export const plainMessageLimitBytes = 4 * 3 * 255 + 2

/** What the server's side of PLAIN needs. */
export interface PlainServerOptions {
  readonly accounts: Accounts
  /** Which stored keys to compare with. Default: `SHA-256`. */
  readonly hash?: ScramHash | undefined
}

/**
 * PLAIN, from the server's side, against the keys that SCRAM stores. An unknown user costs as much work as a wrong
 * password and fails like one; a lookup that rejects is `temporary-auth-failure`.
 * @see RFC 4616
 */
export function createPlainServer(options: PlainServerOptions): SaslServerMechanism {
  refuseShortSecret(options.accounts)
  const respond = async (message: Uint8Array): Promise<SaslServerStep> => {
    try {
      return await verify(options, message)
    } catch {
      return { kind: 'failure', condition: 'temporary-auth-failure' }
    }
  }
  return {
    name: 'PLAIN',
    start: async (initial) =>
      initial === null ? { kind: 'challenge', challenge: new Uint8Array(), next: respond } : respond(initial),
  }
}

async function verify(
  { accounts, hash = 'SHA-256' }: PlainServerOptions,
  message: Uint8Array,
): Promise<SaslServerStep> {
  const fields = parse(message)
  if (fields === undefined) return { kind: 'failure', condition: 'malformed-request' }
  const { authzid, password, username } = fields
  const stored = await findStoredKeys(accounts, username, hash)
  const { clientKey } = await deriveKeys(password, { ...stored, username })
  return equalInConstantTime(await hashing.digest(hash, clientKey), stored.storedKey)
    ? { kind: 'success', username, authzid, additional: null }
    : { kind: 'failure', condition: 'not-authorized' }
}

interface PlainFields {
  readonly authzid: string
  readonly username: string
  readonly password: string
}

function parse(message: Uint8Array): PlainFields | undefined {
  if (message.length > plainMessageLimitBytes) return undefined
  const [authzid, authcid, passwd, ...more] = decodeUtf8(message)?.split('\0') ?? []
  if (authzid === undefined || authcid === undefined || passwd === undefined || more.length > 0)
    return undefined
  try {
    const username = saslprep(authcid)
    const password = saslprep(passwd)
    return username === '' || password === '' ? undefined : { authzid, username, password }
  } catch {
    return undefined
  }
}
