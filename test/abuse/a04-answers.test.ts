import { describe, expect, it, vi } from 'vitest'
import { xml } from '../../src/index.js'
import { rest } from '../spec/session.js'
import { leaveNothingBehind } from './remains.js'
import { aftermath, createVictim, framings, unharmed } from './victim.js'

leaveNothingBehind('still')

const thing = "<query xmlns='urn:example:thing' forged='1'/>"
const answer = (attributes: string, payload = thing) =>
  `<iq xmlns='jabber:client' ${attributes}>${payload}</iq>`
const error = "<error type='cancel'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"

/** Everybody who is not bob@example.test/home. */
const strangers = [
  ['nobody at all', ''],
  ['a stranger', "from='mallory@evil.test/home'"],
  ['the bare address of whom was asked', "from='bob@example.test'"],
  ['another resource of whom was asked', "from='bob@example.test/Home'"],
  ['a namesake elsewhere', "from='bob@example.test.evil.test/home'"],
  ['the domain of whom was asked', "from='example.test'"],
  ['the own account', "from='alice@example.test'"],
  ['the own resource', "from='alice@example.test/desk'"],
  ['an address that is none', "from='@'"],
  ['an empty address', "from=''"],
] as const

describe.each(framings)('A4: over %s, a request is answered', (framing) => {
  it.each(strangers)('by no result of %s', async (_who, from) => {
    const victim = await createVictim(framing)
    victim.peer.say(answer(`type='result' id='${victim.requestId}' ${from}`))
    expect(await aftermath(victim)).toEqual(unharmed)
  })

  it.each(strangers)('by no error of %s', async (_who, from) => {
    const victim = await createVictim(framing)
    victim.peer.say(answer(`type='error' id='${victim.requestId}' ${from}`, error))
    expect(await aftermath(victim)).toEqual(unharmed)
  })

  const home = "from='bob@example.test/home'"
  it.each([
    [
      'a message of the same id',
      (id: string) => `<message xmlns='jabber:client' id='${id}' ${home}>${thing}</message>`,
    ],
    [
      'a message of type result',
      (id: string) => `<message xmlns='jabber:client' type='result' id='${id}' ${home}>${thing}</message>`,
    ],
    [
      'presence of the same id',
      (id: string) => `<presence xmlns='jabber:client' type='error' id='${id}' ${home}>${error}</presence>`,
    ],
    ['a request of the same id', (id: string) => answer(`type='get' id='${id}' ${home}`)],
    ['an IQ of no known type', (id: string) => answer(`type='Result' id='${id}' ${home}`)],
    ['an IQ without a type', (id: string) => answer(`id='${id}' ${home}`)],
    ['a result of two payloads', (id: string) => answer(`type='result' id='${id}' ${home}`, thing + thing)],
    ['an id in another case', (id: string) => answer(`type='result' id='${id.toUpperCase()}A' ${home}`)],
    ['the beginning of the id', (id: string) => answer(`type='result' id='${id.slice(0, -1)}' ${home}`)],
    ['no id', () => answer(`type='result' ${home}`)],
    [
      'an id of another namespace',
      (id: string) => answer(`type='result' xmlns:x='urn:x' x:id='${id}' ${home}`),
    ],
    [
      'an iq of another namespace',
      (id: string) => `<iq xmlns='urn:example:iq' type='result' id='${id}' ${home}>${thing}</iq>`,
    ],
  ])('not by %s', async (_what, forge) => {
    const victim = await createVictim(framing)
    victim.peer.say(forge(victim.requestId))
    expect(await aftermath(victim)).toEqual(unharmed)
  })

  it('once: a second answer changes nothing', async () => {
    const victim = await createVictim(framing)
    expect(await aftermath(victim)).toEqual(unharmed)
    victim.peer.say(answer(`type='error' id='${victim.requestId}' ${home}`, error))
    await rest()
    expect(await victim.request).toMatchObject({ type: 'result' })
    expect(victim.client.state.status).toBe('online')
  })

  it('not any more once its time is over', async () => {
    const { client, peer } = await createVictim(framing)
    const late = client
      .request({ type: 'get', to: 'bob@example.test/home', payload: xml('query', 'urn:example:thing') })
      .catch((reason: unknown) => reason)
    await rest()
    const id = peer.elements.at(-1)?.attributes['id'] ?? ''
    await vi.advanceTimersByTimeAsync(30_000)
    expect(await late).toMatchObject({ code: 'timeout.request', timeoutMs: 30_000 })
    const { raw } = peer
    peer.say(answer(`type='result' id='${id}' ${home}`))
    await rest()
    expect(client.state.status).toBe('online')
    expect(peer.raw).toBe(raw)
  })
})

describe('A4: the id of a request', () => {
  it('cannot be guessed from those before it', async () => {
    const { client, peer } = await createVictim()
    const { length } = peer.elements
    for (let count = 0; count < 200; count += 1) {
      client.request({ type: 'get', payload: xml('query', 'urn:example:thing') }).catch(() => undefined)
    }
    await rest()
    const ids = peer.elements.slice(length).map(({ attributes }) => attributes['id'] ?? '')
    expect(new Set(ids).size).toBe(200)
    // At least 64 bits of chance in each, and no common beginning or end that gives them away.
    for (const id of ids) expect(id).toMatch(/^[\w-]{11,}$/)
    expect(new Set(ids.map((id) => id.slice(0, 6))).size).toBeGreaterThan(190)
  })
})
