import { describe, expect, it } from 'vitest'
import { nameEndpoint } from '../../src/transport/dial-browser.js'
import { formatEndpoint, parseEndpoint } from '../../src/transport/endpoint.js'
import { toLoggableUrl } from '../../src/transport/web-socket-url.js'

describe('parseEndpoint()', () => {
  it.each([
    ['xmpp://example.test', { kind: 'starttls', host: 'example.test', port: 5222 }],
    ['xmpps://example.test', { kind: 'direct-tls', host: 'example.test', port: 5223 }],
    ['xmpp://example.test:80', { kind: 'starttls', host: 'example.test', port: 80 }],
    ['xmpps://example.test:443/', { kind: 'direct-tls', host: 'example.test', port: 443 }],
    ['XMPP://Example.TEST:05222', { kind: 'starttls', host: 'example.test', port: 5222 }],
    ['xmpp://bücher.test', { kind: 'starttls', host: 'xn--bcher-kva.test', port: 5222 }],
    ['xmpp://127.0.0.1:1', { kind: 'starttls', host: '127.0.0.1', port: 1 }],
    ['xmpps://[::1]:65535', { kind: 'direct-tls', host: '::1', port: 65535 }],
    ['ws://example.test/xmpp', { kind: 'websocket', url: 'ws://example.test/xmpp' }],
    ['wss://Example.test?a=1', { kind: 'websocket', url: 'wss://example.test/?a=1' }],
  ])('reads %s', (text, endpoint) => {
    expect(parseEndpoint(text)).toEqual(endpoint)
  })

  it.each([
    ['', 'not an endpoint: ""'],
    ['example.test', 'not an endpoint'],
    ['example.test:5222', 'not an endpoint'],
    ['xmpp:example.test', 'not an endpoint'],
    ['xmpp:', 'not an endpoint'],
    ['xmpp://', 'no valid host'],
    ['xmpp://:5222', 'not an endpoint'],
    ['xmpp://a b', 'not an endpoint'],
    ['xmpp://a..b%00', 'no valid host'],
    ['xmpp://example.test:0', 'port 0'],
    ['xmpp://example.test:65536', 'not an endpoint'],
    ['xmpp://example.test/path', 'more than a host'],
    ['xmpps://example.test?x=1', 'more than a host'],
    ['xmpps://example.test#x', 'more than a host'],
    ['http://example.test', 'write xmpp://host:5222'],
    ['wss://', 'not an endpoint'],
    ['wss://example.test/#x', 'fragment'],
  ])('refuses %j', (text, words) => {
    expect(() => parseEndpoint(text)).toThrow(RangeError)
    expect(() => parseEndpoint(text)).toThrow(words)
  })

  it.each([
    'xmpp://juliet:CANARY@example.test',
    'wss://juliet:CANARY@example.test/',
    'xmpps://CANARY@x',
    ' wss://juliet:CANARY@example.test/',
    'wss:/juliet:CANARY@example.test/',
    'wss:juliet:CANARY@example.test',
    'wss:\\\\juliet:CANARY@example.test',
    'wss://juliet:CAN/ARY@example.test',
    'juliet:CANARY@example.test',
    'juliet:CANARY@example.test/?x@y',
  ])('refuses credentials without repeating them: %j', (text) => {
    expect(() => parseEndpoint(text)).toThrow(RangeError)
    expect(() => parseEndpoint(text)).not.toThrow(/CANARY|ARY/)
  })

  it.each([
    ['https://example.test/ws?token=CANARY', 'not an endpoint: "https://example.test/ws…"; write'],
    ['example.test/ws?token=CANARY', 'not an endpoint: "example.test/ws…"; write'],
    ['wss://example.test/?token=CANARY#x', '"wss://example.test/…" has a fragment'],
    ['xmpps://example.test?token=CANARY', '"xmpps://example.test…" has more than a host and a port'],
    ['xmpp://example.test:0/#CANARY', '"xmpp://example.test:0/…" has more'],
  ])('refuses %j without what may be secret in it', (text, words) => {
    expect(() => parseEndpoint(text)).toThrow(words)
    expect(() => parseEndpoint(text)).not.toThrow('CANARY')
  })

  it('repeats no more than the beginning of a long text', () => {
    expect(() => parseEndpoint(`nonsense ${'x'.repeat(10_000)}`)).toThrow(/^.{1,250}$/)
  })
})

describe('formatEndpoint()', () => {
  it.each([
    'xmpp://example.test:5222',
    'xmpps://[::1]:5223',
    'wss://example.test/xmpp?x=1',
    'xmpp://127.0.0.1:1',
  ])('gives back %s', (text) => {
    expect(formatEndpoint(parseEndpoint(text))).toBe(text)
  })
})

describe('toLoggableUrl()', () => {
  it('leaves out what may be secret', () => {
    expect(toLoggableUrl('wss://a:CANARY@example.test:444/x?token=CANARY#CANARY')).toBe(
      'wss://example.test:444/x',
    )
  })
})

describe('nameEndpoint() of browsers', () => {
  it('tells nothing secret, and takes WebSockets alone', () => {
    expect(nameEndpoint('WSS://Example.test/x?token=CANARY')).toBe('wss://example.test/x')
    expect(nameEndpoint('xmpps://example.test')).toBeUndefined()
    expect(nameEndpoint('xmpp://example.test:5222')).toBeUndefined()
  })

  it.each([
    ['wss://example.test/#x', 'fragment'],
    ['https://example.test', 'write ws://… or wss://…'],
    ['example.test', 'not an endpoint'],
    ['xmpp://juliet:CANARY@example.test', 'no user name or password'],
    ['wss://juliet:CANARY@example.test/', 'no user name or password'],
  ])('refuses %j', (text, words) => {
    expect(() => nameEndpoint(text)).toThrow(RangeError)
    expect(() => nameEndpoint(text)).toThrow(words)
    expect(() => nameEndpoint(text)).not.toThrow('CANARY')
  })
})
