import { describe, expect, it } from 'vitest'
import { hashing as browser } from '../../src/sasl/hashing-browser.js'
import { hashing as node } from '../../src/sasl/hashing.js'
import { scramHashBytes, scramHashes } from '../../src/sasl/scram-hashes.js'

const bytes = (text: string) => new TextEncoder().encode(text)
const salt = bytes('a salt of no length in particular')

describe.each(scramHashes)('%s', (hash) => {
  it('gives in Node what it gives by WebCrypto', async () => {
    for (const data of [bytes(''), bytes('Client Key'), new Uint8Array(1000).fill(0xff)]) {
      expect(await node.digest(hash, data)).toEqual(await browser.digest(hash, data))
      expect(await node.hmac(hash, bytes('key'), data)).toEqual(await browser.hmac(hash, bytes('key'), data))
    }
    const derived = await node.pbkdf2(hash, bytes('pencil'), salt, 4096)
    expect(derived).toEqual(await browser.pbkdf2(hash, bytes('pencil'), salt, 4096))
    expect(derived.length).toBe(scramHashBytes[hash])
  })

  it('rejects where the platform refuses, as for no rounds at all', async () => {
    await expect(node.pbkdf2(hash, bytes('pencil'), salt, 0)).rejects.toBeInstanceOf(Error)
    await expect(browser.pbkdf2(hash, bytes('pencil'), salt, 0)).rejects.toBeInstanceOf(Error)
  })
})
