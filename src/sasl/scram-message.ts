import { decodeBase64 } from '../base64.js'
import { decodeUtf8 } from './bytes.js'
import { unescapeName } from './gs2.js'
import { isNonce } from './nonce.js'
import { ScramGrammarError } from './scram-error.js'

/** Bytes that one SCRAM message may have. */
export const scramMessageLimitBytes = 8192

/** The server's first message (RFC 5802 §7). */
export interface ServerFirst {
  readonly nonce: string
  readonly salt: Uint8Array
  readonly iterations: number
  /** XEP-0474: hash of what the server offered, if it sends one. */
  readonly offerHash: Uint8Array | undefined
}

/** The server refuses: `e=`, which may stand in place of either of its messages. */
export interface ServerRefusal {
  readonly error: string
}

/** The server's last message. */
export interface ServerFinal {
  readonly signature: Uint8Array
}

/** The client's first message without the gs2 header. */
export interface ClientFirstBare {
  readonly username: string
  readonly nonce: string
}

/** The client's last message. */
export interface ClientFinal {
  readonly channelInput: Uint8Array
  readonly nonce: string
  readonly proof: Uint8Array
  /** What the proof signs of it. */
  readonly withoutProof: string
}

interface Attribute {
  readonly name: string
  readonly value: string
}

/** The text of a message; throws ScramGrammarError when it is too long or not UTF-8. */
export function decodeMessage(bytes: Uint8Array): string {
  if (bytes.length > scramMessageLimitBytes) {
    throw new ScramGrammarError('other-error', `a message is longer than ${scramMessageLimitBytes} bytes`)
  }
  const text = decodeUtf8(bytes)
  if (text === undefined) throw new ScramGrammarError('invalid-encoding', 'a message is not UTF-8')
  return text
}

/** Throws ScramGrammarError for anything but `r=…,s=…,i=…` or `e=…`, and optional extensions. */
export function parseServerFirst(text: string): ServerFirst | ServerRefusal {
  const [nonce, salt, iterations, ...extensions] = parseAttributes(text)
  if (nonce?.name === 'e') return { error: nonce.value }
  const offerHash = extensions.find(({ name }) => name === 'h')
  return {
    nonce: nonceOf(nonce),
    salt: bytesOf(salt, 's'),
    iterations: iterationsOf(iterations),
    offerHash: offerHash === undefined ? undefined : bytesOf(offerHash, 'h'),
  }
}

/** Throws ScramGrammarError for anything but `v=…` or `e=…` and optional extensions. */
export function parseServerFinal(text: string): ServerFinal | ServerRefusal {
  const [first] = parseAttributes(text)
  if (first?.name === 'e') return { error: first.value }
  return { signature: bytesOf(first, 'v') }
}

/** Throws ScramGrammarError for anything but `n=…,r=…` and optional extensions. */
export function parseClientFirstBare(text: string): ClientFirstBare {
  const [username, nonce] = parseAttributes(text)
  return { username: unescapeName(valueOf(username, 'n')), nonce: nonceOf(nonce) }
}

/** Throws ScramGrammarError for anything but `c=…,r=…`, optional extensions, and `p=…` at the end. */
export function parseClientFinal(text: string): ClientFinal {
  const attributes = parseAttributes(text)
  const [channelInput, nonce] = attributes
  return {
    channelInput: bytesOf(channelInput, 'c'),
    nonce: nonceOf(nonce),
    proof: bytesOf(attributes.at(-1), 'p'),
    withoutProof: text.slice(0, text.lastIndexOf(',')),
  }
}

/** A salt, a nonce and a round count as the server's first message. */
export function formatServerFirst(parts: {
  readonly nonce: string
  readonly salt: string
  readonly iterations: number
  readonly offerHash?: string | undefined
}): string {
  const extension = parts.offerHash === undefined ? '' : `,h=${parts.offerHash}`
  return `r=${parts.nonce},s=${parts.salt},i=${parts.iterations}${extension}`
}

function parseAttributes(text: string): readonly Attribute[] {
  const seen = new Set<string>()
  return text.split(',').map((part) => {
    const attribute = parseAttribute(part)
    if (attribute.name === 'm') {
      throw new ScramGrammarError('extensions-not-supported', 'a mandatory extension (m=) is not known')
    }
    if (seen.has(attribute.name)) {
      throw new ScramGrammarError('other-error', `attribute ${attribute.name}= stands twice`)
    }
    seen.add(attribute.name)
    return attribute
  })
}

function parseAttribute(part: string): Attribute {
  const match = /^([A-Za-z])=([^\0]+)$/.exec(part)
  const [, name, value] = match ?? []
  if (name === undefined || value === undefined) {
    throw new ScramGrammarError('other-error', 'a part of the message is no attribute')
  }
  return { name, value }
}

function valueOf(attribute: Attribute | undefined, name: string): string {
  if (attribute?.name !== name) {
    throw new ScramGrammarError('other-error', `attribute ${name}= is missing or out of place`)
  }
  return attribute.value
}

function bytesOf(attribute: Attribute | undefined, name: string): Uint8Array {
  const bytes = decodeBase64(valueOf(attribute, name))
  if (bytes === undefined) throw new ScramGrammarError('invalid-encoding', `attribute ${name}= is not base64`)
  return bytes
}

function nonceOf(attribute: Attribute | undefined): string {
  const nonce = valueOf(attribute, 'r')
  if (!isNonce(nonce)) throw new ScramGrammarError('other-error', 'the nonce is not printable ASCII')
  return nonce
}

function iterationsOf(attribute: Attribute | undefined): number {
  const value = valueOf(attribute, 'i')
  if (!/^[1-9][0-9]{0,15}$/.test(value)) {
    throw new ScramGrammarError('other-error', 'the iteration count is not a positive number')
  }
  return Number(value)
}
