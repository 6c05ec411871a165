import { hashing } from '#hashing'
import { encodeBase64 } from '../base64.js'
import { encodeUtf8, equalInConstantTime, xorBytes } from './bytes.js'
import { prepareCredential } from './credentials.js'
import { escapeName, formatGs2Header, gs2ChannelInput } from './gs2.js'
import type { SaslMechanism, SaslStep } from './mechanism.js'
import { takeNonce } from './nonce.js'
import { malformed, unverified } from './refusals.js'
import { findKeys, keepKeys } from './scram-client-keys.js'
import { ScramGrammarError, toAuthenticationError } from './scram-error.js'
import { decodeMessage, parseServerFinal, parseServerFirst } from './scram-message.js'
import type { ServerRefusal } from './scram-message.js'
import { refuseMissingCrypto, settleScram } from './scram-settings.js'
import type { ScramOptions, ScramSettings } from './scram-settings.js'
import { refuseTamperedOffer, refuseUntrusted } from './scram-trust.js'

/**
 * SCRAM, from the client's side. A step rejects with `AuthenticationError`: `malformed-request` for a message that
 * breaks the grammar; `mechanism-too-weak` for too few rounds and `aborted` for too many; `server-not-verified` for a
 * foreign nonce, a wrong or missing signature, success before that, or an offer that was tampered with;
 * `credentials-missing` without a usable name or password. An `e=` of the server is reported by the condition that
 * fits it best.
 * @see RFC 5802, RFC 7677, XEP-0474
 */
export function createScram(options: ScramOptions): SaslMechanism {
  const settings = settleScram(options)
  return { name: settings.name, start: () => firstStep(settings) }
}

/** What has been said so far, and who says it. */
interface Exchange {
  readonly settings: ScramSettings
  readonly username: string
  readonly nonce: string
  readonly gs2Header: string
  readonly clientFirstBare: string
}

async function firstStep(settings: ScramSettings): Promise<SaslStep> {
  refuseMissingCrypto(settings, hashing)
  const username = await prepareCredential(settings.username, 'user name', settings.name)
  const nonce = takeNonce(settings.nonce)
  const gs2Header = formatGs2Header(settings.gs2, settings.authzid)
  const clientFirstBare = `n=${escapeName(username)},r=${nonce}`
  const exchange = { settings, username, nonce, gs2Header, clientFirstBare }
  return {
    response: encodeUtf8(gs2Header + clientFirstBare),
    next: (challenge) => proofStep(exchange, challenge),
    finish: () => Promise.reject(unverified(settings.name, 'success came before any proof')),
  }
}

async function proofStep(exchange: Exchange, challenge: Uint8Array): Promise<SaslStep> {
  const { settings } = exchange
  const { hash } = settings
  const { message: first, text: serverFirst } = read(settings, challenge, parseServerFirst)
  refuseUntrusted(settings, exchange.nonce, first)
  const offerVerified = await refuseTamperedOffer(settings, first)
  const keys = await findKeys(settings, exchange.username, first)
  const data = settings.gs2.flag === 'p' ? settings.gs2.binding.data : undefined
  const withoutProof = `c=${encodeBase64(gs2ChannelInput(exchange.gs2Header, data))},r=${first.nonce}`
  const authMessage = encodeUtf8(`${exchange.clientFirstBare},${serverFirst},${withoutProof}`)
  const clientSignature = await hashing.hmac(hash, await hashing.digest(hash, keys.clientKey), authMessage)
  const proof = encodeBase64(xorBytes(keys.clientKey, clientSignature))
  const verify = async (serverFinal: Uint8Array): Promise<void> => {
    const { message: final } = read(settings, serverFinal, parseServerFinal)
    if (!equalInConstantTime(final.signature, await hashing.hmac(hash, keys.serverKey, authMessage))) {
      throw unverified(settings.name, 'the signature of the server is wrong')
    }
    void keepKeys(settings, keys)
  }
  return {
    response: encodeUtf8(`${withoutProof},p=${proof}`),
    offerVerified,
    next: async (challenge) => {
      await verify(challenge)
      return { ...lastStep(settings), offerVerified }
    },
    finish: async (additional) => {
      if (additional === null || additional.length === 0)
        throw unverified(settings.name, 'the signature of the server is missing')
      await verify(additional)
    },
  }
}

/** The server gave its signature as a challenge: an empty answer, and success may follow. */
function lastStep(settings: ScramSettings): SaslStep {
  const tooMuch = () => malformed(settings.name, 'the exchange was already complete')
  return {
    response: null,
    next: () => Promise.reject(tooMuch()),
    finish: async (additional) => {
      if (additional !== null && additional.length > 0) throw tooMuch()
    },
  }
}

/** One message of the server with its text; throws where it is none, or where it is a refusal. */
function read<Message extends object>(
  settings: ScramSettings,
  bytes: Uint8Array,
  parse: (text: string) => Message | ServerRefusal,
): { readonly message: Message; readonly text: string } {
  const { message, text } = parseMessage(settings, bytes, parse)
  if ('error' in message) throw toAuthenticationError(message.error, settings.name)
  return { message, text }
}

function parseMessage<Message>(
  settings: ScramSettings,
  bytes: Uint8Array,
  parse: (text: string) => Message,
): { readonly message: Message; readonly text: string } {
  try {
    const text = decodeMessage(bytes)
    return { message: parse(text), text }
  } catch (cause) {
    if (cause instanceof ScramGrammarError) throw malformed(settings.name, cause.message, cause)
    throw cause
  }
}
