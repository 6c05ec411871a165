import { connect } from 'node:net'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer, type EmbeddedServer, type ServerEvent } from '../../src/server/index.js'
import { logIn, Wire } from './wire.js'

let server: EmbeddedServer
const defects: ServerEvent[] = []
beforeAll(async () => {
  server = await createServer({
    listen: { tcp: {} },
    mechanisms: ['SCRAM-SHA-256'],
    accounts: ['alice', 'bob'].map((username) => ({ username, password: 'secret' })),
    limits: { stanzaBytes: 10_000 },
  })
  server.events$.subscribe((event) => event.kind === 'defect' && defects.push(event))
})
afterAll(() => server.close())

const header = (changes: Readonly<Record<string, string | undefined>> = {}) => {
  const attributes: Record<string, string | undefined> = {
    to: 'localhost',
    version: '1.0',
    xmlns: 'jabber:client',
    'xmlns:stream': 'http://etherx.jabber.org/streams',
    ...changes,
  }
  const written = Object.entries(attributes).map(([name, value]) =>
    value === undefined ? '' : ` ${name}='${value}'`,
  )
  return `<stream:stream${written.join('')}>`
}

const serverLives = async () => {
  const wire = await logIn(server.connect(), 'alice')
  const heard = await wire.heard()
  wire.transport.destroy()
  return heard
}

describe('what a stranger may not say', () => {
  it.each([
    ['another domain', header({ to: 'other.test' }), 'host-unknown'],
    ['an address instead of a domain', header({ to: 'alice@localhost' }), 'host-unknown'],
    ['something that is no domain', header({ to: '..' }), 'host-unknown'],
    ['no domain', header({ to: undefined }), 'improper-addressing'],
    ['no version', header({ version: undefined }), 'unsupported-version'],
    ['a version before the first', header({ version: '0.9' }), 'unsupported-version'],
    ['a version that is none', header({ version: 'latest' }), 'unsupported-version'],
    ['another stream namespace', header({ 'xmlns:stream': 'urn:other' }), 'invalid-namespace'],
    ['the namespace of servers', header({ xmlns: 'jabber:server' }), 'invalid-namespace'],
    ['no content namespace', header({ xmlns: undefined }), 'invalid-namespace'],
    [
      'another root',
      "<s:flow xmlns='jabber:client' xmlns:s='http://etherx.jabber.org/streams'>",
      'bad-format',
    ],
    ['a root without a namespace', '<stream>', 'invalid-namespace'],
    ['HTTP', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', 'not-well-formed'],
    ['tags that do not match', `${header()}<a></b>`, 'not-well-formed'],
    ['a prefix that stands for nothing', `${header()}<x:a/>`, 'not-well-formed'],
    ['the same attribute twice', `${header()}<a b='' b=''/>`, 'not-well-formed'],
    ['a comment', `${header()}<!-- hello -->`, 'restricted-xml'],
    ['a processing instruction', `${header()}<?hello?>`, 'restricted-xml'],
    ['a document type', `<!DOCTYPE stream []>${header()}`, 'restricted-xml'],
    ['an entity', `${header()}<a>&lol;</a>`, 'restricted-xml'],
    ['a stanza', `${header()}<message to='bob@localhost'/>`, 'not-authorized'],
    [
      'a bind request',
      `${header()}<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`,
      'not-authorized',
    ],
    ['an element that means nothing', `${header()}<hello xmlns='urn:example'/>`, 'unsupported-stanza-type'],
    [
      'a response without a challenge',
      `${header()}<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>`,
      'unsupported-stanza-type',
    ],
    [
      'an abort of nothing',
      `${header()}<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>`,
      'unsupported-stanza-type',
    ],
    [
      'a success of its own',
      `${header()}<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>`,
      'unsupported-stanza-type',
    ],
    ['a header in the header', `${header()}${header()}`, 'invalid-xml'],
    ['too much at once', `${header()}<a xmlns='urn:x'>${'a'.repeat(10_001)}`, 'policy-violation'],
    [
      'too many attributes',
      `${header()}<a ${Array.from({ length: 300 }, (_, n) => `a${n}=''`).join(' ')}/>`,
      'policy-violation',
    ],
    ['too deep a tree', `${header()}${'<a>'.repeat(100)}`, 'policy-violation'],
  ])('%s', async (_, text, condition) => {
    const wire = new Wire(server.connect())
    wire.write(text)
    expect(await wire.streamError()).toBe(condition)
    expect(await wire.take()).toBe('disconnected')
    expect(await serverLives()).toEqual([])
  })

  it.each([
    ['bytes that are no UTF-8', [0xff, 0xfe], 'unsupported-encoding'],
    ['an overlong encoding', [0xc0, 0xbc], 'unsupported-encoding'],
    ['a NUL', [0x00], 'not-well-formed'],
  ])('%s', async (_, bytes, condition) => {
    const port = Number(new URL(server.endpoints.starttls ?? '').port)
    const answer = await new Promise<string>((resolve, reject) => {
      let text = ''
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(`${header()}<a>`)
        socket.end(Uint8Array.from(bytes))
      })
      socket.setEncoding('utf8')
      socket.on('data', (piece: string) => (text += piece))
      socket.on('end', () => resolve(text))
      socket.on('error', reject)
    })
    expect(answer).toContain(`<${condition} xmlns=`)
    expect(answer.endsWith('</stream:stream>')).toBe(true)
    expect(await serverLives()).toEqual([])
  })

  it('anything over a WebSocket before it is opened, or that is no frame', async () => {
    for (const [frame, condition] of [
      ["<message xmlns='jabber:client'/>", 'not-authorized'],
      ["<hello xmlns='urn:example'/>", 'unsupported-stanza-type'],
      ["<stream:stream xmlns:stream='http://etherx.jabber.org/streams'>", 'not-well-formed'],
      ["<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' version='1.0' to='other.test'/>", 'host-unknown'],
      ["<a xmlns='urn:x'/><b xmlns='urn:x'/>", 'not-well-formed'],
    ] as const) {
      const wire = new Wire(server.connect({ framing: 'frames' }))
      wire.write(frame)
      expect(await wire.streamError()).toBe(condition)
    }
    expect(await serverLives()).toEqual([])
  })
})

describe('what nobody may say', () => {
  it.each([
    ['that they are somebody else', "<message from='bob@localhost' to='alice@localhost'/>", 'invalid-from'],
    ['that they are another device', "<presence from='alice@localhost/other'/>", 'invalid-from'],
    ['that they are no address', "<presence from='@'/>", 'invalid-from'],
    ['what is no stanza', '<hello/>', 'unsupported-stanza-type'],
    ['a stanza of servers', "<message xmlns='jabber:server'/>", 'unsupported-stanza-type'],
    [
      'that they want TLS now',
      "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
      'unsupported-stanza-type',
    ],
    [
      'that they log in again',
      "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'/>",
      'unsupported-stanza-type',
    ],
    ['too much', `<message><body>${'a'.repeat(10_000)}`, 'policy-violation'],
    ['what is not XML', '<message></presence>', 'not-well-formed'],
  ])('%s', async (_, text, condition) => {
    const wire = await logIn(server.connect(), 'alice', 'desk')
    wire.write(text)
    expect(await wire.streamError()).toBe(condition)
    expect(await serverLives()).toEqual([])
  })

  it('own addresses are no lies', async () => {
    const wire = await logIn(server.connect(), 'alice', 'desk')
    wire.write("<presence from='alice@localhost'/><presence from='ALICE@localhost/desk'/>")
    expect(await wire.heard()).toHaveLength(2)
  })

  it('a second bind changes nothing', async () => {
    const wire = await logIn(server.connect(), 'alice', 'desk')
    wire.write("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
    expect(await wire.heard()).toEqual(['iq error service-unavailable from alice@localhost'])
  })
})

describe('names that mean something elsewhere', () => {
  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('%s is plain data', async (name) => {
    const wire = await logIn(server.connect(), 'alice', name)
    wire.write(
      `<iq type='get' id='${name}' to='${name}@localhost'><${name} xmlns='${name}' ${name}='x'/></iq>`,
    )
    expect(await wire.heard()).toEqual([`iq error service-unavailable from ${name.toLowerCase()}@localhost`])
    wire.write(`<presence type='subscribe' to='${name}@localhost'/><${name}/>`)
    expect(await wire.streamError()).toBe('unsupported-stanza-type')
  })
})

describe('a client that goes wrong', () => {
  it('loses nothing for others when it cuts the line at any point', async () => {
    const login = `${header()}<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFsaWNlAHNlY3JldA==</auth>`
    for (let cut = 0; cut <= login.length; cut += 7) {
      const transport = server.connect()
      transport.start({ data: () => {}, closed: () => {} })
      transport.write(login.slice(0, cut))
      transport.destroy()
    }
    expect(await serverLives()).toEqual([])
  })

  it('cannot bring the server down, whatever it says', async () => {
    const transcript = [
      header(),
      "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'>biwsbj1hbGljZSxyPWFiYw==</auth>",
      "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
      "<presence to='bob@localhost' type='subscribe'/></stream:stream>",
    ].join('')
    const place = fc.nat({ max: transcript.length })
    const change = fc.record({
      from: place,
      length: fc.nat({ max: 8 }),
      text: fc.string({ unit: 'binary', maxLength: 8 }),
    })
    const mutated = fc.array(change, { maxLength: 4 }).map((changes) => {
      let text = transcript
      for (const { from, length, text: put } of changes)
        text = text.slice(0, from) + put + text.slice(from + length)
      return text
    })
    await fc.assert(
      fc.asyncProperty(mutated, fc.constantFrom('bytes', 'frames'), async (text, framing) => {
        const transport = server.connect({ framing })
        const closed = new Promise((resolve) => transport.start({ data: () => {}, closed: resolve }))
        transport.write(text)
        transport.close()
        await closed
      }),
      { numRuns: 100 },
    )
    expect(await serverLives()).toEqual([])
  })

  it('is dropped when it starts TLS with words in clear', async () => {
    const wire = new Wire(server.connect({ secure: false }))
    expect((await wire.open()).starttls).toEqual({ required: true })
    wire.write("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><presence/>")
    expect((await wire.element()).name).toBe('proceed')
    expect(await wire.take()).toBe('disconnected')
  })

  it('gets no TLS where none is to be had, and the stream ends', async () => {
    const wire = new Wire(server.connect())
    await wire.open()
    wire.write("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    expect((await wire.element()).name).toBe('failure')
    expect(await wire.take()).toBe('stream closed')
  })

  it('is offered nothing but TLS, and refused when it asks for more', async () => {
    const wire = new Wire(server.connect({ secure: false }))
    expect(await wire.open()).toMatchObject({ mechanisms: [], bind: false })
    wire.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFsaWNlAHNlY3JldA==</auth>")
    expect((await wire.element('failure')).elements()[0]?.name).toBe('encryption-required')
  })

  it('that says goodbye gets one', async () => {
    const wire = await logIn(server.connect(), 'alice')
    wire.close()
    expect(await wire.take()).toBe('stream closed')
    expect(await wire.take()).toBe('disconnected')
  })

  it('that reports an error of the stream ends it', async () => {
    const wire = await logIn(server.connect(), 'alice')
    wire.write("<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>")
    expect(await wire.take()).toBe('stream closed')
  })
})

it('none of this was a mistake of the server', () => {
  expect(defects).toEqual([])
})
