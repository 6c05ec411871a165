import { filter, firstValueFrom } from 'rxjs'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  createCertificate,
  createCertificateAuthority,
  type CertificateAuthority,
  type IssuedCertificate,
} from '../../src/server/certificate.js'
import { features, login, mechanisms, openingTag, type Exchange } from '../support/scripted-server.js'
import { createTestClient, failToConnect } from './attempt.js'
import { leaveNothingBehind } from './remains.js'
import { serveInClear, serveStartTls, starttls } from './secure-server.js'

leaveNothingBehind('passing')

let authority: CertificateAuthority
let trusted: IssuedCertificate
beforeAll(async () => {
  authority = await createCertificateAuthority()
  trusted = await createCertificate({ names: { dns: ['example.test'] }, signer: authority })
})

const tlsFailure = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>"
const header = { hears: /<stream:stream[^>]*>/, says: openingTag }
const offers = (content: string): readonly Exchange[] => [header, { hears: /^/, says: features(content) }]
const asked = (says: string): Exchange => ({ hears: /<starttls[^>]*>/, says })
const everything = mechanisms('SCRAM-SHA-256', 'PLAIN')
const success = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"

/** What stands where STARTTLS was offered, and what is said to whoever asks for it all the same. */
const stripped: readonly (readonly [what: string, script: readonly Exchange[], code: RegExp])[] = [
  ['not offered, and refused', [...offers(everything), asked(tlsFailure)], /tls-unavailable/],
  ['not offered, and met with silence', offers(everything), /tls-unavailable/],
  ['not offered, and met with the end', [...offers(everything), asked('hang up')], /tls-unavailable/],
  [
    'not offered, and met with features',
    [...offers(everything), asked(features(everything))],
    /tls-unavailable/,
  ],
  ['not offered, and met with success', [...offers(everything), asked(success)], /tls-unavailable/],
  ['not offered, with nothing else', [...offers(''), asked(tlsFailure)], /tls-unavailable/],
  [
    'offered in another namespace',
    [...offers(`<starttls xmlns='urn:example:tls'/>${everything}`), asked(tlsFailure)],
    /tls-unavailable/,
  ],
  [
    'offered inside another feature',
    [...offers(`<x xmlns='urn:x'>${starttls}</x>${everything}`), asked(tlsFailure)],
    /tls-unavailable/,
  ],
  [
    'not offered by a server that claims to be older than features',
    [{ ...header, says: openingTag.replace(" version='1.0' xml:", ' xml:') }],
    /tls-unavailable/,
  ],
  ['offered, and refused', [...offers(starttls + everything), asked(tlsFailure)], /tls-unavailable/],
  ['offered, and cut', [...offers(starttls + everything), asked('cut')], /transport\.(closed|reset)/],
  ['offered, and met with success', [...offers(starttls + everything), asked(success)], /bad-format/],
]

describe('A8: STARTTLS', () => {
  it.each(stripped)('%s, ends it without a byte of credentials', async (_what, script, code) => {
    const server = await serveInClear(script)
    const { error } = await failToConnect({ endpoint: server.endpoint })
    expect(error).toMatchObject({ code: expect.stringMatching(code) })
    expect(server.heard()).not.toMatch(/auth|alice/)
    expect(server.heard()).not.toContain(Buffer.from('\0alice\0secret').toString('base64'))
  })

  it('that was offered is not forgone because the app allows plain text', async () => {
    const server = await serveInClear([...offers(starttls + everything), asked(tlsFailure)])
    const { error } = await failToConnect({ endpoint: server.endpoint, dangerouslyAllowPlaintext: true })
    expect(error).toMatchObject({ code: 'transport.tls-unavailable' })
    expect(server.heard()).not.toMatch(/auth|alice/)
  })

  it('is used even where the app would go on without', async () => {
    const { endpoint } = await serveStartTls(trusted)
    const client = createTestClient({
      endpoint,
      tls: { ca: authority.cert },
      dangerouslyAllowPlaintext: true,
    })
    await client.connect()
    expect(client.state).toMatchObject({ status: 'online', encrypted: true })
  })

  it('is asked for where it was removed from the offer, and then used', async () => {
    const { endpoint } = await serveStartTls(trusted, login, features(everything))
    const client = createTestClient({ endpoint, tls: { ca: authority.cert } })
    await client.connect()
    expect(client.state).toMatchObject({ status: 'online', encrypted: true })
  })

  it('is required at each endpoint of several: none of them is tried in clear', async () => {
    const scripts = [
      [...offers(everything), asked(tlsFailure)],
      [...offers(everything), asked('hang up')],
    ]
    const servers = await Promise.all(scripts.map((script) => serveInClear(script)))
    const { client } = await failToConnect({ endpoint: servers.map(({ endpoint }) => endpoint) })
    expect(client.state).toMatchObject({ tried: [{ error: { code: 'transport.tls-unavailable' } }, {}] })
    for (const server of servers) expect(server.heard()).not.toMatch(/auth|alice/)
  })

  it('is required when the client comes back, however often it had been encrypted before', async () => {
    let isFirst = true
    const { cert, key } = trusted
    const server = await serveInClear((transport) => {
      if (!isFirst) return [...offers(everything), asked(tlsFailure)]
      isFirst = false
      return [
        ...offers(starttls),
        {
          hears: /<starttls[^>]*>/,
          says: () => {
            const never = new AbortController().signal
            queueMicrotask(() => void transport.startTls({ role: 'server', cert, key }, never))
            return "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
          },
        },
        ...login,
      ]
    })
    const client = createTestClient({
      endpoint: server.endpoint,
      tls: { ca: authority.cert },
      reconnect: 'afterOnline',
    })
    await client.connect()
    const refused = firstValueFrom(
      client.state$.pipe(
        filter((state) => state.status === 'backingOff' && state.error.code === 'transport.tls-unavailable'),
      ),
    )
    server.servers[0]?.cut()
    // Does not wait for the backoff, and does not end it: whoever stands in between now is not the server.
    void client.connect().catch(() => undefined)
    expect(await refused).toMatchObject({ because: expect.stringContaining('a network in between') })
    await client.disconnect()
    expect(server.servers[1]?.heard).not.toMatch(/auth|alice/)
  })
})
