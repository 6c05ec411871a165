import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StanzaError, TransportError } from '../../src/errors.js'
import { StanzaBus } from '../../src/router/stanza-bus.js'
import type { Sendable } from '../../src/router/outbound.js'
import { openRequestLimit } from '../../src/router/requests.js'
import { parseJid } from '../../src/stanza/jid.js'
import { xml, XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { serialize } from '../../src/xml/serializer.js'

const account = { bare: 'alice@example.test', full: 'alice@example.test/desk' }
const payload = xml('query', 'urn:example:question')
const scope = { namespace: ns.client }
const toElement = (stanza: Sendable) => (stanza instanceof XmlElement ? stanza : stanza.toElement())

function openBus() {
  const sent: XmlElement[] = []
  let count = 0
  const bus = new StanzaBus(() => `id-${(count += 1)}`)
  bus.open({ send: (stanza) => void sent.push(toElement(stanza)) }, account, 'en')
  return { bus, sent, texts: () => sent.map((element) => serialize(element, scope)) }
}

const iq = (attributes: Record<string, string>, ...children: XmlElement[]) =>
  xml('iq', ns.client, attributes, ...children)
const settled = async (promise: Promise<unknown>) => {
  let state = 'pending'
  promise.then(
    () => (state = 'resolved'),
    () => (state = 'rejected'),
  )
  await vi.advanceTimersByTimeAsync(0)
  return state
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  const left = vi.getTimerCount()
  vi.useRealTimers()
  if (left > 0) throw new Error(`${left} timers are left`)
})

describe('StanzaBus.request()', () => {
  it('resolves with the answer of whom was asked', async () => {
    const { bus, texts } = openBus()
    const answer = bus.request({ type: 'get', to: parseJid('bob@example.test/home'), payload })
    expect(texts()).toEqual([
      "<iq to='bob@example.test/home' id='id-1' type='get'><query xmlns='urn:example:question'/></iq>",
    ])
    bus.dispatch(iq({ type: 'result', id: 'id-1', from: 'bob@example.test/home' }, payload))
    expect((await answer).payload?.name).toBe('query')
    expect(bus.openRequests).toBe(0)
  })

  it.each([
    ['nobody named', undefined, [undefined, account.bare, account.full]],
    ['the own account', account.bare, [undefined, account.bare, account.full]],
    ['a server', 'example.test', ['example.test']],
    ['a contact', 'bob@example.test/home', ['bob@example.test/home']],
  ])('believes, for %s, only who may answer', async (_who, to, believed) => {
    const senders = [
      undefined,
      'example.test',
      'bob@example.test',
      'bob@example.test/home',
      'mallory@evil.test',
      account.bare,
      account.full,
      'alice@example.test/other',
    ]
    for (const from of senders) {
      const { bus } = openBus()
      const answer = bus.request({ type: 'get', to: to === undefined ? undefined : parseJid(to), payload })
      bus.dispatch(iq({ type: 'result', id: 'id-1', ...(from === undefined ? {} : { from }) }))
      expect([from, await settled(answer)]).toEqual([from, believed.includes(from) ? 'resolved' : 'pending'])
      bus.close(undefined)
    }
  })

  it('compares senders in prepared form', async () => {
    const { bus } = openBus()
    const answer = bus.request({ type: 'get', to: parseJid('Bob@Example.TEST/home'), payload })
    bus.dispatch(iq({ type: 'result', id: 'id-1', from: 'BOB@example.test/home' }))
    expect(await settled(answer)).toBe('resolved')
  })

  it('takes no message, no request and no other id for an answer', async () => {
    const { bus } = openBus()
    const answer = bus.request({ type: 'get', payload })
    bus.dispatch(xml('message', ns.client, { id: 'id-1', type: 'result' }))
    bus.dispatch(iq({ id: 'id-1', type: 'set' }, payload))
    bus.dispatch(iq({ id: 'id-2', type: 'result' }))
    expect(await settled(answer)).toBe('pending')
    bus.close(undefined)
  })

  it('rejects with the stanza error of the answer', async () => {
    const { bus } = openBus()
    const answer = bus.request({ type: 'get', payload })
    const error = xml('error', ns.client, { type: 'wait' }, xml('resource-constraint', ns.stanzaErrors))
    bus.dispatch(iq({ type: 'error', id: 'id-1' }, error))
    await expect(answer).rejects.toMatchObject({ code: 'stanza.resource-constraint', type: 'wait' })
  })

  it('rejects when the answer does not come in time, and ignores it later', async () => {
    const { bus } = openBus()
    const answer = bus.request({ type: 'get', payload }, { timeoutMs: 500 })
    const outcome = answer.catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(500)
    expect(await outcome).toMatchObject({ code: 'timeout.request', timeoutMs: 500 })
    bus.dispatch(iq({ type: 'result', id: 'id-1' }))
    expect(bus.openRequests).toBe(0)
  })

  it('rejects when the caller gives it up, before and while it waits', async () => {
    const { bus, sent } = openBus()
    const controller = new AbortController()
    const waiting = bus.request({ type: 'get', payload }, { signal: controller.signal })
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'transport.aborted' })
    await expect(bus.request({ type: 'get', payload }, { signal: controller.signal })).rejects.toMatchObject({
      code: 'transport.aborted',
    })
    expect(sent).toHaveLength(1)
  })

  it('rejects everything that is open when the session ends, with the reason', async () => {
    const { bus } = openBus()
    const answers = [1, 2, 3].map(() => bus.request({ type: 'get', payload }))
    const reason = new StanzaError('gone', 'cancel')
    bus.close(reason)
    for (const answer of answers) {
      await expect(answer).rejects.toMatchObject({ code: 'transport.not-connected', cause: reason })
    }
    await expect(bus.request({ type: 'get', payload })).rejects.toMatchObject({
      code: 'transport.not-connected',
    })
  })

  it.each([0, -1, Number.NaN, Infinity, 2 ** 31])('refuses to wait %d ms', async (timeoutMs) => {
    const { bus, sent } = openBus()
    await expect(bus.request({ type: 'get', payload }, { timeoutMs })).rejects.toThrow(RangeError)
    expect(sent).toEqual([])
  })

  it('refuses one request too many', async () => {
    const { bus } = openBus()
    const answers = Array.from({ length: openRequestLimit }, () => bus.request({ type: 'get', payload }))
    await expect(bus.request({ type: 'get', payload })).rejects.toMatchObject({ code: 'transport.overflow' })
    bus.close(undefined)
    await Promise.allSettled(answers)
  })
})

describe('StanzaBus.dispatch()', () => {
  it('answers a request by its handler', () => {
    const { bus, texts } = openBus()
    bus.handle('query', 'urn:example:question', (request) =>
      xml('answer', 'urn:example:question', { to: request.from?.toString() }),
    )
    bus.dispatch(iq({ type: 'get', id: 'q', from: 'bob@example.test/home' }, payload))
    expect(texts()).toEqual([
      "<iq to='bob@example.test/home' id='q' type='result'><answer xmlns='urn:example:question' to='bob@example.test/home'/></iq>",
    ])
  })

  it.each([
    ['that nobody handles', undefined, 'service-unavailable'],
    ['that is refused', new StanzaError('forbidden', 'auth'), 'forbidden'],
    ['whose handler has a defect', new TypeError('boom'), 'internal-server-error'],
  ])('answers a request %s with an error', (_what, thrown, condition) => {
    const { bus, sent } = openBus()
    if (thrown !== undefined) {
      bus.handle('query', 'urn:example:question', () => {
        throw thrown
      })
    }
    bus.dispatch(iq({ type: 'get', id: 'q', from: 'bob@example.test/home' }, payload))
    expect(sent).toHaveLength(1)
    expect(sent[0]?.attribute('type')).toBe('error')
    expect(sent[0]?.child('error')?.child(condition, ns.stanzaErrors)).toBeDefined()
  })

  it('answers a request whose handler takes its time', async () => {
    const { bus, sent } = openBus()
    bus.handle('query', 'urn:example:question', () => Promise.resolve(xml('answer', 'urn:example:question')))
    bus.dispatch(iq({ type: 'get', id: 'q', from: 'bob@example.test/home' }, payload))
    expect(sent).toEqual([])
    await vi.advanceTimersByTimeAsync(0)
    expect(sent[0]?.attribute('type')).toBe('result')
  })

  it('answers even where the handler’s own words cannot be said in XML', () => {
    const sent: XmlElement[] = []
    const bus = new StanzaBus(() => 'id')
    const send = (stanza: Sendable) => {
      serialize(toElement(stanza), scope)
      sent.push(toElement(stanza))
    }
    bus.open({ send }, account)
    bus.handle('query', 'urn:example:question', () => {
      throw new StanzaError('bad-request', 'modify', { text: 'bad \0' })
    })
    bus.dispatch(iq({ type: 'get', id: 'q', from: 'bob@example.test/home' }, payload))
    expect(sent[0]?.child('error')?.child('bad-request', ns.stanzaErrors)).toBeDefined()
  })

  it.each([
    ['a request', iq({ type: 'get', id: 'q', from: 'bob@example.test/home' }, payload)],
    ['a request that nobody serves', iq({ type: 'get', id: 'q' }, xml('query', 'urn:example:other'))],
    ['what cannot be read', iq({ type: 'get', id: 'q' })],
  ])('leaves %s without an answer where there is no room for one', async (_what, element) => {
    const bus = new StanzaBus(() => 'id')
    const full = new TransportError('overflow', 'too much waits')
    let asked = 0
    const send = () => {
      asked += 1
      throw full
    }
    bus.open({ send }, account)
    bus.handle('query', 'urn:example:question', () => undefined)
    expect(() => bus.dispatch(element)).not.toThrow()
    await vi.advanceTimersByTimeAsync(0)
    expect(asked).toBe(1)
  })

  it.each([
    ['without a payload', iq({ type: 'get', id: 'q' }), 'bad-request'],
    ['with two payloads', iq({ type: 'set', id: 'q' }, payload, payload), 'bad-request'],
    ['of no known type', iq({ type: 'put', id: 'q' }, payload), 'bad-request'],
  ])('answers an IQ %s with an error', (_what, element, condition) => {
    const { bus, sent } = openBus()
    bus.dispatch(element)
    expect(sent[0]?.child('error')?.child(condition, ns.stanzaErrors)).toBeDefined()
  })

  it('answers nobody at an impossible address', () => {
    const { bus, sent } = openBus()
    bus.dispatch(iq({ type: 'get', id: 'q', from: '@' }, payload))
    expect(sent).toEqual([])
  })

  it('never answers an answer', () => {
    const { bus, sent } = openBus()
    bus.dispatch(iq({ type: 'error', id: 'unknown' }))
    bus.dispatch(iq({ type: 'result', id: 'unknown' }, payload, payload))
    expect(sent).toEqual([])
  })

  it('keeps the order for every subscriber, even when one of them causes the next stanza', () => {
    const { bus } = openBus()
    const first: (string | undefined)[] = []
    const second: (string | undefined)[] = []
    bus.message$.subscribe(({ body }) => {
      first.push(body)
      if (body === '1') bus.dispatch(xml('message', ns.client, {}, xml('body', ns.client, {}, '2')))
    })
    bus.message$.subscribe(({ body }) => second.push(body))
    bus.dispatch(xml('message', ns.client, {}, xml('body', ns.client, {}, '1')))
    expect(first).toEqual(['1', '2'])
    expect(second).toEqual(['1', '2'])
  })

  it('delivers nothing outside a session', () => {
    const { bus } = openBus()
    const seen: unknown[] = []
    bus.stanza$.subscribe((stanza) => seen.push(stanza))
    bus.close(undefined)
    bus.dispatch(xml('message', ns.client))
    expect(seen).toEqual([])
  })

  it('delivers nothing that is no stanza', () => {
    const { bus } = openBus()
    const seen: unknown[] = []
    bus.stanza$.subscribe((stanza) => seen.push(stanza))
    bus.dispatch(xml('message', 'urn:example:other'))
    expect(seen).toEqual([])
  })

  it('gives messages the language of the stream', () => {
    const { bus } = openBus()
    const langs: (string | undefined)[] = []
    bus.message$.subscribe(({ lang }) => langs.push(lang))
    bus.dispatch(xml('message', ns.client))
    bus.dispatch(xml('message', ns.client, { 'xml:lang': 'fr' }))
    expect(langs).toEqual(['en', 'fr'])
  })
})

describe('StanzaBus.sent$', () => {
  it('tells what this side sends, answers included', async () => {
    const { bus } = openBus()
    const types: (string | undefined)[] = []
    bus.sent$.subscribe((element) => types.push(`${element.name} ${element.attribute('type')}`))
    const answer = bus.request({ type: 'get', payload })
    bus.dispatch(iq({ type: 'set', id: 'q', from: 'bob@example.test/home' }, payload))
    bus.close(undefined)
    await expect(answer).rejects.toMatchObject({ code: 'transport.not-connected' })
    expect(types).toEqual(['iq get', 'iq error'])
  })
})

describe('StanzaBus.stopSending()', () => {
  it('settles and refuses, and still delivers what arrives', async () => {
    const { bus, sent } = openBus()
    const bodies: (string | undefined)[] = []
    bus.message$.subscribe(({ body }) => bodies.push(body))
    const answer = bus.request({ type: 'get', payload })
    bus.stopSending(undefined)
    bus.dispatch(xml('message', ns.client, {}, xml('body', ns.client, {}, 'last words')))
    bus.dispatch(iq({ type: 'get', id: 'q' }, payload))
    await expect(answer).rejects.toMatchObject({ code: 'transport.not-connected' })
    expect(() => bus.send(xml('presence', ns.client))).toThrow('not online')
    expect([bodies, sent.length]).toEqual([['last words'], 1])
  })
})

describe('StanzaBus.handle()', () => {
  it('refuses a second handler, until the first is taken back', () => {
    const { bus } = openBus()
    const take = bus.handle('query', 'urn:example:question', () => undefined)
    expect(() => bus.handle('query', 'urn:example:question', () => undefined)).toThrow(RangeError)
    take()
    expect(() => bus.handle('query', 'urn:example:question', () => undefined)).not.toThrow()
  })
})
