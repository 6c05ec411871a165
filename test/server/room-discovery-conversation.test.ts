import { beforeEach, describe, expect, it } from 'vitest'
import type { EmbeddedServer, ServerOptions } from '../../src/server/index.js'
import { formTypeOf, parseDataForm } from '../../src/stanza/data-form.js'
import {
  parseDiscoInfo,
  parseDiscoItems,
  toDiscoInfoElement,
  toDiscoItemsElement,
} from '../../src/stanza/disco.js'
import { toLastActivityRequest } from '../../src/stanza/last-activity.js'
import { toPingElement } from '../../src/stanza/ping.js'
import { findPage, toPageRequest } from '../../src/stanza/result-set.js'
import { toVersionElement } from '../../src/stanza/version.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import {
  configure,
  gather,
  hear,
  hearAll,
  knock,
  request,
  say,
  serverWithRooms,
  setSubject,
  tea,
  told,
} from './in-rooms.js'
import { logIn, Wire } from './wire.js'

const service = 'conference.localhost'
let server: EmbeddedServer
let alice: Wire
let bob: Wire
beforeEach(async () => {
  server = await serverWithRooms()
  ;[alice, bob] = await gather(server, 'alice', 'bob')
  return () => server.close()
})

async function answerTo(wire: Wire, payload: XmlElement, to: string): Promise<XmlElement> {
  request(wire, 'get', payload, to)
  const [answer] = await hearAll(wire)
  if (answer === undefined) throw new Error('there was no answer')
  return answer
}

async function queryOf(to: string, payload: XmlElement): Promise<XmlElement> {
  const [query] = (await answerTo(alice, payload, to)).elements()
  if (query === undefined) throw new Error('the answer is empty')
  return query
}

const itemsOf = async (to: string) =>
  parseDiscoItems(await queryOf(to, toDiscoItemsElement()))?.items.map(({ jid, name }) => `${jid} ${name}`)
const infoOf = async (to: string) => parseDiscoInfo(await queryOf(to, toDiscoInfoElement()))

describe('the service (XEP-0045 §6.1 to §6.3)', () => {
  it('is found at the server', async () => {
    expect(await itemsOf('localhost')).toEqual([`${service} Rooms`])
    const info = await infoOf(service)
    expect(info?.identities).toMatchObject([{ category: 'conference', type: 'text', name: 'Rooms' }])
    expect(info?.features).toEqual(expect.arrayContaining([ns.room, ns.discoInfo, ns.discoItems]))
  })

  it('lists its rooms, but those that are hidden, in pages', async () => {
    for (const name of ['coffee', 'milk']) knock(alice, 'alice', {}, `${name}@${service}`)
    await hear(alice)
    expect(await itemsOf(service)).toEqual([`${tea} tea`, `coffee@${service} coffee`, `milk@${service} milk`])
    const page = await queryOf(
      service,
      toDiscoItemsElement({ payloads: [toPageRequest({ max: 1, after: `coffee@${service}` })] }),
    )
    expect(parseDiscoItems(page)?.items.map(({ name }) => name)).toEqual(['milk'])
    expect(findPage(page).count).toBe(3)
    await configure([alice, bob], { publicroom: '0' })
    expect(await itemsOf(service)).toEqual([`coffee@${service} coffee`, `milk@${service} milk`])
  })

  it('answers pings and nothing else', async () => {
    expect((await answerTo(alice, toPingElement(), service)).attribute('type')).toBe('result')
    request(alice, 'get', toVersionElement(), service)
    request(alice, 'set', toPingElement(), service)
    request(alice, 'get', toPingElement(), `${service}/somewhere`)
    request(alice, 'get', toDiscoInfoElement({ node: 'x' }), service)
    expect(await hear(alice)).toEqual([
      `iq error ${service} service-unavailable (cancel)`,
      `iq error ${service} service-unavailable (cancel)`,
      `iq error ${service}/somewhere service-unavailable (cancel)`,
      `iq error ${service} item-not-found (cancel)`,
    ])
  })

  it.each([
    ['by wish', { rooms: false }],
    ['below an address', { domain: '[::1]' }],
  ])('is not there %s', async (_, options: ServerOptions) => {
    await using other = await serverWithRooms(options)
    const wire = new Wire(other.connect())
    const features = await wire.open(other.domain)
    await wire.authenticate({ mechanism: 'SCRAM-SHA-256', username: 'alice' }, features)
    await wire.open(other.domain)
    await wire.bind('desk')
    const [items] = (await wire.request('get', toDiscoItemsElement(), other.domain)).elements()
    expect(items?.elements()).toEqual([])
    knock(wire, 'alice')
    expect(told(await wire.element())).toBe('presence error /alice remote-server-not-found (cancel)')
  })
})

describe('a room (XEP-0045 §6.4, §6.5)', () => {
  it('says what it is', async () => {
    setSubject(alice, 'Biscuits')
    await hear(alice)
    const info = await infoOf(tea)
    expect(info?.identities).toMatchObject([{ category: 'conference', type: 'text', name: 'tea' }])
    expect(info?.features).toEqual([
      ns.discoInfo,
      ns.discoItems,
      ns.ping,
      ns.room,
      ns.archive,
      ns.stanzaIds,
      ns.occupantId,
      'http://jabber.org/protocol/muc#stable_id',
      'http://jabber.org/protocol/muc#self-ping-optimization',
      'muc_temporary',
      'muc_public',
      'muc_open',
      'muc_unmoderated',
      'muc_unsecured',
      'muc_semianonymous',
    ])
    const [payload] = info?.payloads ?? []
    const form = payload && parseDataForm(payload)
    expect(form && formTypeOf(form)).toBe('http://jabber.org/protocol/muc#roominfo')
    expect(form?.fields.slice(1).map(({ name, values }) => `${name} ${values[0]}`)).toEqual([
      'muc#roominfo_description ',
      'muc#roominfo_subject Biscuits',
      'muc#roominfo_occupants 2',
    ])
  })

  it('says what it has become', async () => {
    await configure([alice, bob], {
      roomname: 'Tea',
      persistentroom: '1',
      publicroom: '0',
      membersonly: '1',
      moderatedroom: '1',
      passwordprotectedroom: '1',
      roomsecret: 'x',
      whois: 'anyone',
    })
    const info = await infoOf(tea)
    expect(info?.identities[0]?.name).toBe('Tea')
    expect(info?.features.filter((feature) => feature.startsWith('muc_'))).toEqual([
      'muc_persistent',
      'muc_hidden',
      'muc_membersonly',
      'muc_moderated',
      'muc_passwordprotected',
      'muc_nonanonymous',
    ])
  })

  it.each<Readonly<Record<string, string>>>([
    { membersonly: '1' },
    { passwordprotectedroom: '1', roomsecret: 'x' },
  ])('that does not let everybody in keeps its subject to those who are: %o', async (fields) => {
    setSubject(alice, 'Biscuits')
    await hear(alice)
    await configure([alice, bob], fields)
    const [payload] = (await infoOf(tea))?.payloads ?? []
    const form = payload && parseDataForm(payload)
    expect(form?.fields.slice(1).map(({ name }) => name)).toEqual([
      'muc#roominfo_description',
      'muc#roominfo_occupants',
    ])
  })

  it('keeps who is in it to those who are, and answers pings', async () => {
    expect(await itemsOf(tea)).toEqual([])
    expect((await answerTo(alice, toPingElement(), tea)).attribute('type')).toBe('result')
    request(alice, 'get', toVersionElement())
    request(alice, 'get', toDiscoInfoElement({ node: 'x-roomuser-item' }))
    expect(await hear(alice)).toEqual([
      'iq error (room) service-unavailable (cancel)',
      'iq error (room) item-not-found (cancel)',
    ])
  })

  it('that is not there says so', async () => {
    request(alice, 'get', toDiscoInfoElement(), `nowhere@${service}`)
    request(alice, 'get', toPingElement(), `nowhere@${service}/alice`)
    const error = 'item-not-found (cancel)'
    expect(await hear(alice)).toEqual([
      `iq error nowhere@${service} ${error}`,
      `iq error nowhere@${service}/alice ${error}`,
    ])
  })
})

describe('a request to one who is in the room (XEP-0045 §17.4)', () => {
  it.each([toVersionElement(), toDiscoInfoElement(), toPingElement(), toLastActivityRequest()])(
    'goes on to them, and the answer back, both by their nicknames',
    async (payload) => {
      request(bob, 'get', payload, `${tea}/alice`)
      const asked = await alice.element('iq')
      expect(asked.attribute('from')).toBe(`${tea}/bob`)
      expect(asked.attribute('to')).toBe('alice@localhost/desk')
      expect(asked.elements()).toEqual([payload])
      const id = asked.attribute('id') ?? ''
      const result = xml('query', 'urn:example:answer')
      // Nobody else answers, and nobody answers what was not asked.
      const [carol] = await gather(server, 'carol')
      carol.send(xml('iq', ns.client, { type: 'result', id, to: `${tea}/bob` }))
      alice.send(xml('iq', ns.client, { type: 'result', id: `${id}x`, to: `${tea}/bob` }))
      await Promise.all([hear(carol), hear(alice)])
      alice.send(xml('presence', ns.client, { to: `${tea}/alison` }))
      alice.send(xml('iq', ns.client, { type: 'result', id, to: `${tea}/bob` }, result))
      alice.send(xml('iq', ns.client, { type: 'result', id, to: `${tea}/bob` }, result))
      await hear(alice)
      const answers = (await hearAll(bob)).filter(({ name }) => name === 'iq')
      expect(answers).toEqual([
        xml(
          'iq',
          ns.client,
          { type: 'result', id: 'request', from: `${tea}/alice`, to: 'bob@localhost/desk' },
          result,
        ),
      ])
    },
  )

  it('is answered by their server where that knows: a card', async () => {
    const card = xml('vCard', ns.vCardTemp, {}, xml('FN', ns.vCardTemp, {}, 'Alice'))
    await alice.request('set', card)
    const answer = await answerTo(bob, xml('vCard', ns.vCardTemp), `${tea}/alice`)
    expect(answer.attribute('from')).toBe(`${tea}/alice`)
    expect(answer.attribute('id')).toBe('request')
    expect(answer.elements()).toEqual([card])
  })

  it('comes back with the error that they answer with', async () => {
    request(bob, 'set', xml('query', 'urn:example:x'), `${tea}/alice`)
    const asked = await alice.element('iq')
    alice.send(
      xml(
        'iq',
        ns.client,
        { type: 'error', id: asked.attribute('id'), to: `${tea}/bob` },
        xml('error', ns.client, { type: 'auth' }, xml('forbidden', ns.stanzaErrors)),
      ),
    )
    await hear(alice)
    expect(await hear(bob)).toEqual(['iq error /alice forbidden (auth)'])
  })

  it('comes back where nobody has the nickname, or who asks is not there', async () => {
    request(bob, 'get', toVersionElement(), `${tea}/nobody`)
    expect(await hear(bob)).toEqual(['iq error /nobody item-not-found (cancel)'])
    const carol = await logIn(server.connect(), 'carol', 'desk')
    for (const payload of [toVersionElement(), toDiscoInfoElement(), toDiscoItemsElement()])
      request(carol, 'get', payload, `${tea}/alice`)
    expect(await hear(carol)).toEqual([
      'iq error /alice not-acceptable (modify)',
      'iq error /alice bad-request (modify)',
      'iq error /alice bad-request (modify)',
    ])
    expect(await hear(alice)).toEqual([])
  })
})

describe('whether one is still there (XEP-0410)', () => {
  it('the room says itself', async () => {
    const answer = await answerTo(bob, toPingElement(), `${tea}/bob`)
    expect(told(answer)).toBe('iq result /bob')
    expect(answer.attribute('id')).toBe('request')
    expect(answer.children).toEqual([])
  })

  it('is denied to those who are not, whatever they were called', async () => {
    bob.send(xml('presence', ns.client, { to: `${tea}/bob`, type: 'unavailable' }))
    await hear(bob)
    request(bob, 'get', toPingElement(), `${tea}/bob`)
    request(bob, 'get', toPingElement(), `${tea}/alice`)
    expect(await hear(bob)).toEqual([
      'iq error /bob not-acceptable (modify)',
      'iq error /alice not-acceptable (modify)',
    ])
    say(alice, 'He is not.')
    expect(await hear(bob)).toEqual([])
  })
})
