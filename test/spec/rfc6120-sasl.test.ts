import { describe, expect, it } from 'vitest'
import { createCertificate } from '../../src/server/certificate.js'
import { saslFailureConditions } from '../../src/errors.js'
import { textOf } from './heard.js'
import { fromBase64, ScramServer, toBase64 } from './scram-server.js'
import {
  answerBind,
  bindFeature,
  features,
  mechanisms,
  responseHeader,
  rest,
  saslFailure,
  saslSuccess,
  start,
} from './session.js'

const sasl = 'urn:ietf:params:xml:ns:xmpp-sasl'
const code = (pattern: RegExp) => expect.objectContaining({ code: expect.stringMatching(pattern) })
const challenge = (data: string) => `<challenge xmlns='${sasl}'>${data}</challenge>`
const success = (data: string) => `<success xmlns='${sasl}'>${data}</success>`

/** A client on a secure stream that was offered these mechanisms. */
async function offered(names: readonly string[] | string, options: Parameters<typeof start>[0] = {}) {
  const session = start(options)
  const server = await session.peer()
  await server.header()
  server.say(
    responseHeader({ id: 'first' }) + features(typeof names === 'string' ? names : mechanisms(...names)),
  )
  return { ...session, server }
}

/** The name of the mechanism that is tried first. */
async function chosen(names: readonly string[], options: Parameters<typeof start>[0] = {}) {
  const { server } = await offered(names, options)
  return (await server.next('auth')).attributes['mechanism']
}

describe('the choice of a mechanism (RFC 6120 §6.3.3)', () => {
  it.each([
    [['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256']],
    [['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']],
    [['SCRAM-SHA-1', 'PLAIN', 'SCRAM-SHA-256']],
  ])('follows the order of the client, not that of the server: %j', async (names) => {
    expect(await chosen(names)).toBe('SCRAM-SHA-256')
  })

  it('prefers anything that is stronger to PLAIN (§13.8.3)', async () => {
    expect(await chosen(['PLAIN', 'SCRAM-SHA-1'])).toBe('SCRAM-SHA-1')
    expect(await chosen(['PLAIN', 'SCRAM-SHA-1'], { mechanisms: ['PLAIN', 'SCRAM-SHA-1'] })).toBe(
      'SCRAM-SHA-1',
    )
  })

  it('prefers the variant with channel binding (§13.9.4)', async () => {
    const binding =
      "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-exporter'/></sasl-channel-binding>"
    const { server } = await offered(mechanisms('SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS') + binding)
    const auth = await server.next('auth')
    expect(auth.attributes['mechanism']).toBe('SCRAM-SHA-1-PLUS')
    expect(fromBase64(textOf(auth))).toMatch(/^p=tls-exporter,,/)
  })

  it('never tells a server that offers channel binding that it offers none (RFC 5802 §6)', async () => {
    const { server } = await offered(['SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS'])
    expect(fromBase64(textOf(await server.next('auth')))).not.toMatch(/^y/)
  })

  it('tries EXTERNAL first where both sides can (§6.3.4)', async () => {
    const { cert, key } = await createCertificate({ names: { dns: ['example.test'] } })
    expect(await chosen(['PLAIN', 'SCRAM-SHA-1', 'EXTERNAL'], { tls: { cert, key } })).toBe('EXTERNAL')
  })

  it('never leaves the list of the client, and ends the stream if nothing is on it (§6.4.5)', async () => {
    const { server, outcome } = await offered(['PLAIN', 'X-UNKNOWN'], { mechanisms: ['SCRAM-SHA-1'] })
    await rest()
    server.cut()
    expect(server.raw).not.toContain('<auth')
    expect(await outcome).toEqual(code(/^authentication\.no-mechanism$/))
  })

  it('never takes PLAIN in clear (§13.8.3)', async () => {
    const { peer } = start({}, { secure: false })
    const server = await peer()
    await server.header()
    server.say(responseHeader() + features(mechanisms('PLAIN')))
    await rest()
    expect(server.raw).not.toContain('PLAIN')
  })

  it('passes over children of <mechanisms/> that it does not know (§6.3.5)', async () => {
    const hint =
      "<hostname xmlns='urn:xmpp:domain-based-name:1'>a.example.test</hostname><mechanism xmlns='urn:other'>SCRAM-SHA-256</mechanism>"
    const { server } = await offered(
      `<mechanisms xmlns='${sasl}'>${hint}<mechanism>PLAIN</mechanism></mechanisms>`,
    )
    expect((await server.next('auth')).attributes['mechanism']).toBe('PLAIN')
  })

  it('is not offered by an element of another namespace (§6.4.1)', async () => {
    const { server } = await offered(
      "<mechanisms xmlns='urn:other'><mechanism>PLAIN</mechanism></mechanisms>",
    )
    await rest()
    expect(server.raw).not.toContain('<auth')
  })
})

describe('the initiation of SASL (RFC 6120 §6.4.2)', () => {
  it('names the mechanism and carries the initial response, in canonical base64 (§6.3.5, §6.3.10)', async () => {
    const { server } = await offered(['PLAIN'], { password: 'pâsswörd', jid: 'juliet@example.test' })
    const auth = await server.next('auth')
    expect(auth).toMatchObject({ namespace: sasl, attributes: { mechanism: 'PLAIN' } })
    expect(textOf(auth)).toBe(toBase64('\0juliet\0pâsswörd'))
  })

  it('gives no authorization identity with PLAIN (§6.3.8)', async () => {
    const { server } = await offered(['PLAIN'])
    expect(fromBase64(textOf(await server.next('auth'))).split('\0')[0]).toBe('')
  })

  it('gives no authorization identity with SCRAM, and the localpart as user name (§6.3.7, §6.3.8)', async () => {
    const { server } = await offered(['SCRAM-SHA-1'], { jid: 'juliet@example.test/balcony' })
    expect(fromBase64(textOf(await server.next('auth')))).toMatch(/^[ny],,n=juliet,r=[\x21-\x2B\x2D-\x7E]+$/)
  })

  it('gives no authorization identity with EXTERNAL: a response of zero length is a single equals sign', async () => {
    const { cert, key } = await createCertificate({ names: { dns: ['example.test'] } })
    const { server } = await offered(['EXTERNAL'], { tls: { cert, key } })
    expect(textOf(await server.next('auth'))).toBe('=')
  })

  it('gives one with EXTERNAL where the certificate names several accounts, and with no other mechanism (XEP-0178 §2)', async () => {
    const jids = ['bob@example.test', 'alice@example.test']
    const tls = await createCertificate({ names: { dns: ['example.test'], xmpp: jids } })
    const { server } = await offered(['EXTERNAL'], { tls })
    expect(fromBase64(textOf(await server.next('auth')))).toBe('alice@example.test')
    const { server: other } = await offered(['SCRAM-SHA-1'], { tls })
    expect(fromBase64(textOf(await other.next('auth')))).toMatch(/^[ny],,n=alice,/)
    const one = await createCertificate({ names: { xmpp: ['alice@example.test'] } })
    const { server: third } = await offered(['EXTERNAL'], { tls: one })
    expect(textOf(await third.next('auth'))).toBe('=')
  })

  it('says an empty trace of ANONYMOUS by a single equals sign, or says it when it is asked', async () => {
    const { server } = await offered(['ANONYMOUS'], {
      jid: 'example.test',
      anonymous: true,
      password: undefined,
    })
    const initial = textOf(await server.next('auth'))
    if (initial === '') {
      server.say(challenge(''))
      await server.next('response')
    }
    server.say(saslSuccess)
    await server.header()
    expect(initial).toMatch(/^(=|[A-Za-z0-9+/]+={0,2})?$/)
  })

  it('puts nothing between the elements, in all of the negotiation (§6.3.5)', async () => {
    const { server } = await offered(['SCRAM-SHA-1'])
    const scram = new ScramServer('sha1')
    server.say(challenge(scram.challenge(textOf(await server.next('auth')))))
    const response = await server.next('response')
    server.say(success(scram.final(textOf(response))))
    await server.header()
    expect(server.raw).toMatch(/<\/auth><response [^>]*>[A-Za-z0-9+/]+={0,2}<\/response><\?xml /)
    expect(server.between).toBe('')
  })
})

describe('challenges and responses (RFC 6120 §6.4.3)', () => {
  it.each([
    ['SCRAM-SHA-1', 'sha1'],
    ['SCRAM-SHA-256', 'sha256'],
  ] as const)(
    'carry %s to the end, with additional data in <success/> (§6.3.10, §13.8.1)',
    async (name, digest) => {
      const { server } = await offered([name])
      const scram = new ScramServer(digest)
      server.say(challenge(scram.challenge(textOf(await server.next('auth')))))
      server.say(success(scram.final(textOf(await server.next('response')))))
      expect(await server.header()).toEqual(server.headers[0])
    },
  )

  it('carry the additional data in a last challenge, too (§6.3.10)', async () => {
    const { server } = await offered(['SCRAM-SHA-1'])
    const scram = new ScramServer('sha1')
    server.say(challenge(scram.challenge(textOf(await server.next('auth')))))
    server.say(challenge(scram.final(textOf(await server.next('response')))))
    const last = await server.next('response')
    expect(textOf(last)).toMatch(/^=?$/)
    server.say(saslSuccess)
    expect(await server.header()).toEqual(server.headers[0])
  })

  it.each([
    ['characters outside the alphabet', (data: string) => `${data.slice(0, 4)}*${data.slice(4)}`],
    ['white space', (data: string) => `${data.slice(0, 4)} ${data.slice(4)}`],
    ['a line break at the end', (data: string) => `${data}\n`],
    ['padding in the middle', (data: string) => `${data.slice(0, 3)}=${data.slice(4)}`],
    ['padding in front', (data: string) => `=${data.slice(1)}`],
    ['a piece missing', (data: string) => data.replace(/=*$/, '').slice(0, -1)],
    ['the alphabet for URLs', (data: string) => `-_${data.slice(2)}`],
  ])('with %s are rejected, not repaired (§13.9.1)', async (_what, spoil) => {
    const { server, outcome } = await offered(['SCRAM-SHA-1'])
    const scram = new ScramServer('sha1')
    server.say(challenge(spoil(scram.challenge(textOf(await server.next('auth'))))))
    await rest()
    expect(server.raw).not.toContain('<response')
    server.cut()
    expect(await outcome).toEqual(code(/^(authentication|protocol)\./))
  })

  it('with padding bits that are not zero are rejected (§6.3.5, §13.9.1)', async () => {
    const { server, outcome } = await offered(['SCRAM-SHA-1'])
    const scram = new ScramServer('sha1')
    const data = scram.challenge(textOf(await server.next('auth')))
    // One character more or less, until the last group is padded.
    const padded = toBase64(`${fromBase64(data)},x=${'y'.repeat((fromBase64(data).length + 1) % 3)}`)
    const last = padded.replace(/=*$/, '').at(-1) ?? ''
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
    const odd = padded.replace(/.(=*)$/, `${alphabet[alphabet.indexOf(last) + 1]}$1`)
    expect(padded).toMatch(/=$/)
    server.say(challenge(odd))
    await rest()
    expect(server.raw).not.toContain('<response')
    server.cut()
    expect(await outcome).toEqual(code(/^(authentication|protocol)\./))
  })

  it('are rejected in <success/> alike (§13.9.1)', async () => {
    const { server, outcome } = await offered(['SCRAM-SHA-1'])
    const scram = new ScramServer('sha1')
    server.say(challenge(scram.challenge(textOf(await server.next('auth')))))
    server.say(success(`${scram.final(textOf(await server.next('response')))}*`))
    await rest()
    server.cut()
    expect(server.headers).toHaveLength(1)
    expect(await outcome).toEqual(code(/^(authentication|protocol)\./))
  })

  it('of another namespace are no challenges', async () => {
    const { server, outcome } = await offered(['SCRAM-SHA-1'])
    const scram = new ScramServer('sha1')
    const data = scram.challenge(textOf(await server.next('auth')))
    server.say(`<challenge xmlns='urn:other'>${data}</challenge>`)
    await rest()
    server.cut()
    expect(server.raw).not.toContain('<response')
    expect(await outcome).toEqual(code(/^(authentication|protocol)\./))
  })
})

describe('a failure (RFC 6120 §6.4.5, §6.5)', () => {
  it.each(saslFailureConditions)('%s is a typed error', async (condition) => {
    const { server, outcome } = await offered(['PLAIN'])
    await server.next('auth')
    server.say(saslFailure(`<${condition}/>`))
    await rest()
    server.cut()
    expect(await outcome).toEqual(code(new RegExp(`^authentication\\.${condition}$`)))
  })

  it.each([
    ['an unknown condition', '<sleepy/>'],
    ['no condition', ''],
    ['a condition of another namespace', "<account-disabled xmlns='urn:other'/>"],
  ])('with %s is not-authorized (§6.5)', async (_what, content) => {
    const { server, outcome } = await offered(['PLAIN'])
    await server.next('auth')
    server.say(saslFailure(content))
    await rest()
    server.cut()
    expect(await outcome).toEqual(code(/^authentication\.not-authorized$/))
  })

  it('tells its text beside the condition (§6.5)', async () => {
    const { server, outcome } = await offered(['PLAIN'])
    await server.next('auth')
    server.say(saslFailure("<account-disabled/><text xml:lang='en'>Call 212-555-1212</text>"))
    await rest()
    server.cut()
    expect(await outcome).toMatchObject({
      condition: 'account-disabled',
      text: 'Call 212-555-1212',
      mechanism: 'PLAIN',
    })
  })

  it('of one mechanism leads to the next of the list, on the same stream', async () => {
    const { server, peers } = await offered(['SCRAM-SHA-256', 'SCRAM-SHA-1'])
    expect((await server.next('auth')).attributes['mechanism']).toBe('SCRAM-SHA-256')
    server.say(saslFailure('<invalid-mechanism/>'))
    const second = await server.next('auth')
    expect(second.attributes['mechanism']).toBe('SCRAM-SHA-1')
    const scram = new ScramServer('sha1')
    server.say(challenge(scram.challenge(textOf(second))))
    server.say(success(scram.final(textOf(await server.next('response')))))
    await server.header()
    expect(server.headers).toHaveLength(2)
    expect(peers).toHaveLength(1)
  })

  it('repeated for ever does not make the client try for ever', async () => {
    const names = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']
    const { server, outcome } = await offered(names)
    for (let turn = 0; turn < 12; turn += 1) {
      await rest()
      if (server.ended || server.closings > 0) break
      server.say(saslFailure('<invalid-mechanism/>'))
    }
    server.cut()
    const tried = server.elements.flatMap(({ name, attributes }) =>
      name === 'auth' ? [attributes['mechanism']] : [],
    )
    expect(tried.length).toBeGreaterThan(1)
    expect(tried).toEqual(names.slice(0, tried.length))
    expect(await outcome).toEqual(code(/^authentication\.invalid-mechanism$/))
  })
})

describe('success (RFC 6120 §6.4.6)', () => {
  it('is followed by a new header alone: no closing tag, no stanza, not before <success/> (§6.3.2)', async () => {
    const { server } = await offered(['PLAIN'])
    await server.next('auth')
    await rest()
    expect(server.headers).toHaveLength(1)
    server.say(saslSuccess)
    await server.header()
    await rest()
    expect(server.raw).toMatch(/<\/auth><\?xml [^>]*\?><stream:stream [^>]*>$/)
    expect(server.headers[1]?.attributes).toMatchObject({
      to: 'example.test',
      from: 'alice@example.test',
      version: '1.0',
    })
  })

  it('may carry additional data of zero length as a single equals sign', async () => {
    const { server } = await offered(['SCRAM-SHA-1'])
    const scram = new ScramServer('sha1')
    server.say(challenge(scram.challenge(textOf(await server.next('auth')))))
    server.say(challenge(scram.final(textOf(await server.next('response')))))
    await server.next('response')
    server.say(success('='))
    expect(await server.header()).toEqual(server.headers[0])
  })

  it('is believed of the SASL namespace alone', async () => {
    const { server, outcome } = await offered(['PLAIN'])
    await server.next('auth')
    server.say("<success xmlns='urn:other'/>")
    await rest()
    server.cut()
    expect(server.headers).toHaveLength(1)
    expect(await outcome).toEqual(code(/^(authentication|protocol)\./))
  })

  it('is not believed before anything was asked', async () => {
    const { peer, outcome } = start()
    const server = await peer()
    await server.header()
    server.say(responseHeader() + saslSuccess)
    await rest()
    server.cut()
    expect(server.headers).toHaveLength(1)
    expect(await outcome).toEqual(code(/^(authentication|protocol)\./))
  })

  it('makes SASL offered once more mean nothing', async () => {
    const { server, client } = await offered(['PLAIN'])
    await server.next('auth')
    server.say(saslSuccess)
    await server.header()
    server.say(responseHeader() + features(mechanisms('PLAIN') + bindFeature))
    await answerBind(server)
    await rest()
    expect(client.state.status).toBe('online')
    expect(server.elements.filter(({ name }) => name === 'auth')).toHaveLength(1)
  })
})
