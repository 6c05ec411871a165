import { describe, expect, it } from 'vitest'
import { createClient } from '../../src/client.js'
import type { Message } from '../../src/index.js'
import {
  closingTag,
  features,
  mechanisms,
  online,
  onlineFramed,
  responseHeader,
  rest,
  start,
} from './session.js'

/** Refusing at once is as good as sending it right. */
function orRefuses(attempt: () => unknown): void {
  try {
    attempt()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
}

async function meets(text: string) {
  const session = start()
  const server = await session.peer()
  await server.header()
  server.say(text)
  await rest()
  return { ...session, server }
}

describe('MUST', () => {
  it('RFC 6120 §4.4: what arrives between the two closing tags is still processed', async () => {
    const { client, peer } = await online()
    const bodies: (string | undefined)[] = []
    client.message$.subscribe(({ body }) => bodies.push(body))
    const leaving = client.disconnect()
    await peer.closing()
    peer.say("<message from='bob@example.test'><body>last words</body></message>")
    await rest()
    peer.say(closingTag)
    await leaving
    expect(bodies).toEqual(['last words'])
  })

  it('RFC 6120 §4.8.3: a stanza of jabber:server ends the stream with invalid-namespace', async () => {
    const { peer } = await online()
    peer.say("<message xmlns='jabber:server' from='bob@example.test'><body>x</body></message>")
    await rest()
    expect(peer.raw).toContain('<invalid-namespace ')
  })

  it('RFC 6120 §4.8.3 over RFC 7395: a stanza of jabber:server ends the stream with invalid-namespace', async () => {
    const { peer } = await onlineFramed()
    peer.say("<message xmlns='jabber:server' from='bob@example.test'><body>x</body></message>")
    await rest()
    expect(peer.raw).toContain('<invalid-namespace ')
  })

  it.each(['<message><foo:x/></message>', "<message><x xmlns:a=''/></message>"])(
    'RFC 6120 §11.3: what is not namespace-well-formed ends the stream with not-well-formed: %s',
    async (text) => {
      const { peer } = await online()
      peer.say(text)
      await peer.closing()
      expect(peer.raw).toContain('<not-well-formed ')
    },
  )

  it('RFC 6120 §4.7.5: leading zeros in a version are ignored', async () => {
    const { server } = await meets(responseHeader({ version: '01.00' }) + features(mechanisms('PLAIN')))
    expect(server.raw).toContain('<auth ')
  })

  it.each(['not a tag', 'de_CH', ''])('RFC 6120 §4.7.4: %j is no language tag', (lang) => {
    expect(() => createClient({ jid: 'alice@example.test', password: 'x', lang })).toThrow(RangeError)
  })

  it('RFC 6120 §8.2.3: an IQ request without id is answered, with an empty id', async () => {
    const { peer } = await online()
    peer.say("<iq type='get' from='bob@example.test/home'><ping xmlns='urn:xmpp:ping'/></iq>")
    await rest()
    expect(peer.elements.at(-1)?.attributes).toMatchObject({ id: '', to: 'bob@example.test/home' })
  })

  it.each(['', '@', ' ', 'a@example.test/'])(
    'RFC 6120 §8.1.1.1, §8.3.1: no answer has the malformed address %j as to',
    async (from) => {
      const { peer } = await online()
      peer.say(`<iq type='get' id='x' from='${from}'><ping xmlns='urn:xmpp:ping'/></iq>`)
      await rest()
      expect(peer.elements.slice(2).map(({ attributes }) => attributes['to'])).not.toContain(from)
    },
  )

  it('RFC 6120 §8.1.2.1: a stanza without from is from the account', async () => {
    const { client, peer } = await online()
    const messages: Message[] = []
    client.message$.subscribe((message) => messages.push(message))
    peer.say('<message><body>x</body></message>')
    await rest()
    expect(messages[0]?.from?.toString()).toBe('alice@example.test')
  })

  it('RFC 6120 §8.1.1.1: a stanza without to is to the full JID', async () => {
    const { client, peer } = await online()
    const messages: Message[] = []
    client.message$.subscribe((message) => messages.push(message))
    peer.say("<message from='example.test'><body>x</body></message>")
    await rest()
    expect(messages[0]?.to?.toString()).toBe('alice@example.test/desk')
  })

  it('RFC 7590 §3.1: TLS is attempted even if the server does not advertise it', async () => {
    const { peer } = start({}, { secure: false })
    const server = await peer()
    await server.header()
    server.say(responseHeader() + features(mechanisms('PLAIN')))
    await rest()
    expect(server.raw).toContain('<starttls ')
  })

  it('RFC 6121 §2.1.2.5: a roster result ignores the subscription remove', async () => {
    const { client, peer } = await online()
    const fetching = client.fetchRoster()
    const { attributes } = await peer.next('iq')
    const item = "<item jid='bob@example.test' subscription='remove'/>"
    peer.say(
      `<iq type='result' id='${attributes['id']}'><query xmlns='jabber:iq:roster'>${item}</query></iq>`,
    )
    expect([...(await fetching).values()]).toMatchObject([{ subscription: 'none' }])
  })

  it('RFC 6121 §3.1.1: a subscription is asked of a bare JID', async () => {
    const { client, peer } = await online()
    orRefuses(() => client.sendPresence({ type: 'subscribe', to: 'bob@example.test/home' }))
    await rest()
    expect(peer.raw).not.toContain("to='bob@example.test/home'")
  })

  it('RFC 6121 §4.5.1: unavailable presence has neither show nor priority', async () => {
    const { client, peer } = await online()
    orRefuses(() => client.sendPresence({ type: 'unavailable', show: 'away', priority: 5 }))
    await rest()
    expect(peer.raw).not.toMatch(/<show>|<priority>/)
  })

  it('RFC 6121 §5.2.3: no message has two bodies of one language', async () => {
    const { client, peer } = await online()
    const bodies = [
      { lang: 'en', text: 'one' },
      { lang: 'en', text: 'two' },
    ]
    orRefuses(() => client.send({ to: 'bob@example.test', bodies }))
    await rest()
    expect(peer.raw.match(/<body/g) ?? []).not.toHaveLength(2)
  })

  it('RFC 6121 §5.2.5: no thread is its own parent', async () => {
    const { client, peer } = await online()
    orRefuses(() => client.send({ to: 'bob@example.test', body: 'x', thread: { id: 'a', parent: 'a' } }))
    await rest()
    expect(peer.raw).not.toContain("parent='a'")
  })

  it('RFC 7395 §3.3.3: every frame begins with <, the last one too', async () => {
    const { peer } = await onlineFramed()
    peer.say('<message')
    await peer.closing()
    await rest()
    expect(peer.frames.filter((frame) => !frame.startsWith('<'))).toEqual([])
    expect(peer.frames.at(-1)).toMatch(/^<close /)
  })

  it.each(["<open xmlns='urn:example:framing' version='1.0' id='1'/>", "<open version='1.0' id='1'/>"])(
    'RFC 7395 §3.3.2: the header %s ends the stream with invalid-namespace',
    async (text) => {
      const { peer } = start({}, { framing: 'frames', secure: true })
      const server = await peer()
      await server.header()
      server.say(text)
      await server.closing()
      expect(server.raw).toContain('<invalid-namespace ')
    },
  )

  it('RFC 7395 §3.3.2: a <close/> of another namespace ends the stream with invalid-namespace', async () => {
    const { peer } = await onlineFramed()
    peer.say("<close xmlns='urn:example:framing'/>")
    await rest()
    expect(peer.raw).toContain('<invalid-namespace ')
  })

  it('RFC 7395 §3.3.3: a frame carries its language with it', async () => {
    const { client, peer } = await onlineFramed({ lang: 'de' })
    client.send({ to: 'bob@example.test', body: 'Hallo' })
    await rest()
    expect(peer.elements.at(-1)?.attributes['xml:lang']).toBe('de')
  })
})
