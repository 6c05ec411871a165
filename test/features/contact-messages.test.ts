import { describe, expect, it } from 'vitest'
import { rememberedMessageLimit } from '../../src/features/messages.js'
import { online, rest } from '../spec/session.js'
import { bob, say } from './acquaintances.js'

const error = "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
const message = (from: string, body: string, type = 'chat') =>
  `<message from='${from}' type='${type}'><body>${body}</body></message>`
const back = (id: string, from = `from='${bob}'`) =>
  `<message type='error' id='${id}' ${from}>${error}</message>`

async function watch() {
  const { client, peer } = await online()
  const bounced: string[] = []
  client.bounced$.subscribe(({ delivery, reason }) => bounced.push(`${delivery.id} ${reason.code}`))
  return { client, peer, bounced }
}

describe('messages()', () => {
  it('shows those from one contact, whatever the resource and however the address is written', async () => {
    const { client, peer } = await online()
    const heard: (string | undefined)[] = []
    client.messages({ from: 'Bob@Example.TEST/anything' }).subscribe(({ body }) => heard.push(body))
    await say(
      peer,
      message(bob, '1') +
        message('carol@example.test', '2') +
        message(`${bob}/desk`, '3') +
        message('b\u043Eb@example.test', '4'),
    )
    expect(heard).toEqual(['1', '3'])
  })

  it('shows those of one type, or of one contact and one type', async () => {
    const { client, peer } = await online()
    const heard: string[] = []
    client.messages({ type: 'chat' }).subscribe(({ body }) => heard.push(`chat ${body}`))
    client.messages({ type: 'normal', from: bob }).subscribe(({ body }) => heard.push(`bob ${body}`))
    client.messages({}).subscribe(({ body }) => heard.push(`all ${body}`))
    await say(
      peer,
      message(bob, '1') + message(bob, '2', 'normal') + message('carol@example.test', '3', 'normal'),
    )
    expect(heard).toEqual(['chat 1', 'all 1', 'bob 2', 'all 2', 'all 3'])
  })

  it('shows those of oneself that come without an address as one’s own', async () => {
    const { client, peer } = await online()
    const heard: (string | undefined)[] = []
    client.messages({ from: 'alice@example.test' }).subscribe(({ body }) => heard.push(body))
    await say(peer, '<message><body>1</body></message>')
    expect(heard).toEqual(['1'])
  })

  it('goes on in the next session, and ends with the client', async () => {
    const { client, peer } = await online()
    const heard: unknown[] = []
    client
      .messages({ from: bob })
      .subscribe({ next: ({ body }) => heard.push(body), complete: () => heard.push('end') })
    await say(peer, message(bob, '1'))
    peer.cut()
    await client.close()
    expect(heard).toEqual(['1', 'end'])
  })

  it('is for an address', async () => {
    const { client } = await online()
    expect(() => client.messages({ from: '@' })).toThrow(RangeError)
  })
})

describe('an error that comes back', () => {
  it('fails the delivery that caused it, though it was written, and says which', async () => {
    const { client, peer, bounced } = await watch()
    const [one, other] = [client.send({ to: `${bob}/desk`, body: '1' }), client.send({ to: bob, body: '2' })]
    await rest()
    await say(peer, back(one.id))
    expect(one.status).toMatchObject({ status: 'failed', reason: { code: 'stanza.item-not-found' } })
    expect([other.status.status, bounced]).toEqual(['written', [`${one.id} stanza.item-not-found`]])
  })

  it('is among the errors of the contact, too', async () => {
    const { client, peer } = await watch()
    const heard: (string | undefined)[] = []
    client.messages({ from: bob, type: 'error' }).subscribe(({ id }) => heard.push(id))
    const { id } = client.send({ to: bob, body: '1' })
    await rest()
    await say(peer, back(id), back('another'))
    expect(heard).toEqual([id, 'another'])
  })

  it.each([
    ['a stranger', "from='mallory@evil.test'"],
    ['the domain of whom it went to', "from='example.test'"],
    ['a look-alike', "from='b\u043Eb@example.test'"],
    ['nobody, which is oneself', ''],
  ])('from %s fails nothing', async (_who, from) => {
    const { client, peer, bounced } = await watch()
    const delivery = client.send({ to: bob, body: '1' })
    await rest()
    await say(peer, back(delivery.id, from))
    expect([delivery.status.status, bounced]).toEqual(['written', []])
  })

  it('that no type calls one, or that has no id, fails nothing', async () => {
    const { client, peer, bounced } = await watch()
    const delivery = client.send({ to: bob, body: '1' })
    await rest()
    await say(
      peer,
      `<message type='chat' id='${delivery.id}' from='${bob}'>${error}</message>` +
        `<message type='error' from='${bob}'>${error}</message>`,
    )
    expect([delivery.status.status, bounced]).toEqual(['written', []])
  })

  it('for what went to oneself comes from oneself, with an address or without', async () => {
    for (const from of ['', "from='alice@example.test'", "from='alice@example.test/phone'"]) {
      const { client, peer, bounced } = await watch()
      const { id } = client.send({ body: 'a note' })
      await rest()
      await say(peer, back(id, from))
      expect(bounced).toEqual([`${id} stanza.item-not-found`])
    }
  })

  it('is tied to what caused it among so many, and the oldest are forgotten first', async () => {
    const { client, peer, bounced } = await watch()
    const sent = Array.from({ length: rememberedMessageLimit + 1 }, () => client.send({ to: bob, body: 'x' }))
    await rest()
    const [first, second] = sent
    await say(peer, back(first?.id ?? ''), back(second?.id ?? ''))
    expect([first?.status.status, bounced]).toEqual(['written', [`${second?.id} stanza.item-not-found`]])
  })

  it('is told to whoever comes to hear of it after the message was sent', async () => {
    const { client, peer } = await online()
    const delivery = client.send({ to: bob, body: '1' })
    const bounced: string[] = []
    client.bounced$.subscribe(({ message: { id } }) => bounced.push(id ?? ''))
    await rest()
    await say(peer, back(delivery.id))
    expect(bounced).toEqual([delivery.id])
  })
})
