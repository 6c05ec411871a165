import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'

export const toBase64 = (data: string | Buffer) => Buffer.from(data).toString('base64')
export const fromBase64 = (text: string) => Buffer.from(text, 'base64').toString()

/** The server's side of SCRAM for the password `secret`, as RFC 5802 §3 has it. */
export class ScramServer {
  readonly #digest: string
  #first = ''
  #challenge = ''

  constructor(digest: 'sha1' | 'sha256') {
    this.#digest = digest
  }

  /** Answers the client's first message; gives both, decoded. */
  challenge(initialResponse: string): string {
    const message = fromBase64(initialResponse)
    this.#first = message.slice(message.indexOf('n='))
    const nonce = /r=([^,]*)/.exec(message)?.[1] ?? ''
    this.#challenge = `r=${nonce}server,s=${toBase64('salt of the earth')},i=4096`
    return toBase64(this.#challenge)
  }

  /** The server's last message, if the proof is right. */
  final(response: string): string {
    const message = fromBase64(response)
    const proof = message.lastIndexOf(',p=')
    const auth = `${this.#first},${this.#challenge},${message.slice(0, proof)}`
    const length = createHash(this.#digest).digest().length
    const salted = pbkdf2Sync('secret', 'salt of the earth', 4096, length, this.#digest)
    const clientKey = this.#hmac(salted, 'Client Key')
    const signature = this.#hmac(createHash(this.#digest).update(clientKey).digest(), auth)
    const expected = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)))
    if (toBase64(expected) !== message.slice(proof + 3)) throw new Error('the proof is wrong')
    return toBase64(`v=${toBase64(this.#hmac(this.#hmac(salted, 'Server Key'), auth))}`)
  }

  #hmac(key: Buffer, data: string): Buffer {
    return createHmac(this.#digest, key).update(data).digest()
  }
}
