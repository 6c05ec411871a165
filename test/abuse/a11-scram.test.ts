import { describe, expect, it } from 'vitest'
import {
  bindFeature,
  features,
  login,
  mechanisms,
  openingTag,
  scriptedEndpoint,
  success,
  type Exchange,
} from '../support/scripted-server.js'
import { ScramServer, toBase64 } from '../spec/scram-server.js'
import { createTestClient, failToConnect } from './attempt.js'
import { leaveNothingBehind } from './remains.js'

leaveNothingBehind('still')

const sasl = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
const challenge = (data: string) => `<challenge ${sasl}>${data}</challenge>`
const done = (data: string) => `<success ${sasl}>${data}</success>`
const dataOf = (heard: string) => /<(?:auth|response) [^>]*>([^<]*)</.exec(heard)?.[1] ?? ''
const nonceOf = (heard: string) =>
  /r=([^,]*)/.exec(Buffer.from(dataOf(heard), 'base64').toString())?.[1] ?? ''

/** A first message of the server, made of the nonce of the client. */
const first = (make: (nonce: string) => string) => (heard: string) =>
  challenge(toBase64(make(nonceOf(heard))))
const salt = toBase64('salt of the earth')
const honest = first((nonce) => `r=${nonce}server,s=${salt},i=4096`)

const auth = (says: Exchange['says']): Exchange => ({ hears: /<\/auth>/, says })
const response = (says: Exchange['says']): Exchange => ({
  hears: /<\/response>|<response[^>]*\/>/,
  says,
})
const scram = (...exchanges: readonly Exchange[]): readonly Exchange[] => [
  { hears: /<stream:stream[^>]*>/, says: openingTag + features(mechanisms('SCRAM-SHA-1')) },
  ...exchanges,
  // Whoever believes it goes on.
  ...login.slice(3),
]
const signature = (text: string) => toBase64(`v=${text}`)
const zeros = Buffer.alloc(20).toString('base64')

const unproven: readonly (readonly [what: string, script: readonly Exchange[], condition: string])[] = [
  ['success without any challenge', scram(auth(success)), 'server-not-verified'],
  [
    'success without any challenge, with a signature',
    scram(auth(done(signature(zeros)))),
    'server-not-verified',
  ],
  ['success without a signature', scram(auth(honest), response(success)), 'server-not-verified'],
  ['success with nothing for a signature', scram(auth(honest), response(done('='))), 'server-not-verified'],
  ['a wrong signature', scram(auth(honest), response(done(signature(zeros)))), 'server-not-verified'],
  ['a signature that is none', scram(auth(honest), response(done(toBase64('v=')))), 'malformed-request'],
  ['a short signature', scram(auth(honest), response(done(signature('AAAA')))), 'server-not-verified'],
  ['words instead of a signature', scram(auth(honest), response(done(toBase64('ok')))), 'malformed-request'],
  [
    'a wrong signature in a challenge, and success behind it',
    scram(auth(honest), response(challenge(signature(zeros)) + success)),
    'server-not-verified',
  ],
  [
    'an error of SCRAM in success',
    scram(auth(honest), response(done(toBase64('e=other-error')))),
    'server-not-verified|not-authorized|aborted',
  ],
  ['a nonce that is not ours', scram(auth(first(() => `r=foreign,s=${salt},i=4096`))), 'server-not-verified'],
  [
    'a nonce that is ours alone',
    scram(auth(first((nonce) => `r=${nonce},s=${salt},i=4096`))),
    'server-not-verified',
  ],
  [
    'a nonce that ends in ours',
    scram(auth(first((nonce) => `r=server${nonce},s=${salt},i=4096`))),
    'server-not-verified',
  ],
  [
    'a nonce in another case',
    scram(auth(first((nonce) => `r=${nonce.toLowerCase()}S,s=${salt},i=4096`))),
    'server-not-verified',
  ],
  [
    'an iteration count of 1',
    scram(auth(first((nonce) => `r=${nonce}server,s=${salt},i=1`))),
    'mechanism-too-weak',
  ],
  [
    'an iteration count of 4095',
    scram(auth(first((nonce) => `r=${nonce}server,s=${salt},i=4095`))),
    'mechanism-too-weak',
  ],
  [
    'an iteration count that would take for ever',
    scram(auth(first((nonce) => `r=${nonce}server,s=${salt},i=2147483647`))),
    'aborted',
  ],
  ...['0', '-1', '4096.5', '4e9', '0x1000', '', 'NaN', '9'.repeat(100)].map(
    (count) =>
      [
        `an iteration count of ${JSON.stringify(count)}`,
        scram(auth(first((nonce) => `r=${nonce}server,s=${salt},i=${count}`))),
        'malformed-request|mechanism-too-weak|aborted',
      ] as const,
  ),
  [
    'an unknown mandatory attribute',
    scram(auth(first((nonce) => `m=new,r=${nonce}server,s=${salt},i=4096`))),
    'malformed-request',
  ],
  [
    'an attribute twice',
    scram(auth(first((nonce) => `r=${nonce}server,s=${salt},i=4096,i=4096`))),
    'malformed-request',
  ],
  [
    'two nonces',
    scram(auth(first((nonce) => `r=${nonce}server,r=${nonce}other,s=${salt},i=4096`))),
    'malformed-request',
  ],
  [
    'its attributes exchanged',
    scram(auth(first((nonce) => `s=${salt},r=${nonce}server,i=4096`))),
    'malformed-request',
  ],
  ['no salt', scram(auth(first((nonce) => `r=${nonce}server,i=4096`))), 'malformed-request'],
  ['an empty salt', scram(auth(first((nonce) => `r=${nonce}server,s=,i=4096`))), 'malformed-request'],
  ['an empty challenge', scram(auth(challenge(''))), 'malformed-request'],
  ['a challenge that is no text', scram(auth(challenge('//79'))), 'malformed-request'],
  [
    'its first challenge again and again',
    scram(auth(honest), response(honest), response(honest)),
    'malformed-request|server-not-verified',
  ],
]

describe('A11: a server that does not prove itself', () => {
  it.each(unproven)('by %s is never believed', async (_what, script, condition) => {
    const { open, servers } = scriptedEndpoint([script])
    const { error, client } = await failToConnect({ endpoint: open })
    expect(error).toMatchObject({
      code: expect.stringMatching(new RegExp(`^authentication\\.(${condition})$`)),
      mechanism: 'SCRAM-SHA-1',
    })
    expect(client.state).toMatchObject({ needs: expect.stringMatching(/^(change|credentials)$/) })
    expect(servers[0]?.heard).not.toContain(bindFeature)
    expect(servers[0]?.heard.match(/<stream:stream/g)).toHaveLength(1)
    expect(servers[0]?.ended).toBe(true)
  })

  it.each([
    ['a challenge', scram(auth(challenge('*')))],
    ['a challenge with white space', scram(auth(challenge('cj1h\n')))],
    ['a signature', scram(auth(honest), response(done('*')))],
  ])('by %s that is no base64 has broken the protocol', async (_what, script) => {
    const { open, servers } = scriptedEndpoint([script])
    const { error } = await failToConnect({ endpoint: open })
    expect(error).toMatchObject({ code: 'protocol.bad-format' })
    expect(servers[0]?.heard).not.toContain(bindFeature)
    expect(servers[0]?.ended).toBe(true)
  })

  it('is not asked by a weaker mechanism afterwards', async () => {
    const script = scram(auth(honest), response(success)).map((exchange, index) =>
      index > 0 ? exchange : { ...exchange, says: openingTag + features(mechanisms('SCRAM-SHA-1', 'PLAIN')) },
    )
    const { open, servers } = scriptedEndpoint([script])
    const { error } = await failToConnect({ endpoint: open })
    expect(error).toMatchObject({ code: 'authentication.server-not-verified' })
    expect(servers[0]?.heard.match(/<auth /g)).toHaveLength(1)
    expect(servers[0]?.heard).not.toContain("mechanism='PLAIN'")
  })

  it('is not tried again by itself', async () => {
    const { open, servers } = scriptedEndpoint([scram(auth(success))])
    await failToConnect({ endpoint: open, reconnect: 'always' })
    expect(servers).toHaveLength(1)
  })
})

describe('A11: a server that proves itself', () => {
  it.each(['in success', 'in a challenge'])('%s is believed', async (where) => {
    const server = new ScramServer('sha1')
    const { open } = scriptedEndpoint([
      scram(
        auth((heard) => challenge(server.challenge(dataOf(heard)))),
        response((heard) => {
          const final = server.final(dataOf(heard))
          return where === 'in success' ? done(final) : challenge(final)
        }),
        ...(where === 'in success' ? [] : [response(success)]),
      ),
    ])
    const client = createTestClient({ endpoint: open })
    await client.connect()
    expect(client.state).toMatchObject({ status: 'online', mechanism: 'SCRAM-SHA-1' })
  })
})
