import { createStorage } from 'unstorage'
import { describe, expect, it } from 'vitest'
import { defaultTimeouts } from '../machines/timeouts.js'
import { createClient, fromUnstorage, sessionIn } from '../src/index.js'

describe('the options of createClient()', () => {
  it.each([
    [{ jid: 'no spaces@example.test' }, RangeError, /localpart/],
    [{ jid: 'example.test' }, RangeError, /names no account/],
    [{ jid: 'example.test', anonymous: true, password: 'x' }, TypeError, /no password/],
    [{ jid: 'a@b.test', endpoint: 'http://b.test' }, RangeError, /xmpp:\/\/host:5222/],
    [{ jid: 'a@b.test', endpoint: [] }, RangeError, /empty list/],
    [{ jid: 'a@b.test', timeouts: { dialMs: 0 } }, RangeError, /dialMs/],
    [{ jid: 'a@b.test', timeouts: { dialMs: Number.NaN } }, RangeError, /dialMs/],
    [{ jid: 'a@b.test', tls: { cert: '-----BEGIN CERTIFICATE-----' } }, TypeError, /tls\.key/],
    [{ jid: 'a@b.test', limits: { depth: 0 } }, RangeError, /depth/],
    [{ jid: 'a@b.test', limits: { outboundLimitBytes: 0 } }, RangeError, /outboundLimitBytes/],
    [{ jid: 'a@b.test', presence: { priority: 1000 } }, RangeError, /priority/],
    [{ jid: 'a@b.test', presence: { status: 'a\u0000' } }, RangeError, /U\+0000/],
    [{ jid: 'a@b.test', mechanisms: ['scram-sha-256'] }, RangeError, /scram-sha-256/],
    [{ jid: 'a@b.test', lang: 'de_CH' }, RangeError, /language tag/],
  ])('refuses %j at once', (options, kind, message) => {
    expect(() => createClient(options)).toThrow(kind)
    expect(() => createClient(options)).toThrow(message)
  })

  it('take what is undefined for what is left out', () => {
    const { actor } = createClient({
      jid: 'a@b.test',
      timeouts: { ackMs: undefined, dialMs: 5 },
      limits: { depth: undefined, outboundLimitBytes: undefined, unacknowledgedStanzas: undefined },
    })
    expect(actor.getSnapshot().context.timeouts).toEqual({ ...defaultTimeouts, dialMs: 5 })
  })

  // Whoever writes JavaScript is told by nothing else.
  it.each([
    ['endpoint', new URL('xmpps://b.test:5223'), /`endpoint` is the text of a URL/],
    ['reconnect', 'sometimes', /`reconnect` is afterOnline, always or never, not sometimes/],
    ['tls', { ca: './ca.crt' }, /`tls.ca` is PEM itself, not the name of a file/],
    ['tls', { cert: 'me.crt', key: 'me.key' }, /`tls.cert` is PEM itself/],
    ['pasword', 'x', /there is no option pasword: did you mean password\?/],
    ['colour', 'x', /there is no option colour$/],
    ['timeouts', { dailMs: 5 }, /there is no time-out dailMs: did you mean dialMs\?/],
    ['tls', { cret: 'x' }, /there is no TLS option cret: did you mean cert\?/],
    ['limits', { depht: 5 }, /there is no limit depht: did you mean depth\?/],
    ['timeouts', null, /the option timeouts is null: leave it out/],
    ['tls', null, /the option tls is null: leave it out/],
    ['limits', null, /the option limits is null: leave it out/],
    ['presence', null, /the option presence is null: leave it out/],
    ['store', fromUnstorage(createStorage()), /write `store: sessionIn\(store\)`/],
    ['keyCache', fromUnstorage(createStorage()), /write `keyCache: keysIn\(store, account\)`/],
    ['password', 5, /`password` is text, or a function that gives it/],
    ['mechanisms', 'PLAIN', /`mechanisms` is a list of names/],
    ['mechanisms', new Set(['PLAIN']), /`mechanisms` is a list of names/],
    ['surroundings', {}, /`surroundings` has a function `watch`/],
    ['lang', ['en'], /\["en"\] is no language tag/],
    ['jid', { domain: 'b.test' }, /a JID must be given as text/],
    ['inspect', {}, /`inspect` is a function/],
    ['wire', {}, /`wire` is a function/],
    ['security', {}, /`security` is a function/],
  ])('says what `%s` takes', (name, value, message) => {
    const options = { jid: 'a@b.test', [name]: value }
    expect(() => createClient(options)).toThrow(message)
  })

  it.each([[undefined], [null], ['a@b.test']])('says what it takes to who gives it %j', (options) => {
    expect(() => Reflect.apply(createClient, undefined, [options])).toThrow(
      new TypeError('a client is made of options: write createClient({ jid, password })'),
    )
  })

  it('says how a storage of unstorage becomes a store', () => {
    const inJavaScript = () => Reflect.apply(sessionIn, undefined, [createStorage()])
    expect(inJavaScript).toThrow(/`delete`.*`fromUnstorage\(storage\)`/)
  })
})
