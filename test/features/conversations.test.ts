import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { conversations, type ConversationsOptions, type JidInput } from '../../src/index.js'
import { liveConversationLimit } from '../../src/features/conversations.js'
import { childOf, textOf, type HeardElement } from '../spec/heard.js'
import { answersTo, online, rest } from '../spec/session.js'

const bob = 'bob@example.test'
const states = 'http://jabber.org/protocol/chatstates'
const says = (content: string, attributes = `from='${bob}/desk' type='chat' id='m1'`) =>
  `<message ${attributes}>${content}</message>`
const state = (name: string) => `<${name} xmlns='${states}'/>`
const body = '<body>Hello</body>'
const requests = `<x xmlns='jabber:x:event'><composing/></x>`
const raises = (id: string) => `<x xmlns='jabber:x:event'><composing/><id>${id}</id></x>`
const cancels = (id: string) => `<x xmlns='jabber:x:event'><id>${id}</id></x>`

/** Somebody who was written to, so that anything may be said. */
async function conversing(options: ConversationsOptions = {}) {
  const session = await online()
  const { client, peer } = session
  const feature = client.use((host) => conversations(host, options))
  const chat = feature.with(bob)
  await rest()
  chat.send('Hello')
  const first = await peer.next('message')
  return { ...session, chat, feature, first }
}

const threadOf = (message: HeardElement) => textOf(childOf(message, 'thread'))

/** What a message says of typing. */
function wordsOf(message: HeardElement): readonly string[] {
  const state = message.children.flatMap((child) =>
    typeof child !== 'string' && child.namespace === states ? [child.name] : [],
  )
  const event = childOf(message, 'x')
  const id = event && textOf(childOf(event, 'id'))
  const parts =
    event === undefined ? [] : [childOf(event, 'composing') ? 'event' : 'cancel', ...(id ? [id] : [])]
  return [...state, ...parts]
}

async function sentBy(peer: Parameters<typeof answersTo>[0], deed: () => unknown) {
  const { length } = peer.elements
  deed()
  await rest()
  return peer.elements.slice(length).map(wordsOf)
}

describe('finding out what they understand (XEP-0085 §5.1)', () => {
  it('asks with the first message, in both words', async () => {
    const { first } = await conversing()
    expect(first.attributes).toMatchObject({ to: bob, type: 'chat' })
    expect(wordsOf(first)).toEqual(['active', 'event'])
  })

  it('loses no number that is given as a message', async () => {
    const { chat, peer } = await conversing()
    const sent = await sentBy(peer, () => {
      expect(() => Reflect.apply(chat.send.bind(chat), undefined, [5])).toThrow(TypeError)
    })
    expect(sent).toEqual([])
  })

  it('says nothing without a message before they have answered', async () => {
    const { chat, peer } = await conversing()
    expect(await sentBy(peer, () => chat.typing())).toEqual([])
  })

  it('says each state once to who has answered with one', async () => {
    const { chat, peer } = await conversing()
    peer.say(says(body + state('active')))
    await rest()
    expect(await sentBy(peer, () => [chat.typing(), chat.typing(), chat.typing()])).toEqual([['composing']])
    expect(await sentBy(peer, () => [chat.paused(), chat.paused()])).toEqual([['paused']])
    expect(await sentBy(peer, () => chat.send('More'))).toEqual([['active']])
    expect(await sentBy(peer, () => [chat.leave(), chat.attend()])).toEqual([['inactive'], ['active']])
  })

  it('says nothing more to who has answered with none', async () => {
    const { chat, peer } = await conversing()
    peer.say(says(body))
    await rest()
    expect(await sentBy(peer, () => [chat.typing(), chat.send('More')])).toEqual([[]])
  })

  it('says at once that one composes when it learns that they understand', async () => {
    const { chat, peer } = await conversing()
    chat.typing()
    expect((await answersTo(peer, says(state('composing')))).map(wordsOf)).toEqual([['composing']])
  })

  it('asks what they support where it can', async () => {
    const supports = vi.fn<(jid: JidInput, feature: string) => Promise<boolean>>(async () => true)
    const { chat, first, peer } = await conversing({ supports })
    expect(supports).toHaveBeenCalledExactlyOnceWith(bob, states)
    expect(wordsOf(first)).toEqual(['active'])
    expect(await sentBy(peer, () => chat.typing())).toEqual([['composing']])
  })

  it.each([
    ['a room', says(body + state('composing'), `from='${bob}/nick' type='groupchat'`)],
    [
      'the past',
      says(`${body}${state('composing')}<delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/>`),
    ],
    ['somebody else', says(body + state('composing'), `from='mallory@example.test/x' type='chat'`)],
    ['two states at once', says(state('composing') + state('active'))],
  ])('believes nothing of %s', async (_, text) => {
    const { chat, peer } = await conversing()
    peer.say(text)
    await rest()
    expect(chat.state).toEqual({ own: 'active', theirs: 'unknown', form: 'unknown' })
  })

  it('knows what they said before the conversation began', async () => {
    const { client, peer } = await online()
    const feature = client.use(conversations)
    peer.say(says(body + state('active')))
    await rest()
    expect(feature.with(bob).state).toMatchObject({ theirs: 'active', form: 'chatStates' })
  })

  it('knows nothing of what a device has said that is gone', async () => {
    const { client, peer } = await online()
    const feature = client.use(conversations)
    peer.say(says(state('composing')) + `<presence from='${bob}/desk' type='unavailable'/>`)
    await rest()
    const chat = feature.with(bob)
    expect(chat.state).toMatchObject({ theirs: 'unknown', form: 'asking' })
    chat.send('To anywhere')
    expect((await peer.next('message')).attributes['to']).toBe(bob)
  })

  it.each(['', "type='unavailable'"])(
    'knows what they said, and not where they are since other presence of theirs came: %j',
    async (type) => {
      const { client, peer } = await online()
      const feature = client.use(conversations)
      peer.say(says(state('active')) + `<presence from='${bob}/sofa' ${type}/>`)
      await rest()
      const chat = feature.with(bob)
      expect(chat.state.theirs).toBe('active')
      chat.send('To anywhere')
      expect((await peer.next('message')).attributes['to']).toBe(bob)
      peer.say(`<presence from='${bob}/desk' type='unavailable'/>`)
      await rest()
      expect(chat.state.theirs).toBe('unknown')
    },
  )
})

describe('their typing', () => {
  it('is told, until they are gone', async () => {
    const { chat, peer } = await conversing()
    const seen: string[] = []
    chat.state$.subscribe(({ theirs }) => seen.push(theirs))
    for (const name of ['active', 'composing', 'paused', 'inactive', 'gone']) peer.say(says(state(name)))
    await rest()
    peer.say(says(state('composing')) + `<presence from='${bob}/desk' type='unavailable'/>`)
    await rest()
    expect(seen.filter((each, index) => each !== seen[index - 1])).toEqual([
      'unknown',
      'active',
      'composing',
      'paused',
      'inactive',
      'gone',
      'composing',
      'unknown',
    ])
  })

  it('in the older words is of a message that asked, and of no other (XEP-0022 §3)', async () => {
    const { chat, first, peer } = await conversing()
    peer.say(says(raises('forged')) + says(raises(first.attributes['id'] ?? ''), `from='eve@evil.test/x'`))
    await rest()
    expect(chat.state.theirs).toBe('unknown')
    peer.say(says(raises(first.attributes['id'] ?? '')))
    await rest()
    expect(chat.state.theirs).toBe('composing')
    peer.say(says(cancels(first.attributes['id'] ?? '')))
    await rest()
    expect(chat.state.theirs).toBe('paused')
  })
})

describe('one’s own typing, to who knows message events alone (XEP-0022)', () => {
  it('is raised, taken back, and ended by the message', async () => {
    const { chat, peer } = await conversing()
    peer.say(says(body + requests, `from='${bob}/desk' id='message22'`))
    await rest()
    expect(await sentBy(peer, () => [chat.typing(), chat.typing()])).toEqual([['event', 'message22']])
    expect(await sentBy(peer, () => [chat.paused(), chat.leave()])).toEqual([['cancel', 'message22']])
    expect(await sentBy(peer, () => [chat.typing(), chat.send('More')])).toEqual([
      ['event', 'message22'],
      ['event'],
    ])
  })
})

describe('where messages go (XEP-0296, XEP-0085 §5.6)', () => {
  it('is the resource that wrote last, until presence says that it moves', async () => {
    const { chat, peer } = await conversing()
    peer.say(says(body + state('active')))
    await rest()
    chat.send('To the desk')
    expect((await peer.next('message')).attributes['to']).toBe(`${bob}/desk`)
    peer.say(`<presence from='${bob}/sofa'/>`)
    await rest()
    chat.send('To anywhere')
    expect((await peer.next('message')).attributes['to']).toBe(bob)
  })

  it('is their thread, with states too, and a new one after they have gone', async () => {
    const { chat, first, peer } = await conversing()
    expect(threadOf(first)).toMatch(/\S/)
    peer.say(says(`${body}<thread>t1</thread>${state('active')}`))
    await rest()
    chat.typing()
    expect(threadOf(await peer.next('message'))).toBe('t1')
    chat.send('In the thread')
    expect(threadOf(await peer.next('message'))).toBe('t1')
    peer.say(says(state('gone')))
    await rest()
    chat.send('Anew')
    expect(threadOf(await peer.next('message'))).not.toBe('t1')
  })
})

describe('who is told', () => {
  it('is nobody to whom one neither wrote nor shows presence', async () => {
    const { client, peer } = await online()
    const chat = client.use(conversations).with(bob)
    peer.say(says(body + state('active')))
    await rest()
    expect(await sentBy(peer, () => chat.typing())).toEqual([])
  })

  it('is nobody where the person does not want it', async () => {
    const { chat, first, peer } = await conversing({ tells: () => false })
    expect(wordsOf(first)).toEqual([])
    peer.say(says(body + state('active')))
    await rest()
    expect(await sentBy(peer, () => [chat.typing(), chat.send('More')])).toEqual([[]])
  })

  it('is told that one is gone when it is closed, and then nothing more', async () => {
    const { chat, feature, peer } = await conversing()
    peer.say(says(body + state('active')))
    await rest()
    expect(await sentBy(peer, () => [chat.close(), chat.typing()])).toEqual([['gone']])
    expect(feature.with(bob)).not.toBe(chat)
  })

  it('is told so too of the oldest of too many', async () => {
    const { chat, feature, peer } = await conversing()
    peer.say(says(body + state('active')))
    await rest()
    const open = () => {
      for (let count = 0; count < liveConversationLimit; count += 1) feature.with(`c${count}@example.test`)
    }
    expect(await sentBy(peer, open)).toEqual([['gone']])
    expect(feature.with(bob)).not.toBe(chat)
  })
})

describe('time', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  it('makes a pause of composing, then inactivity, then absence (XEP-0085 §2)', async () => {
    const { chat } = await conversing()
    chat.typing()
    await vi.advanceTimersByTimeAsync(29_999)
    chat.typing()
    const seen: string[] = []
    chat.state$.subscribe(({ own }) => seen.push(own))
    for (const ms of [29_999, 1, 119_999, 1, 479_999, 1]) {
      await vi.advanceTimersByTimeAsync(ms)
      seen.push('·')
    }
    expect(seen).toEqual(['composing', '·', 'paused', '·', '·', 'inactive', '·', '·', 'gone', '·'])
  })

  it('makes nothing of composing that was said long before the conversation began', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { client, peer } = await online()
    const feature = client.use(conversations)
    const eve = 'eve@example.test'
    peer.say(says(state('composing')) + says(state('active'), `from='${eve}/desk' type='chat'`))
    await rest()
    vi.setSystemTime(Date.now() + 600_000)
    peer.say(says(state('composing'), "from='carol@example.test/desk' type='chat'"))
    await rest()
    const theirs = [bob, eve, 'carol@example.test'].map((jid) => feature.with(jid).state.theirs)
    expect(theirs).toEqual(['unknown', 'active', 'composing'])
  })

  it('cannot be what no timer counts', async () => {
    const { client } = await online()
    expect(() => client.use((host) => conversations(host, { timeouts: { pauseMs: 0 } }))).toThrow(RangeError)
  })
})
