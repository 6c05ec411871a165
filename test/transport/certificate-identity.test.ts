import { afterEach, describe, expect, it } from 'vitest'
import { listenTls, type Listener } from '../../src/transport/listen.js'
import { listenWebSocket } from '../../src/transport/listen-web-socket.js'
import { dialTls } from '../../src/transport/tcp.js'
import type { Transport } from '../../src/transport/transport.js'
import { dialWebSocket } from '../../src/transport/web-socket.js'
import { createAuthority, issueSelfSigned, type Issued, type Names, type Wanted } from './certificates.js'
import { Accepted, never } from './pairings.js'
import { rejection } from './peers.js'
import { Recorder } from './recorder.js'

const authority = createAuthority()
const { ca } = authority
const host = '127.0.0.1'
const dayMs = 86_400_000

let listener: Listener | undefined
let accepted = new Accepted()

afterEach(() => listener?.close())

async function listen({ cert, key }: Issued): Promise<number> {
  accepted = new Accepted()
  listener = await listenTls({ tls: { role: 'server', cert, key }, onTransport: accepted.onTransport })
  return listener.port
}

/** Dials `domain` at a server with this certificate. */
async function dial(wanted: Wanted | Issued, domain: string): Promise<Transport> {
  const port = await listen('der' in wanted ? wanted : authority.issue(wanted))
  return dialTls({ host, port, tls: { domain, ca }, signal: never() })
}

describe('a certificate is accepted', () => {
  const cases: readonly (readonly [why: string, names: Names, domain: string])[] = [
    ['for its DNS name', { dns: ['example.test'] }, 'example.test'],
    ['for a DNS name in another case', { dns: ['EXAMPLE.test'] }, 'Example.Test'],
    ['for a wildcard of one label', { dns: ['*.example.test'] }, 'chat.example.test'],
    ['for its SRV name', { srv: ['_xmpp-client.example.test'] }, 'example.test'],
    [
      'for its SRV name beside a foreign DNS name',
      { dns: ['host.test'], srv: ['_XMPP-client.example.test'] },
      'example.test',
    ],
    ['for its XmppAddr', { dns: ['host.test'], xmpp: ['example.test'] }, 'example.test'],
    ['for its XmppAddr as U-labels', { xmpp: ['bücher.test'] }, 'xn--bcher-kva.test'],
    ['for a domain given as U-labels', { dns: ['xn--bcher-kva.test'] }, 'bücher.test'],
    ['for a domain with a final dot', { dns: ['example.test'] }, 'example.test.'],
    ['for its IP address', { addresses: ['127.0.0.1'] }, '127.0.0.1'],
  ]
  it.each(cases)('%s', async (_, names, domain) => {
    const transport = await dial({ names }, domain)
    expect(transport.tls?.version).toBe('TLSv1.3')
    transport.destroy()
  })
})

describe('a certificate is refused', () => {
  const cases: readonly (readonly [why: string, wanted: Wanted, domain: string])[] = [
    ['for another DNS name', { names: { dns: ['other.test'] } }, 'example.test'],
    ['for a name that only the common name has', { commonName: 'example.test' }, 'example.test'],
    [
      'for a common name beside an SRV name',
      { commonName: 'example.test', names: { srv: ['_xmpp-client.other.test'] } },
      'example.test',
    ],
    [
      'for the SRV name of another service',
      { names: { srv: ['_xmpp-server.example.test', '_imap.example.test'] } },
      'example.test',
    ],
    ['for a wildcard of two labels', { names: { dns: ['*.example.test'] } }, 'a.b.example.test'],
    ['for a wildcard without its label', { names: { dns: ['*.example.test'] } }, 'example.test'],
    ['for a name that begins alike', { names: { dns: ['example.test.evil.test'] } }, 'example.test'],
    [
      'for the host that was dialled',
      { names: { addresses: ['127.0.0.1'], dns: ['localhost'] } },
      'example.test',
    ],
    ['for another IP address', { names: { addresses: ['127.0.0.2'] } }, '127.0.0.1'],
    ['for an IP address written as a DNS name', { names: { dns: ['127.0.0.1'] } }, '127.0.0.1'],
  ]
  it.each(cases)('%s', async (_, wanted, domain) => {
    const error = await rejection(dial(wanted, domain))
    expect(error.code).toBe('transport.certificate-mismatch')
    expect(error.message).toContain(`not for ${domain}`)
  })

  it('for a name with a NUL in it, as text after it does not count', async () => {
    const error = await rejection(dial({ names: { dns: ['example.test\0.evil.test'] } }, 'example.test'))
    expect(error.code).toBe('transport.certificate-mismatch')
  })

  it('for one domain after it was accepted for another, and another certificate for that', async () => {
    const issued = authority.issue({ names: { dns: ['example.test'] } })
    const accept = async () => (await dial(issued, 'example.test')).destroy()
    await accept()
    await listener?.close()
    expect((await rejection(dial(issued, 'other.test'))).code).toBe('transport.certificate-mismatch')
    await listener?.close()
    await accept()
    await listener?.close()
    const other = authority.issue({ names: { dns: ['other.test'] } })
    expect((await rejection(dial(other, 'example.test'))).code).toBe('transport.certificate-mismatch')
  })

  it('with the names it has in the message, and where it was met', async () => {
    const names = {
      dns: ['a.test', 'b.test', 'c.test', 'd.test'],
      srv: ['_xmpp-client.e.test'],
      xmpp: ['f.test'],
    }
    const error = await rejection(dial({ names }, 'example.test'))
    expect(error.message).toMatch(
      /^TLS handshake with tls:\/\/127\.0\.0\.1:\d+ failed: the certificate is not for example\.test: /,
    )
    expect(error.message).toContain(
      'it names DNS "a.test", DNS "b.test", DNS "c.test", DNS "d.test", SRV "_xmpp-client.e.test" and 1 more',
    )
  })

  it('when it has expired', async () => {
    const notAfter = new Date(Date.now() - dayMs)
    const notBefore = new Date(Date.now() - 2 * dayMs)
    const error = await rejection(
      dial({ names: { dns: ['example.test'] }, notBefore, notAfter }, 'example.test'),
    )
    expect(error.code).toBe('transport.certificate-expired')
    expect(error.message).toContain('certificate has expired (CERT_HAS_EXPIRED)')
    expect(error.cause).toBeInstanceOf(Error)
  })

  it('when it is not valid yet', async () => {
    const notBefore = new Date(Date.now() + dayMs / 2)
    const error = await rejection(dial({ names: { dns: ['example.test'] }, notBefore }, 'example.test'))
    expect(error.code).toBe('transport.certificate-expired')
  })

  it('when only its own key vouches for it', async () => {
    const error = await rejection(dial(issueSelfSigned({ names: { dns: ['example.test'] } }), 'example.test'))
    expect(error.code).toBe('transport.certificate-untrusted')
  })

  it('when another authority vouches for it', async () => {
    const stranger = createAuthority('a stranger').issue({ names: { dns: ['example.test'] } })
    expect((await rejection(dial(stranger, 'example.test'))).code).toBe('transport.certificate-untrusted')
  })

  it('when no authority was named that the system does not know', async () => {
    const port = await listen(authority.issue({ names: { dns: ['example.test'] } }))
    const dialing = dialTls({ host, port, tls: { domain: 'example.test' }, signal: never() })
    expect((await rejection(dialing)).code).toBe('transport.certificate-untrusted')
  })
})

describe('a client certificate', () => {
  const server = authority.issue({ names: { dns: ['example.test'] } })
  const tls = {
    role: 'server',
    cert: server.cert,
    key: server.key,
    ca,
    requestClientCertificate: true,
  } as const

  async function serverSide(client?: Issued): Promise<Recorder> {
    accepted = new Accepted()
    listener = await listenTls({ tls, onTransport: accepted.onTransport })
    const material = client === undefined ? {} : { cert: client.cert, key: client.key }
    await dialTls({
      host,
      port: listener.port,
      tls: { domain: 'example.test', ca, ...material },
      signal: never(),
    })
    return new Recorder(await accepted.next())
  }

  it('reaches the server, trusted, with its JIDs', async () => {
    const client = authority.issue({ names: { xmpp: ['romeo@example.test'] } })
    const { tls } = (await serverSide(client)).transport
    expect(tls?.peer).toEqual({ der: client.der, authorized: true, xmppAddresses: ['romeo@example.test'] })
  })

  it('is marked where nobody trusted vouches for it', async () => {
    const client = issueSelfSigned({ names: { xmpp: ['romeo@example.test'] } })
    expect((await serverSide(client)).transport.tls?.peer?.authorized).toBe(false)
  })

  it('may be missing', async () => {
    const { tls } = (await serverSide()).transport
    expect(tls).toEqual({ version: 'TLSv1.3', alpn: 'xmpp-client', look: expect.any(Function) })
  })
})

describe('the certificate of a wss: server', () => {
  async function dialSecureWebSocket(names: Names, domain?: string): Promise<Transport> {
    const { cert, key } = authority.issue({ names })
    listener = await listenWebSocket({ tls: { role: 'server', cert, key }, onTransport: () => {} })
    return dialWebSocket({
      url: `wss://127.0.0.1:${listener.port}/xmpp-websocket`,
      signal: never(),
      tls: { ca, ...(domain === undefined ? {} : { domain }) },
    })
  }

  it('is for the host of the URL', async () => {
    expect((await dialSecureWebSocket({ addresses: ['127.0.0.1'] })).tls).not.toBeNull()
  })

  it('or for the XMPP domain, where that is given', async () => {
    expect((await dialSecureWebSocket({ dns: ['example.test'] }, 'example.test')).tls).not.toBeNull()
    const error = await rejection(dialSecureWebSocket({ dns: ['example.test'] }))
    expect(error.code).toBe('transport.certificate-mismatch')
  })

  it('is for nobody else', async () => {
    const error = await rejection(dialSecureWebSocket({ dns: ['other.test'] }, 'example.test'))
    expect(error.code).toBe('transport.certificate-mismatch')
    expect(error.message).toContain('not for 127.0.0.1 or example.test')
  })
})

describe('dialTls()', () => {
  it('refuses what is no domain, before it connects', async () => {
    const tls = { domain: 'not a domain', ca }
    await expect(dialTls({ host, port: 1, tls, signal: never() })).rejects.toThrow(RangeError)
  })

  it('refuses keys that are no PEM, and shows nothing of them', async () => {
    const tls = { domain: 'example.test', cert: 'CANARY', key: 'CANARY' }
    const error: unknown = await dialTls({ host, port: 1, tls, signal: never() }).catch(
      (cause: unknown) => cause,
    )
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).not.toContain('CANARY')
  })
})
