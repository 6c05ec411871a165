import { describe, expect, test } from 'vitest'
import { decodeBase64 } from '../../src/base64.js'
import { hashOffer } from '../../src/sasl/downgrade-protection.js'
import { createScram } from '../../src/sasl/scram.js'
import { createScramServer } from '../../src/sasl/scram-server.js'
import { deriveStoredKeys } from '../../src/sasl/scram-stored-keys.js'
import { bytes, converse, text } from './exchange.js'

/** RFC 5802 §5, RFC 7677 §3, and for SHA-512 the vector that several implementations share. */
const vectors = [
  {
    hash: 'SHA-1',
    clientNonce: 'fyko+d2lbbFgONRv9qkxdawL',
    serverNonce: '3rfcNHYJY1ZVvWVs7j',
    salt: 'QSXCR+Q6sek8bf92',
    proof: 'v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    signature: 'rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  {
    hash: 'SHA-256',
    clientNonce: 'rOprNGfwEbeRWgbNEkqO',
    serverNonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
    proof: 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    signature: '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
  {
    hash: 'SHA-512',
    clientNonce: 'rOprNGfwEbeRWgbNEkqO',
    serverNonce: '02431b08-2f89-4bad-a4e6-80c0564ec865',
    salt: 'Yin2FuHTt/M0kJWb0t9OI32n2VmOGi3m+JfjOvuDF88=',
    proof: 'Hc5yec3NmCD7t+kFRw4/3yD6/F3SQHc7AVYschRja+Bc3sbdjlA0eH1OjJc0DD4ghn1tnXN5/Wr6qm9xmaHt4A==',
    signature: 'BQuhnKHqYDwQWS5jAw4sZed+C9KFUALsbrq81bB0mh+bcUUbbMPNNmBIupnS2AmyyDnG5CTBQtkjJ9kyY4kzmw==',
  },
] as const

describe.each(vectors)('SCRAM-$hash', ({ clientNonce, hash, proof, salt, serverNonce, signature }) => {
  test('both sides say what the published exchange says', async () => {
    const client = createScram({ hash, username: 'user', password: () => 'pencil', nonce: () => clientNonce })
    const keys = await deriveStoredKeys('pencil', { hash, salt: decodeBase64(salt) ?? new Uint8Array() })
    const server = createScramServer({
      hash,
      bound: false,
      accounts: { decoySecret: new Uint8Array(16), lookup: async () => keys },
      offer: { mechanisms: [] },
      nonce: () => serverNonce,
    })
    const { end, said } = await converse(client, server)
    expect(said).toEqual([
      `n,,n=user,r=${clientNonce}`,
      `r=${clientNonce}${serverNonce},s=${salt},i=4096`,
      `c=biws,r=${clientNonce}${serverNonce},p=${proof}`,
      `v=${signature}`,
    ])
    expect(end).toMatchObject({ kind: 'success', username: 'user', authzid: '' })
  })
})

describe('the exchange of XEP-0474 §5.3', () => {
  const offer = {
    mechanisms: ['SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS'],
    channelBindings: ['tls-server-end-point', 'tls-exporter'],
  }
  const binding = { type: 'tls-exporter', data: bytes('THIS IS FAKE CB DATA') } as const
  const clientNonce = '12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6'
  const nonce = `${clientNonce}a09117a6-ac50-4f2f-93f1-93799c2bddf6`
  const serverFirst = `r=${nonce},s=QSXCR+Q6sek8bf92,i=4096,h=G6k/rBLDqgOhRRaCuuatSDFkJ08=`

  test('the digest of the offer is the published one, in whatever order it came', async () => {
    const published = decodeBase64('G6k/rBLDqgOhRRaCuuatSDFkJ08=')
    expect(await hashOffer(offer, 'SHA-1')).toEqual(published)
    const turned = {
      mechanisms: offer.mechanisms.toReversed(),
      channelBindings: offer.channelBindings.toReversed(),
    }
    expect(await hashOffer(turned, 'SHA-1')).toEqual(published)
  })

  test('the server accepts the published answer, unknown extension included, and signs as published', async () => {
    const keys = await deriveStoredKeys('pencil', {
      hash: 'SHA-1',
      salt: decodeBase64('QSXCR+Q6sek8bf92') ?? new Uint8Array(),
    })
    const server = createScramServer({
      hash: 'SHA-1',
      bound: true,
      accounts: { decoySecret: new Uint8Array(16), lookup: async () => keys },
      offer,
      protectsOffer: true,
      channelBinding: (type) => (type === binding.type ? binding.data : undefined),
      nonce: () => nonce.slice(clientNonce.length),
    })
    const first = await server.start(bytes(`p=tls-exporter,,n=user,r=${clientNonce}`))
    if (first.kind !== 'challenge') throw new Error('no challenge')
    expect(text(first.challenge)).toBe(serverFirst)
    const channel = 'cD10bHMtZXhwb3J0ZXIsLFRISVMgSVMgRkFLRSBDQiBEQVRB'
    const answer = `c=${channel},r=${nonce},x=19C6532F-1CF4-4A27-A18D-DC9CEA41BBB3,p=M/SIDjT+dfcxUh89jZEypRvFxB4=`
    expect(await first.next(bytes(answer))).toEqual({
      kind: 'success',
      username: 'user',
      authzid: '',
      additional: bytes('v=MQrMPvv7yv4x4Cq4W4Ih25EqS2c='),
    })
  })

  test('the client goes on when the digest fits, and not when a mechanism or a binding was taken away', async () => {
    const start = async (seen: typeof offer) => {
      const client = createScram({
        hash: 'SHA-1',
        username: 'user',
        password: () => 'pencil',
        gs2: { flag: 'p', binding },
        nonce: () => clientNonce,
        offer: seen,
      })
      return (await client.start()).next(bytes(serverFirst))
    }
    expect(text((await start(offer)).response)).toContain(
      'c=cD10bHMtZXhwb3J0ZXIsLFRISVMgSVMgRkFLRSBDQiBEQVRB,',
    )
    await expect(start({ ...offer, mechanisms: ['SCRAM-SHA-1-PLUS'] })).rejects.toMatchObject({
      code: 'authentication.server-not-verified',
    })
    await expect(start({ ...offer, channelBindings: ['tls-exporter'] })).rejects.toMatchObject({
      code: 'authentication.server-not-verified',
    })
  })
})
