import { decodeUtf8, encodeUtf8 } from '../../src/sasl/bytes.js'
import type { SaslMechanism, SaslServerMechanism, SaslServerStep } from '../../src/sasl/mechanism.js'
import { deriveStoredKeys, type ScramStoredKeys } from '../../src/sasl/scram-stored-keys.js'
import type { Accounts } from '../../src/sasl/accounts.js'
import type { ScramHash } from '../../src/sasl/scram-hashes.js'
import { saslprep } from '../../src/sasl/saslprep.js'

/** How a login ended for the server, and every message on the way in order. */
export interface ExchangeResult {
  readonly end: Exclude<SaslServerStep, { kind: 'challenge' }>
  readonly said: readonly string[]
}

/** Lets client and server talk to the end; rejects where the client does not accept what the server says. */
export async function converse(client: SaslMechanism, server: SaslServerMechanism): Promise<ExchangeResult> {
  const said: string[] = []
  const note = (bytes: Uint8Array | null) => {
    said.push(bytes === null ? '(nothing)' : text(bytes))
  }
  let ours = await client.start()
  note(ours.response)
  let theirs = await server.start(ours.response)
  while (theirs.kind === 'challenge') {
    note(theirs.challenge)
    ours = await ours.next(theirs.challenge)
    note(ours.response)
    theirs = await theirs.next(ours.response ?? new Uint8Array())
  }
  if (theirs.kind === 'success') {
    note(theirs.additional)
    await ours.finish(theirs.additional)
  }
  return { end: theirs, said }
}

/** A SASL message as text. */
export function text(bytes: Uint8Array | null): string {
  return bytes === null ? '(nothing)' : (decodeUtf8(bytes) ?? '(not UTF-8)')
}

/** A SASL message from text. */
export const bytes = encodeUtf8

/** Accounts with these passwords, whose keys are derived when first asked for. */
export function accountsOf(passwords: Readonly<Record<string, string>>): Accounts {
  const derived = new Map<string, Promise<ScramStoredKeys>>()
  return {
    decoySecret: new Uint8Array(16).fill(7),
    lookup: async (username, hash: ScramHash) => {
      const entry = Object.entries(passwords).find(([name]) => saslprep(name) === username)
      if (entry === undefined) return undefined
      const key = `${hash} ${username}`
      const keys = derived.get(key) ?? deriveStoredKeys(entry[1], { hash })
      derived.set(key, keys)
      return keys
    },
  }
}
