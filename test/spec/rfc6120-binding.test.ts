import { describe, expect, it } from 'vitest'
import { childOf, elementsOf, textOf } from './heard.js'
import {
  authenticate,
  bindFeature,
  bound,
  closingTag,
  features,
  online,
  responseHeader,
  rest,
  start,
  streamCondition,
  streamError,
} from './session.js'

const bind = 'urn:ietf:params:xml:ns:xmpp-bind'
const code = (pattern: RegExp) => expect.objectContaining({ code: expect.stringMatching(pattern) })
const stanzaError = (id: string, type: string, condition: string) =>
  `<iq type='error' id='${id}'><error type='${type}'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`

/** A client that is authenticated, and the request that it sends then. */
async function binding(options: Parameters<typeof start>[0] = {}, offered = bindFeature) {
  const session = start(options)
  const server = await session.peer()
  await authenticate(server)
  server.say(responseHeader() + features(offered))
  const request = await server.next('iq')
  return { ...session, server, request, id: request.attributes['id'] ?? '' }
}

describe('the request (RFC 6120 §7.6.1, §7.7.1)', () => {
  it('is an IQ set with an empty <bind/> and no to, where the server shall choose', async () => {
    const { request } = await binding()
    expect(Object.keys(request.attributes).toSorted()).toEqual(['id', 'type'])
    expect(request.attributes['type']).toBe('set')
    expect(request.attributes['id']).toMatch(/./)
    expect(elementsOf(request)).toEqual([
      { prefix: '', name: 'bind', namespace: bind, attributes: { xmlns: bind }, children: [] },
    ])
  })

  it('carries the resource that the app asked for', async () => {
    const { request } = await binding({ jid: 'alice@example.test/balcony & desk' })
    const element = childOf(request, 'bind')
    expect(element?.children).toHaveLength(1)
    expect(textOf(element === undefined ? undefined : childOf(element, 'resource'))).toBe('balcony & desk')
  })

  it('is the first stanza of the stream, and the only one until it is answered (§7.1)', async () => {
    const { server } = await binding({ roster: true, presence: {} })
    await rest()
    expect(server.elements.map(({ name }) => name)).toEqual(['auth', 'iq'])
  })

  it('is not made where the server does not offer it, and the client does not go on without (§7.3.1)', async () => {
    const { peer, outcome } = start()
    const server = await peer()
    await authenticate(server)
    server.say(responseHeader() + '<stream:features/>')
    await rest()
    server.cut()
    expect(server.elements.map(({ name }) => name).filter((name) => name !== 'error')).toEqual(['auth'])
    expect(await outcome).toEqual(code(/^protocol\./))
  })

  it('is the last step even where the server offers the session of old as optional (RFC 6121 §1.2)', async () => {
    const session = "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'><optional/></session>"
    const { client } = await online({}, { features: bindFeature + session })
    expect(client.state.status).toBe('online')
  })

  it('is no cause for a restart (§7.3.2)', async () => {
    const { peer } = await online()
    await rest()
    expect(peer.headers).toHaveLength(2)
  })
})

describe('the address (RFC 6120 §4.3.6)', () => {
  it.each([
    ['with the resource that was asked for', 'alice@example.test/desk', 'alice@example.test/desk'],
    [
      'with another resource (§7.7.1)',
      'alice@example.test/desk 4db06f06',
      'alice@example.test/desk 4db06f06',
    ],
    ['with another localpart', 'alice.smith@example.test/x', 'alice.smith@example.test/x'],
    ['of another domain', 'alice@im.example.test/x', 'alice@im.example.test/x'],
  ])('is what the server says: %s', async (_what, jid, expected) => {
    const { client } = await online({ jid: 'alice@example.test/desk' }, { jid })
    expect(client.state).toMatchObject({ status: 'online', jid: expected })
  })

  it.each([
    ['no address', `<bind xmlns='${bind}'/>`],
    ['an empty address', `<bind xmlns='${bind}'><jid/></bind>`],
    ['a bare address', `<bind xmlns='${bind}'><jid>alice@example.test</jid></bind>`],
    ['an address that is none', `<bind xmlns='${bind}'><jid>@/@</jid></bind>`],
    ['nothing', ''],
    ['something else', "<query xmlns='jabber:iq:roster'/>"],
  ])('cannot be guessed from %s', async (_what, payload) => {
    const { server, id, outcome } = await binding()
    server.say(`<iq type='result' id='${id}'>${payload}</iq>`)
    await rest()
    server.cut()
    expect(await outcome).toEqual(code(/^protocol\./))
  })
})

describe('the answer (RFC 6120 §7.6, §8.1.2.1)', () => {
  it.each([
    ['without from', ''],
    ['from the account', " from='alice@example.test'"],
    ['from the server', " from='example.test'"],
    ['to the full address', " to='alice@example.test/desk'"],
  ])('%s is taken', async (_what, attributes) => {
    const { server, id, outcome } = await binding()
    server.say(bound(id, 'alice@example.test/desk').replace(/ type=/, `${attributes} type=`))
    expect(await outcome).toBeUndefined()
  })

  it('with another id is not the answer', async () => {
    const { server, id, client } = await binding()
    server.say(bound(`${id}x`, 'mallory@example.test/desk'))
    await rest()
    expect(client.state.status).not.toBe('online')
  })

  it('counts once: a second one changes nothing', async () => {
    const { server, id, client, outcome } = await binding()
    server.say(
      bound(id, 'alice@example.test/desk') +
        bound(id, 'mallory@example.test/desk') +
        stanzaError(id, 'cancel', 'not-allowed'),
    )
    expect(await outcome).toBeUndefined()
    await rest()
    expect(client.state).toMatchObject({ status: 'online', jid: 'alice@example.test/desk' })
  })
})

describe('a refusal (RFC 6120 §7.6.2, §7.7.2)', () => {
  it.each([
    ['conflict', 'modify', '§7.7.2.2'],
    ['conflict', 'cancel', '§8.3.3.2'],
  ])(
    'with %s (%s) is no end: another resource is asked for on the same stream (%s)',
    async (condition, type) => {
      const { server, id, peers, client, outcome } = await binding({ jid: 'alice@example.test/desk' })
      server.say(stanzaError(id, type, condition))
      const again = await server.next('iq')
      expect(again.attributes['type']).toBe('set')
      expect(again.attributes['id']).not.toBe(id)
      expect(JSON.stringify(again.children)).not.toContain('"desk"')
      server.say(bound(again.attributes['id'] ?? '', 'alice@example.test/other'))
      expect(await outcome).toBeUndefined()
      expect(client.state).toMatchObject({ jid: 'alice@example.test/other' })
      expect(peers).toHaveLength(1)
    },
  )

  it('for ever is not asked for ever: the server allows five to ten retries (§7.7.3)', async () => {
    const { server, id, outcome } = await binding({ jid: 'alice@example.test/desk' })
    let last = id
    for (let turn = 0; turn < 20 && !server.ended && server.closings === 0; turn += 1) {
      server.say(stanzaError(last, 'modify', 'conflict'))
      await rest()
      last = server.elements.findLast(({ name }) => name === 'iq')?.attributes['id'] ?? ''
    }
    server.cut()
    expect(server.elements.filter(({ name }) => name === 'iq').length).toBeLessThanOrEqual(6)
    expect(await outcome).toEqual(code(/^stanza\.conflict$/))
  })

  it.each([
    ['resource-constraint', 'wait'],
    ['not-allowed', 'cancel'],
  ])('with %s is a typed error, and is not answered', async (condition, type) => {
    const { server, id, outcome } = await binding()
    server.say(stanzaError(id, type, condition))
    await rest()
    server.cut()
    expect(await outcome).toEqual(code(new RegExp(`^stanza\\.${condition}$`)))
    expect(server.elements.filter(({ name }) => name === 'iq')).toHaveLength(1)
  })

  it('by a stream error is that stream error (§7.7.3)', async () => {
    const { server, outcome } = await binding()
    server.say(streamError(streamCondition('policy-violation')) + closingTag)
    await server.end()
    expect(await outcome).toEqual(code(/^stream\.policy-violation$/))
  })
})
