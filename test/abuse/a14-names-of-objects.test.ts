import { describe, expect, it } from 'vitest'
import {
  bindFeature,
  features,
  mechanisms,
  online,
  onlineFramed,
  responseHeader,
  rest,
  saslFailure,
  start,
} from '../spec/session.js'
import { leadTo } from './phases.js'
import { leaveNothingBehind } from './remains.js'
import { aftermath, createVictim, defeatedBy, framings, unharmed } from './victim.js'

leaveNothingBehind('still')

const names = [
  'constructor',
  '__proto__',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'isPrototypeOf',
  '__defineGetter__',
  'then',
  'length',
] as const

/** What an attack would have changed: what every object and function inherits. */
const inherited = () =>
  [Object.prototype, Function.prototype, Array.prototype].map((prototype) =>
    Object.entries(Object.getOwnPropertyDescriptors(prototype)),
  )

describe.each(framings)('A14: over %s,', (framing) => {
  describe.each(names)('%s', (name) => {
    it('is plain data as an element, an attribute, a namespace and a prefix', async () => {
      const before = inherited()
      const victim = await createVictim(framing)
      victim.peer.say(
        `<message xmlns='jabber:client' from='bob@example.test' id='${name}' ${name}='1'><body>x</body>` +
          `<${name} xmlns='${name}' ${name}='2' xmlns:${name}='urn:p' ${name}:${name}='3'>text` +
          `<${name}:${name}/><${name} xmlns=''/></${name}></message>`,
      )
      await rest()
      const [message] = victim.reached.messages
      const [payload] = message?.payloads ?? []
      expect(message).toMatchObject({ id: name, body: 'x' })
      expect(message?.payloads).toHaveLength(1)
      expect(payload).toMatchObject({
        name,
        namespace: name,
        attributes: [
          { name, namespace: '', value: '2' },
          { name, namespace: 'urn:p', value: '3' },
        ],
        children: ['text', { name, namespace: 'urn:p' }, { name, namespace: '' }],
      })
      expect(payload?.attribute(name)).toBe('2')
      expect(victim.reached.stanzas[0]?.attribute(name)).toBe('1')
      expect(inherited()).toEqual(before)
      expect(await aftermath(victim)).toEqual(unharmed)
    })

    it('is no attribute where none was given, and no child', async () => {
      const { peer, reached } = await createVictim(framing)
      peer.say("<message xmlns='jabber:client' from='bob@example.test'><x xmlns='urn:x'/></message>")
      await rest()
      const [stanza] = reached.stanzas
      expect(stanza?.attribute(name)).toBeUndefined()
      expect(stanza?.child(name)).toBeUndefined()
      expect(reached.messages[0]?.payloads[0]?.attribute(name)).toBeUndefined()
    })

    it('is no stanza, and no request that anybody serves', async () => {
      const victim = await createVictim(framing)
      victim.peer.say(`<${name} xmlns='jabber:client'/>`)
      victim.peer.say(
        `<iq xmlns='jabber:client' type='get' id='${name}' from='bob@example.test/home'><${name} xmlns='${name}'/></iq>`,
      )
      await rest()
      expect(victim.peer.elements.at(-1)).toMatchObject({
        name: 'iq',
        attributes: { type: 'error', id: name, to: 'bob@example.test/home' },
      })
      expect(victim.peer.raw).toContain('<service-unavailable ')
      expect(await aftermath(victim)).toEqual(unharmed)
    })

    it('is no type, no show, no language, no condition', async () => {
      const victim = await createVictim(framing)
      victim.peer.say(
        `<message xmlns='jabber:client' type='${name}' xml:lang='${name}' from='bob@example.test'><body>x</body><subject xml:lang='${name}'>s</subject></message>`,
      )
      victim.peer.say(
        `<message xmlns='jabber:client' type='error' id='${name}' from='bob@example.test'><error type='${name}'><${name} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
      )
      victim.peer.say(
        `<presence xmlns='jabber:client' from='bob@example.test/x'><show>${name}</show><priority>${name}</priority></presence>`,
      )
      await rest()
      const { messages, presences } = victim.reached
      expect(messages).toMatchObject([
        { type: 'normal', body: 'x' },
        { type: 'error', error: { code: 'stanza.undefined-condition' } },
      ])
      expect(presences).toMatchObject([{ show: undefined, priority: 0 }])
      expect(await aftermath(victim)).toEqual(unharmed)
    })

    it('is a contact like any other', async () => {
      const before = inherited()
      const victim = await createVictim(framing)
      const item = (rest: string) =>
        `<iq xmlns='jabber:client' type='set' id='push'><query xmlns='jabber:iq:roster'><item jid='${name}@example.test' name='${name}' ${rest}</query></iq>`
      victim.peer.say(item(`subscription='${name}' ${name}='x'><group>${name}</group></item>`))
      await rest()
      const jid = `${name.toLowerCase()}@example.test`
      expect(victim.reached.contacts.map((contacts) => [...contacts])).toMatchObject([
        [[jid, { name, subscription: 'none', groups: [name] }]],
      ])
      victim.peer.say(item("subscription='remove'/>"))
      await rest()
      expect(victim.reached.contacts.at(-1)?.size).toBe(0)
      expect(inherited()).toEqual(before)
      expect(await aftermath(victim)).toEqual(unharmed)
    })

    it('is the name of a resource like any other', async () => {
      const jid = `alice@example.test/${name}`
      const { client } = await (framing === 'bytes' ? online : onlineFramed)({}, { jid })
      expect(client.state).toMatchObject({ status: 'online', jid })
    })

    it('is a stream error without a defined condition', async () => {
      const victim = await createVictim(framing)
      victim.peer.say(
        `<stream:error xmlns:stream='http://etherx.jabber.org/streams'><${name} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`,
      )
      expect(await aftermath(victim)).toEqual(defeatedBy('stream.undefined-condition'))
    })
  })
})

describe.each(names)('A14: %s in the negotiation', (name) => {
  it('is a mechanism that the client does not speak', async () => {
    const { client, peer, outcome } = start()
    const server = await peer()
    await leadTo('the stream features', server, 'bytes')
    server.say(features(mechanisms(name)))
    expect(await outcome).toMatchObject({
      code: 'authentication.no-mechanism',
      message: expect.stringContaining(`${name} (this client does not speak it)`),
    })
    expect(client.state.status).toBe('halted')
    expect(server.raw).not.toContain('<auth')
  })

  it('is a failure without a defined condition', async () => {
    const { client, peer, outcome } = start()
    const server = await peer()
    await leadTo('the answer to the authentication', server, 'bytes')
    server.say(saslFailure(`<${name}/>`))
    expect(await outcome).toMatchObject({ code: expect.stringMatching(/^authentication\.[a-z-]+$/) })
    expect(client.state.status).toBe('halted')
  })

  it('is a feature that the client passes over, and an attribute of the header', async () => {
    const { client, peer, outcome } = start()
    const server = await peer()
    await leadTo('the answer to the authentication', server, 'bytes')
    server.say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
    await server.header()
    server.say(responseHeader({ [name]: 'x' }) + features(`<${name} xmlns='${name}'/>${bindFeature}`))
    const request = await server.next('iq')
    server.say(
      `<iq type='result' id='${request.attributes['id']}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@example.test/desk</jid></bind></iq>`,
    )
    expect(await outcome).toBeUndefined()
    expect(client.state).toMatchObject({
      status: 'online',
      features: [`{${name}}${name}`, '{urn:ietf:params:xml:ns:xmpp-bind}bind'],
    })
  })
})
