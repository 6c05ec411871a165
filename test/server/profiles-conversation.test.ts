import { beforeEach, describe, expect, it } from 'vitest'
import { createServer, type EmbeddedServer } from '../../src/server/index.js'
import { toCapsElement } from '../../src/stanza/caps.js'
import { toDiscoInfoElement } from '../../src/stanza/disco.js'
import { toItemsRequest, toPublishRequest } from '../../src/stanza/pubsub.js'
import { parseStanzaError } from '../../src/stanza/stanza-error.js'
import { XmlElement, xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { serialize } from '../../src/xml/serializer.js'
import { logIn, type Wire } from './wire.js'

let server: EmbeddedServer
let alice: Wire
beforeEach(async () => {
  server = await createServer({
    listen: {},
    mechanisms: ['SCRAM-SHA-256'],
    accounts: ['alice', 'bob', 'carol'].map((username) => ({ username, password: 'secret' })),
    limits: { vCardUnits: 200, nodes: 2, nodeItems: 2, nodeItemUnits: 200, nodeUnits: 300 },
  })
  server.befriend('alice', { username: 'bob' })
  alice = await logIn(server.connect(), 'alice', 'desk')
  return () => server.close()
})

const card = (name: string) => xml('vCard', ns.vCardTemp, {}, xml('FN', ns.vCardTemp, {}, name))
const note = (text: string) => xml('note', 'urn:example:note', {}, text)
const node = 'urn:example:note'
const conditionOf = (answer: XmlElement) => answer.child('error', ns.client)?.elements()[0]?.name
const publish = (id: string | undefined, text: string, options = {}, name = node) =>
  alice.request('set', toPublishRequest(name, { id, payload: note(text) }, options))
const configure = (options: Readonly<Record<string, string>>) =>
  alice.request(
    'set',
    xml(
      'pubsub',
      ns.pubsubOwner,
      {},
      xml(
        'configure',
        ns.pubsubOwner,
        { node },
        xml(
          'x',
          ns.dataForm,
          { type: 'submit' },
          ...Object.entries(options).map(([name, value]) =>
            xml('field', ns.dataForm, { var: `pubsub#${name}` }, xml('value', ns.dataForm, {}, value)),
          ),
        ),
      ),
    ),
  )
const retract = (id: string, notify?: string) =>
  alice.request(
    'set',
    xml('pubsub', ns.pubsub, {}, xml('retract', ns.pubsub, { node, notify }, xml('item', ns.pubsub, { id }))),
  )
const textsOf = (answer: XmlElement) =>
  answer
    .child('pubsub', ns.pubsub)
    ?.child('items')
    ?.elements('item')
    .map((item) => item.elements()[0]?.text())

describe('cards', () => {
  it('are kept for everybody to read, and changed by their owners alone (XEP-0054 §3)', async () => {
    const get = xml('vCard', ns.vCardTemp)
    expect(conditionOf(await alice.request('get', get))).toBe('item-not-found')
    await alice.request('set', card('Alice'))
    const carol = await logIn(server.connect(), 'carol', 'desk')
    const seen = await carol.request('get', get, 'alice@localhost')
    expect(seen.child('vCard', ns.vCardTemp)?.child('FN')?.text()).toBe('Alice')
    expect(conditionOf(await carol.request('set', card('Carol'), 'alice@localhost'))).toBe('forbidden')
    for (const nobody of ['bob@localhost', 'nobody@localhost'])
      expect(conditionOf(await carol.request('get', get, nobody))).toBe('service-unavailable')
  })

  it('are no longer than they may be', async () => {
    expect(conditionOf(await alice.request('set', card('x'.repeat(200))))).toBe('not-acceptable')
  })
})

describe('nodes', () => {
  it('keep what is published, as many items as they may', async () => {
    await publish('one', '1', { max_items: 'max' })
    await publish('two', '2')
    await publish('two', '2!')
    const unnamed = await publish(undefined, '3')
    expect(unnamed.child('pubsub', ns.pubsub)?.child('publish')?.child('item')?.attribute('id')).toBeTruthy()
    expect(textsOf(await alice.request('get', toItemsRequest(node)))).toEqual(['2!', '3'])
    expect(textsOf(await alice.request('get', toItemsRequest(node, { max: 1 })))).toEqual(['3'])
    expect(textsOf(await alice.request('get', toItemsRequest(node, { id: 'two' })))).toEqual(['2!'])
    expect(conditionOf(await alice.request('get', toItemsRequest(node, { id: 'one' })))).toBe(
      'item-not-found',
    )
    await retract('two')
    expect(textsOf(await alice.request('get', toItemsRequest(node)))).toEqual(['3'])
    expect(conditionOf(await retract('two'))).toBe('item-not-found')
  })

  it('are shown to those who see presence, or to everybody, as they are configured', async () => {
    await publish('one', '1')
    const [bob, carol] = [
      await logIn(server.connect(), 'bob', 'desk'),
      await logIn(server.connect(), 'carol', 'desk'),
    ]
    const look = async (who: Wire) => {
      const answer = await who.request('get', toItemsRequest(node), 'alice@localhost')
      return textsOf(answer) ?? conditionOf(answer)
    }
    expect([await look(bob), await look(carol)]).toEqual([['1'], 'service-unavailable'])
    expect(conditionOf(await publish('one', '2', { access_model: 'open' }))).toBe('conflict')
    await configure({ access_model: 'open' })
    expect([await look(bob), await look(carol)]).toEqual([['1'], ['1']])
    const forged = toPublishRequest(node, { id: 'one', payload: note('forged') }, {})
    expect(conditionOf(await bob.request('set', forged, 'alice@localhost'))).toBe('forbidden')
  })

  it('are nobody else’s, where they are for whom is listed alone, or as nobody knows', async () => {
    for (const access_model of ['whitelist', 'authorize']) {
      await publish('one', '1')
      await configure({ access_model })
      const bob = await logIn(server.connect(), 'bob', access_model)
      const answer = await bob.request('get', toItemsRequest(node), 'alice@localhost')
      expect(conditionOf(answer)).toBe('service-unavailable')
      expect(textsOf(await alice.request('get', toItemsRequest(node)))).toEqual(['1'])
      await configure({ access_model: 'presence' })
    }
  })

  it('are published only on a node that is as the publisher says', async () => {
    await publish('one', '1', { access_model: 'whitelist', send_last_published_item: 'never' })
    for (const other of [
      { access_model: 'open' },
      { send_last_published_item: 'on_sub' },
      { max_items: '2' },
    ]) {
      const answer = await publish('one', '2', other)
      // Or a client could not know that it may configure the node (XEP-0060 §7.1.5).
      expect(parseStanzaError(answer)).toMatchObject({
        condition: 'conflict',
        applicationCondition: 'precondition-not-met',
      })
    }
    expect(textsOf(await alice.request('get', toItemsRequest(node)))).toEqual(['1'])
  })

  it('keep no more of text than they may', async () => {
    const all = { max_items: 'max' }
    expect(conditionOf(await publish('one', 'x'.repeat(120), all))).toBeUndefined()
    expect(conditionOf(await publish('two', 'x'.repeat(120), all))).toBe('resource-constraint')
    expect(conditionOf(await publish('one', 'y'.repeat(120), all))).toBeUndefined()
  })

  it('are no more, and no larger, than they may be', async () => {
    expect(conditionOf(await publish('one', 'x'.repeat(200)))).toBe('not-acceptable')
    for (const name of ['a', 'b']) await publish('one', '1', {}, name)
    expect(conditionOf(await publish('one', '1', {}, 'c'))).toBe('resource-constraint')
  })

  it('tell those who want to hear of it, and nobody else (XEP-0163 §4.3)', async () => {
    const bob = await logIn(server.connect(), 'bob', 'desk')
    const deaf = await logIn(server.connect(), 'bob', 'sofa')
    for (const [wire, ver] of [
      [bob, 'keen'],
      [deaf, 'deaf'],
    ] as const)
      wire.write(serialize(xml('presence', ns.client, {}, toCapsElement('urn:example:app', ver))))
    await publish('one', '1')
    const hear = async (wire: Wire, fits: (element: XmlElement) => boolean) => {
      for (;;) {
        const item = await wire.take()
        if (item instanceof XmlElement && fits(item)) return item
      }
    }
    const answer = async (wire: Wire, features: readonly string[]) => {
      const question = await hear(wire, ({ name }) => name === 'iq')
      const id = question.attribute('id') ?? ''
      const payload = toDiscoInfoElement({ features })
      wire.write(serialize(xml('iq', ns.client, { type: 'result', id, to: 'localhost' }, payload)))
    }
    await answer(deaf, [])
    await answer(bob, [`${node}+notify`])
    const told = await hear(bob, ({ name }) => name === 'message')
    expect(told.attribute('from')).toBe('alice@localhost')
    expect(told.child('event', ns.pubsubEvent)?.child('items')?.child('item')?.attribute('id')).toBe('one')
    await retract('one', 'true')
    const retracted = await hear(bob, ({ name }) => name === 'message')
    expect(retracted.child('event', ns.pubsubEvent)?.child('items')?.child('retract')?.attribute('id')).toBe(
      'one',
    )
    await deaf.request('get', xml('ping', ns.ping), 'localhost')
    const messages = deaf.waiting.filter((item) => item instanceof XmlElement && item.name === 'message')
    expect(messages).toEqual([])
  })
})
