import { hashing } from '#hashing'
import type { ChannelBindingType } from '../transport/transport.js'
import { findStoredKeys, refuseShortSecret } from './accounts.js'
import type { Accounts } from './accounts.js'
import { encodeBase64 } from '../base64.js'
import { encodeUtf8, equalInConstantTime, xorBytes } from './bytes.js'
import { channelBindingTypes } from './channel-binding.js'
import { hashOffer } from './downgrade-protection.js'
import type { SaslOffer } from './downgrade-protection.js'
import { gs2ChannelInput, parseGs2Header } from './gs2.js'
import type { Gs2Header } from './gs2.js'
import type { SaslServerMechanism, SaslServerStep } from './mechanism.js'
import { randomNonce, takeNonce } from './nonce.js'
import type { NonceSource } from './nonce.js'
import { saslprep } from './saslprep.js'
import { ScramGrammarError, scramFailures } from './scram-error.js'
import type { ScramErrorValue } from './scram-error.js'
import type { ScramHash } from './scram-hashes.js'
import type { ScramStoredKeys } from './scram-stored-keys.js'
import { decodeMessage, formatServerFirst, parseClientFinal, parseClientFirstBare } from './scram-message.js'

/** What the server's side of SCRAM needs. */
export interface ScramServerOptions {
  readonly hash: ScramHash
  /** The client asked for the -PLUS form. */
  readonly bound: boolean
  readonly accounts: Accounts
  /** What the stream features offered. */
  readonly offer: SaslOffer
  /** Data of this channel, for -PLUS. */
  readonly channelBinding?: ((type: ChannelBindingType) => Uint8Array | undefined) | undefined
  readonly nonce?: NonceSource | undefined
  /** Sends the digest of the offer (XEP-0474). Default: false. */
  readonly protectsOffer?: boolean | undefined
  /** Says `e=` in a challenge before it fails, as RFC 5802 has it; XMPP's servers fail at once, the default. */
  readonly announcesErrors?: boolean | undefined
}

/**
 * SCRAM, from the server's side. An unknown user is asked for a proof like any other and fails like a wrong password;
 * a lookup that rejects is `temporary-auth-failure`.
 * @see RFC 5802 §7, RFC 6120 §6.5
 */
export function createScramServer(options: ScramServerOptions): SaslServerMechanism {
  refuseShortSecret(options.accounts)
  const respond = (response: Uint8Array) => refusing(options, () => answerFirst(options, response))
  return {
    name: `SCRAM-${options.hash}${options.bound ? '-PLUS' : ''}`,
    start: async (initial) =>
      initial === null ? { kind: 'challenge', challenge: new Uint8Array(), next: respond } : respond(initial),
  }
}

interface Exchange {
  readonly gs2: Gs2Header
  readonly username: string
  readonly nonce: string
  readonly serverFirst: string
  readonly keys: ScramStoredKeys
}

async function answerFirst(options: ScramServerOptions, message: Uint8Array): Promise<SaslServerStep> {
  const gs2 = parseGs2Header(decodeMessage(message))
  refuseBinding(options, gs2)
  const client = parseClientFirstBare(gs2.rest)
  const username = prepareUsername(client.username)
  const keys = await findStoredKeys(options.accounts, username, options.hash)
  const nonce = client.nonce + takeNonce(options.nonce ?? randomNonce)
  const serverFirst = formatServerFirst({
    nonce,
    salt: encodeBase64(keys.salt),
    iterations: keys.iterations,
    offerHash:
      options.protectsOffer === true ? encodeBase64(await hashOffer(options.offer, options.hash)) : undefined,
  })
  const exchange = { gs2, username, nonce, serverFirst, keys }
  return {
    kind: 'challenge',
    challenge: encodeUtf8(serverFirst),
    next: (response) => refusing(options, () => answerFinal(options, exchange, response)),
  }
}

async function answerFinal(
  options: ScramServerOptions,
  { gs2, keys, nonce, serverFirst, username }: Exchange,
  message: Uint8Array,
): Promise<SaslServerStep> {
  const { hash } = options
  const final = parseClientFinal(decodeMessage(message))
  if (!equalInConstantTime(final.channelInput, gs2ChannelInput(gs2.header, bindingData(options, gs2)))) {
    throw new ScramGrammarError('channel-bindings-dont-match', 'the client sees another channel')
  }
  if (final.nonce !== nonce) throw new ScramGrammarError('other-error', 'the nonce is another one')
  const authMessage = encodeUtf8(`${gs2.rest},${serverFirst},${final.withoutProof}`)
  const clientSignature = await hashing.hmac(hash, keys.storedKey, authMessage)
  if (
    final.proof.length !== clientSignature.length ||
    !equalInConstantTime(await hashing.digest(hash, xorBytes(final.proof, clientSignature)), keys.storedKey)
  ) {
    throw new ScramGrammarError('invalid-proof', 'the proof is wrong')
  }
  const serverSignature = encodeBase64(await hashing.hmac(hash, keys.serverKey, authMessage))
  return {
    kind: 'success',
    username,
    authzid: gs2.authzid,
    additional: encodeUtf8(`v=${serverSignature}`),
  }
}

/** RFC 5802 §6: what a server must refuse of a client's flag. */
function refuseBinding(options: ScramServerOptions, gs2: Gs2Header): void {
  if (options.bound && gs2.flag !== 'p') {
    throw new ScramGrammarError('other-error', 'a -PLUS mechanism without channel binding')
  }
  if (!options.bound && gs2.flag === 'p') {
    throw new ScramGrammarError('channel-binding-not-supported', 'channel binding without -PLUS')
  }
  if (gs2.flag === 'y' && options.offer.mechanisms.some((name) => name.endsWith('-PLUS'))) {
    throw new ScramGrammarError('server-does-support-channel-binding', '-PLUS was offered')
  }
  if (gs2.flag === 'p' && bindingData(options, gs2) === undefined) {
    throw new ScramGrammarError('unsupported-channel-binding-type', 'no such channel binding here')
  }
}

function bindingData(options: ScramServerOptions, gs2: Gs2Header): Uint8Array | undefined {
  const type = channelBindingTypes.find((candidate) => candidate === gs2.type)
  return type === undefined ? undefined : options.channelBinding?.(type)
}

function prepareUsername(text: string): string {
  try {
    const username = saslprep(text)
    if (username !== '') return username
  } catch {
    // refused below, as the empty name is
  }
  throw new ScramGrammarError('invalid-username-encoding', 'SASLprep refuses the user name')
}

async function refusing(
  options: ScramServerOptions,
  step: () => Promise<SaslServerStep>,
): Promise<SaslServerStep> {
  try {
    return await step()
  } catch (error) {
    return refuse(options, error instanceof ScramGrammarError ? error.value : 'no-resources')
  }
}

function refuse(options: ScramServerOptions, scramError: ScramErrorValue): SaslServerStep {
  const failure: SaslServerStep = {
    kind: 'failure',
    condition: scramFailures[scramError],
    scramError,
  }
  if (options.announcesErrors !== true) return failure
  return { kind: 'challenge', challenge: encodeUtf8(`e=${scramError}`), next: async () => failure }
}
