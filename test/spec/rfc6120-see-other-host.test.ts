import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../../src/client.js'
import {
  createCertificate,
  createCertificateAuthority,
  type CertificateAuthority,
  type IssuedCertificate,
} from '../../src/server/certificate.js'
import { listenTcp } from '../../src/transport/listen.js'
import { listenForPeers } from './listening.js'
import type { Peer } from './peer.js'
import {
  closingTag,
  features,
  mechanisms,
  proceed,
  responseHeader,
  startTlsFeature,
  streamError,
} from './session.js'

const closers: { close(): Promise<void> }[] = []
let authority: CertificateAuthority
let right: IssuedCertificate
let wrong: IssuedCertificate

beforeAll(async () => {
  authority = await createCertificateAuthority()
  right = await createCertificate({ names: { dns: ['example.test'] }, signer: authority })
  wrong = await createCertificate({ names: { dns: ['127.0.0.1', 'localhost'] }, signer: authority })
})
afterEach(async () => {
  for (const closer of closers.splice(0)) await closer.close()
})

async function listen() {
  const listening = await listenForPeers((onTransport) => listenTcp({ onTransport }))
  closers.push(listening)
  return listening
}

async function secure(peer: Peer, certificate = right) {
  await peer.header()
  peer.say(responseHeader() + features(startTlsFeature))
  await peer.next('starttls')
  peer.say(proceed)
  await peer.startTls(certificate)
  return peer.header()
}

const redirect = (to: string) =>
  responseHeader() +
  streamError(`<see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>${to}</see-other-host>`) +
  closingTag

/** A client whose server sends it elsewhere, over TLS. */
async function redirected(to: (port: number) => string) {
  const [first, second] = [await listen(), await listen()]
  const client = createClient({
    jid: 'alice@example.test',
    password: 'secret',
    endpoint: `xmpp://127.0.0.1:${first.port}`,
    tls: { ca: authority.cert },
    reconnect: 'never',
  })
  closers.push(client)
  const outcome: Promise<unknown> = client.connect().then(
    () => undefined,
    (error: unknown) => error,
  )
  const peer = await first.next()
  const header = await secure(peer)
  peer.say(redirect(to(second.port)))
  return { outcome, peer, header, second }
}

describe('see-other-host (RFC 6120 §4.9.3.19)', () => {
  const there = (port: number) => `127.0.0.1:${port}`

  it('is followed: the same to, TLS again, the same account', async () => {
    const { peer, header, second } = await redirected(there)
    const other = await second.next()
    expect((await secure(other)).attributes).toEqual(header.attributes)
    expect(peer.closings).toBe(1)
    other.say(responseHeader() + features(mechanisms('PLAIN')))
    expect((await other.next('auth')).attributes['mechanism']).toBe('PLAIN')
  })

  it('leads to nobody whose certificate is for another domain: the identity is still that of the account', async () => {
    const { outcome, second } = await redirected(there)
    const other = await second.next()
    secure(other, wrong).catch(() => undefined)
    expect(await outcome).toMatchObject({ code: 'transport.certificate-mismatch' })
    expect(other.raw).not.toMatch(/auth|alice/)
  })

  it('leads to nobody who has no TLS', async () => {
    const { outcome, second } = await redirected(there)
    const other = await second.next()
    await other.header()
    other.say(responseHeader() + features(mechanisms('PLAIN')))
    other.next('starttls').then(
      () => other.say("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>"),
      () => undefined,
    )
    expect(await outcome).toMatchObject({ code: 'transport.tls-unavailable' })
    expect(other.raw).not.toMatch(/auth|alice/)
  })

  it('is followed at least twice and at most five times in a row', async () => {
    const { outcome, second } = await redirected(there)
    const follow = async () => {
      for (;;) {
        const peer = await second.next()
        secure(peer).then(
          () => peer.say(redirect(there(second.port))),
          () => undefined,
        )
      }
    }
    void follow()
    expect(await outcome).toMatchObject({ code: 'stream.see-other-host' })
    expect(second.peers.length).toBeGreaterThanOrEqual(2)
    expect(second.peers.length).toBeLessThanOrEqual(5)
  })

  it.each(['', 'http://other.example.test/', 'a b:5222', '[::1'])(
    'names no host with %j: the attempt ends',
    async (to) => {
      const { outcome } = await redirected(() => to)
      expect(await outcome).toMatchObject({ code: 'stream.see-other-host' })
    },
  )
})
