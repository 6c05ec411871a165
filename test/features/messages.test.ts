import { describe, expect, it } from 'vitest'
import { SessionMessages, rememberedMessageLimit } from '../../src/features/messages.js'
import { Outbox } from '../../src/features/outbox.js'
import { StanzaBus } from '../../src/router/stanza-bus.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'

function openMessages() {
  const bus = new StanzaBus(() => 'unused')
  bus.open({ send: () => {} }, { bare: 'alice@example.test', full: 'alice@example.test/desk' })
  let count = 0
  const messages = new SessionMessages(bus, () => `m${(count += 1)}`, new Outbox(bus, 1_000))
  const bounced: string[] = []
  messages.bounced$.subscribe(({ delivery }) => bounced.push(`${delivery.id} ${delivery.status.status}`))
  const bounce = (id: string, from = 'bob@example.test') => {
    const gone = xml('error', ns.client, { type: 'cancel' }, xml('gone', ns.stanzaErrors))
    bus.dispatch(xml('message', ns.client, { type: 'error', from, id }, gone))
  }
  const send = (id?: string) => messages.send({ to: 'bob@example.test', id, body: 'Hello' })
  return { send, bounce, bounced }
}

describe('SessionMessages', () => {
  it('ties an error to the message that caused it, if it comes from whom that went to', () => {
    const { send, bounce, bounced } = openMessages()
    send()
    send()
    bounce('m2', 'mallory@example.test')
    bounce('m2')
    bounce('m3')
    expect(bounced).toEqual(['m2 failed'])
  })

  it('says how a message is given to who gives a text', () => {
    const bus = new StanzaBus(() => 'unused')
    const messages = new SessionMessages(bus, () => 'm1', new Outbox(bus, 1_000))
    const inJavaScript = () => Reflect.apply(messages.send.bind(messages), undefined, ['Hello'])
    expect(inJavaScript).toThrow(new TypeError('a message is given as its parts: send({ to, body })'))
  })

  it('remembers the latest messages only, each of them', () => {
    const { send, bounce, bounced } = openMessages()
    const count = Math.floor(rememberedMessageLimit * 1.5)
    for (let index = 0; index < count; index++) send()
    for (let index = 1; index <= count; index++) bounce(`m${index}`)
    expect(bounced).toHaveLength(rememberedMessageLimit)
    expect(bounced[0]).toBe(`m${count - rememberedMessageLimit + 1} failed`)
  })

  it('means the latest where an id was given twice', () => {
    const { send, bounce } = openMessages()
    const [first, second] = [send('twice'), send('twice')]
    bounce('twice')
    expect([first.status.status, second.status.status]).toEqual(['queued', 'failed'])
  })
})
