import { hashing } from '#hashing'
import { encodeUtf8 } from './bytes.js'
import type { ScramHash } from './scram-hashes.js'
import { scramIterationFloor } from './scram-keys.js'
import { scramSaltBytes, type ScramStoredKeys } from './scram-stored-keys.js'

/** Stored keys of a user, by the name that SASLprep has prepared; `undefined` for nobody. */
export type AccountLookup = (username: string, hash: ScramHash) => Promise<ScramStoredKeys | undefined>

/** Where a server finds its users, and how it hides who is not one. */
export interface Accounts {
  readonly lookup: AccountLookup
  /** Random, and the same for all logins: makes the salts of unknown users. At least `decoySecretBytes`. */
  readonly decoySecret: Uint8Array
  /** Rounds that unknown users pretend to have: those of real ones. Default: 4,096. */
  readonly decoyIterations?: number | undefined
}

/** The least that a `decoySecret` may have. */
export const decoySecretBytes = 16

/** Throws RangeError for a `decoySecret` that could be guessed. */
export function refuseShortSecret({ decoySecret }: Accounts): void {
  if (decoySecret.length < decoySecretBytes) {
    throw new RangeError(`decoySecret needs at least ${decoySecretBytes} bytes: ${decoySecret.length}`)
  }
}

/** Stored keys, or for an unknown user such as look real from outside and that no password opens. */
export async function findStoredKeys(
  accounts: Accounts,
  username: string,
  hash: ScramHash,
): Promise<ScramStoredKeys> {
  const decoy = await makeDecoy(accounts, username, hash)
  return (await accounts.lookup(username, hash)) ?? decoy
}

async function makeDecoy(accounts: Accounts, username: string, hash: ScramHash): Promise<ScramStoredKeys> {
  const { decoyIterations = scramIterationFloor, decoySecret } = accounts
  const make = (what: string) => hashing.hmac(hash, decoySecret, encodeUtf8(`${what}\0${username}`))
  return {
    hash,
    salt: (await make('salt')).slice(0, scramSaltBytes),
    iterations: decoyIterations,
    storedKey: await make('stored key'),
    serverKey: await make('server key'),
  }
}
