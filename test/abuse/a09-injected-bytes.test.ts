import { beforeAll, describe, expect, it } from 'vitest'
import {
  createCertificate,
  createCertificateAuthority,
  type CertificateAuthority,
  type IssuedCertificate,
} from '../../src/server/certificate.js'
import {
  bindFeature,
  features,
  mechanisms,
  openingTag,
  scriptedEndpoint,
  type Exchange,
} from '../support/scripted-server.js'
import { failToConnect } from './attempt.js'
import { leaveNothingBehind } from './remains.js'
import { proceed, serveInClear, serveStartTls, starttls } from './secure-server.js'

leaveNothingBehind('passing')

let authority: CertificateAuthority
let trusted: IssuedCertificate
beforeAll(async () => {
  authority = await createCertificateAuthority()
  trusted = await createCertificate({ names: { dns: ['example.test'] }, signer: authority })
})

const injected = [
  ['a space', ' '],
  ['a line break', '\r\n'],
  ['half a tag', '<'],
  ['a header', openingTag],
  ['a header and features', openingTag + features(mechanisms('PLAIN'))],
  ['features', features(mechanisms('PLAIN'))],
  ['success', "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"],
  ['a stanza', "<message from='example.test'><body>injected</body></message>"],
  ['another go-ahead', proceed],
  [
    'a redirection',
    "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>evil.test</see-other-host></stream:error>",
  ],
  ['the end of the stream', '</stream:stream>'],
  ['NUL', '\0'],
  ['what looks like TLS', '\x16\x03\x03\x00\x05'],
] as const

const script = (behind: string): readonly Exchange[] => [
  { hears: /<stream:stream[^>]*>/, says: openingTag + features(starttls) },
  { hears: /<starttls[^>]*>/, says: proceed + behind },
]

describe('A9: behind the go-ahead for TLS, in the same write,', () => {
  it.each(injected)('%s ends it: nothing of it is ever read', async (_what, behind) => {
    const { open, servers } = scriptedEndpoint([script(behind)], { secure: false })
    const { error } = await failToConnect({ endpoint: open })
    expect(error).toMatchObject({ code: 'protocol.policy-violation' })
    expect(servers[0]?.heard).toContain('<policy-violation ')
    expect(servers[0]?.heard).not.toMatch(/auth|alice/)
    expect(servers[0]?.ended).toBe(true)
  })

  it.each(injected)('%s ends it over TCP, too', async (_what, behind) => {
    const server = await serveInClear(script(behind))
    const { error } = await failToConnect({ endpoint: server.endpoint, tls: { ca: authority.cert } })
    expect(error).toMatchObject({ code: 'protocol.policy-violation' })
    expect(server.heard()).not.toMatch(/auth|alice/)
  })
})

describe('A9: behind the go-ahead for TLS, in a write of its own,', () => {
  // Of TLS one byte may come at a time; what is none of it is refused by the handshake at the latest.
  it.each(injected.filter(([what]) => what !== 'half a tag' && what !== 'a space' && what !== 'NUL'))(
    '%s ends it',
    async (_what, behind) => {
      const server = await serveInClear([...script(''), { hears: /[^]/, says: `${behind}${' '.repeat(64)}` }])
      const { error } = await failToConnect({ endpoint: server.endpoint, tls: { ca: authority.cert } })
      expect(error).toMatchObject({
        code: expect.stringMatching(/^(protocol\.policy-violation|transport\.tls-failed)$/),
      })
      expect(server.heard()).not.toMatch(/auth|alice/)
    },
  )
})

describe('A9: what was said in clear', () => {
  it('is forgotten: mechanisms, features and the id of the stream', async () => {
    const server = await serveStartTls(
      trusted,
      [{ hears: /<stream:stream[^>]*>/, says: openingTag + features(mechanisms('X-NONE')) }],
      features(starttls + mechanisms('PLAIN') + bindFeature),
    )
    const { error } = await failToConnect({ endpoint: server.endpoint, tls: { ca: authority.cert } })
    expect(error).toMatchObject({
      code: 'authentication.no-mechanism',
      message: expect.not.stringContaining('PLAIN'),
    })
    expect(server.heard()).not.toContain('<auth')
  })

  it('cannot stand in for what is not said inside TLS', async () => {
    const server = await serveStartTls(
      trusted,
      [{ hears: /<stream:stream[^>]*>/, says: 'silence' }],
      features(starttls + mechanisms('PLAIN')),
    )
    const { error } = await failToConnect({
      endpoint: server.endpoint,
      tls: { ca: authority.cert },
    })
    expect(error).toMatchObject({ code: 'timeout.header' })
    expect(server.heard()).not.toContain('<auth')
  })
})
