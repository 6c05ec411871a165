import { describe, expect, it } from 'vitest'
import { redirectedEndpoint } from '../../machines/redirect.js'

describe('redirectedEndpoint()', () => {
  it.each([
    ['xmpp://a.test:5222', 'b.test', 'xmpp://b.test'],
    ['xmpps://a.test:5223', 'b.test:443', 'xmpps://b.test:443'],
    ['xmpp://a.test', '[2001:db8::1]:5222', 'xmpp://[2001:db8::1]:5222'],
    ['wss://a.test/ws', 'wss://b.test/ws', 'wss://b.test/ws'],
    ['wss://a.test/ws', 'wss://b.test?user=a@b', 'wss://b.test?user=a@b'],
  ])('reaches it as %s was reached: %s', (endpoint, other, expected) => {
    expect(redirectedEndpoint(endpoint, other)).toBe(expected)
  })

  it.each([
    ['wss://a.test/ws', 'ws://b.test/ws'],
    ['wss://a.test/ws', 'b.test'],
    ['xmpp://a.test', 'wss://b.test/ws'],
    ['xmpp://a.test', 'http://b.test'],
    ['xmpp://a.test', 'user@b.test'],
    ['xmpp://a.test', 'b.test/path'],
    ['xmpp://a.test', ''],
    ['memory://a.test', 'b.test'],
    ['xmpp://a.test', '[:::::]:5222'],
    ['xmpp://a.test', '256.256.256.256'],
    ['xmpp://a.test', 'a%zz'],
    ['xmpp://a.test', 'a<b'],
    ['xmpp://a.test', 'b.test:0'],
    ['wss://a.test/ws', 'wss://'],
    ['wss://a.test/ws', 'wss://b test/ws'],
    ['wss://a.test/ws', 'wss://b.test:99999/ws'],
    ['wss://a.test/ws', 'wss://user:password@b.test/ws'],
    ['wss://a.test/ws', 'wss://b.test/ws#fragment'],
  ])('refuses what is weaker or senseless: %s → %s', (endpoint, other) => {
    expect(redirectedEndpoint(endpoint, other)).toBeUndefined()
  })
})
