import { describe, expect, it } from 'vitest'
import { discovery, rich, richText, type RichTextOptions } from '../../src/index.js'
import { rememberedReaderLimit } from '../../src/features/rich-text.js'
import * as ns from '../../src/xml/namespaces.js'
import { childOf, textOf } from '../spec/heard.js'
import { online, rest } from '../spec/session.js'

const bob = 'bob@example.test'
const markup = [rich('p', {}, 'Hello ', rich('strong', {}, 'you'))]
const html = `<html xmlns='${ns.richText}'><body xmlns='${ns.xhtml}'><p>Hello</p></body></html>`
const says = (content: string, attributes = `from='${bob}/desk' type='chat'`) =>
  `<message ${attributes}>${content}</message>`
const plain = says('<body>Hello</body>')

async function writing(options: RichTextOptions = {}) {
  const session = await online()
  const { client, peer } = session
  const { mayRead, send } = client.use((host) => richText(host, options))
  const write = async (to = bob, type: 'chat' | 'groupchat' = 'chat') => {
    send({ to, type, rich: markup })
    const message = await peer.next('message')
    expect(textOf(childOf(message, 'body'))).toBe('Hello you')
    return childOf(message, 'html') !== undefined
  }
  const hear = async (text: string) => {
    peer.say(text)
    await rest()
  }
  return { ...session, hear, mayRead, send, write }
}

describe('richText: markup goes to who reads it (XEP-0071 §8)', () => {
  it('is sent to anybody at first, and no more to who answers it without any', async () => {
    const { hear, mayRead, write } = await writing()
    expect([await write(), await write()]).toEqual([true, true])
    await hear(plain)
    expect([await write(), mayRead(`${bob}/desk`), await write('carol@example.test')]).toEqual([
      false,
      false,
      true,
    ])
  })

  it('is sent again once they write markup', async () => {
    const { hear, write } = await writing()
    await write()
    await hear(plain)
    await hear(says(`<body>Hello</body>${html}`))
    expect(await write()).toBe(true)
  })

  it.each([
    ['what was not an answer to it', [plain], false],
    ['a message without a text', [says("<active xmlns='http://jabber.org/protocol/chatstates'/>")], true],
    ['a headline', [says('<body>Hello</body>', `from='${bob}/desk' type='headline'`)], true],
    [
      'what was written before',
      [says("<body>Hello</body><delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/>")],
      true,
    ],
    [
      'an answer of a client that has left',
      [plain, `<presence from='${bob}/desk' type='unavailable'/>`],
      true,
    ],
  ])('is not kept back by %s', async (_what, texts, wasSent) => {
    const { hear, write } = await writing()
    if (wasSent) await write()
    for (const text of texts) await hear(text)
    expect(await write()).toBe(true)
  })

  it('goes to rooms whatever somebody answers', async () => {
    const { hear, write } = await writing()
    await write(bob, 'groupchat')
    await hear(plain)
    expect(await write(bob, 'groupchat')).toBe(true)
  })

  it.each([
    ['says so, though it answers without', true],
    ['does not say so', false],
  ])('goes to a client that understands it only where it is known that it %s', async (_what, understands) => {
    const session = await online()
    const { client, peer } = session
    const { known, info } = client.use(discovery)
    const { mayRead, send } = client.use((host) => richText(host, { known }))
    peer.say(`<presence from='${bob}/desk'/>`)
    await rest()
    const asking = info(`${bob}/desk`)
    const { attributes } = await peer.next('iq')
    const feature = understands ? `<feature var='${ns.richText}'/>` : ''
    const query = `<query xmlns='${ns.discoInfo}'><identity category='client' type='pc'/>${feature}</query>`
    peer.say(`<iq from='${bob}/desk' type='result' id='${attributes['id']}'>${query}</iq>`)
    await asking
    send({ to: `${bob}/desk`, type: 'chat', rich: markup })
    peer.say(plain)
    await rest()
    expect(mayRead(`${bob}/desk`)).toBe(understands)
    const message = await peer.next('message')
    expect(childOf(message, 'html') !== undefined).toBe(understands)
  })

  it('remembers the latest readers alone', async () => {
    const { hear, mayRead, send, write } = await writing()
    await write()
    await hear(plain)
    for (let count = 0; count < rememberedReaderLimit; count += 1) {
      expect(mayRead(bob)).toBe(false)
      send({ to: `user${count}@example.test`, rich: markup })
    }
    expect(mayRead(bob)).toBe(true)
  })
})
