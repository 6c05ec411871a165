import { describe, expect, it } from 'vitest'
import { StanzaError } from '../../src/index.js'
import { childOf, elementsOf, textOf, type HeardElement } from './heard.js'
import {
  absent,
  at,
  body,
  groupchat,
  inside,
  outcomeOf,
  outside,
  own,
  present,
  renamed,
  says,
  seen,
  sentBy,
  subject,
  tea,
} from './room.js'

const user = 'http://jabber.org/protocol/muc#user'
const bounced = (sent: HeardElement | undefined, condition: string) =>
  `<message type='error' from='${sent?.attributes['to']}' id='${sent?.attributes['id']}'>` +
  `<error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`
const namesIn = (element: HeardElement | undefined) => element && elementsOf(element).map(({ name }) => name)

describe('XEP-0045: a message to everybody', () => {
  it('goes to the room itself, as groupchat, with an id (§7.4, §17.2)', async () => {
    const { room, peer } = await inside()
    const [sent] = await sentBy(peer, () => room.send('Hello'))
    expect(sent?.attributes).toEqual({ to: tea, type: 'groupchat', id: expect.stringMatching(/./) })
    expect(namesIn(sent)).toContain('body')
  })

  it('is received once the room has reflected it (§7.4)', async () => {
    const { room, peer } = await inside()
    const { values } = seen(room.message$)
    const delivery = room.send('Hello')
    await says(peer, groupchat('Alice', body('Hello'), delivery.id))
    expect(delivery.status).toEqual({ status: 'received' })
    expect(values).toMatchObject([{ nickname: 'Alice', body: 'Hello', isOwn: true, moment: undefined }])
  })

  it('is not received by the word of somebody else, who knows its id (§7.4)', async () => {
    const { room, peer } = await inside()
    const { values } = seen(room.message$)
    const delivery = room.send('Hello')
    await says(
      peer,
      groupchat('Bob', body('Hello'), delivery.id) + groupchat(undefined, body('Hello'), delivery.id),
    )
    expect(delivery.status.status).toBe('written')
    expect(values.map(({ isOwn }) => isOwn)).toEqual([false, false])
  })

  it.each(['forbidden', 'not-allowed', 'policy-violation', 'item-not-found'])(
    'fails where the room gives it back with %s, and one stays in (§7.4)',
    async (condition) => {
      const { room, peer } = await inside()
      const delivery = room.send('Hello')
      const sent = await peer.next('message')
      await says(peer, bounced(sent, condition))
      expect(delivery.status).toMatchObject({ status: 'failed', reason: { condition } })
      expect(room.state.status).toBe('joined')
    },
  )

  it('is said once more where the room did not know one any longer, and not for ever (§7.4)', async () => {
    const { room, peer } = await inside()
    const delivery = room.send('Hello')
    await says(peer, bounced(await peer.next('message'), 'not-acceptable'))
    expect(delivery.status.status).not.toBe('failed')
    expect((await peer.next('presence')).attributes['to']).toBe(at('Alice'))
    await says(peer, own() + subject())
    const again = await peer.next('message')
    expect(again.attributes['id']).toBe(delivery.id)
    await says(peer, bounced(again, 'not-acceptable'))
    expect(delivery.status).toMatchObject({ status: 'failed', reason: { condition: 'not-acceptable' } })
  })

  it('does not wait for the next time where it comes back after one was put out', async () => {
    const { room, peer } = await inside()
    const delivery = room.send('Hello')
    const sent = await peer.next('message')
    await says(peer, absent('Alice', { codes: [110, 307] }) + bounced(sent, 'not-acceptable'))
    expect(delivery.status).toMatchObject({ status: 'failed' })
  })

  it('comes from the room itself where it has no nickname', async () => {
    const { room, peer } = await inside()
    const { values } = seen(room.message$)
    await says(peer, groupchat(undefined, body('Closing time')))
    expect(values).toMatchObject([{ nickname: undefined, isOwn: false, body: 'Closing time' }])
  })

  it('is no error, and nothing without words', async () => {
    const { room, peer } = await inside()
    const said = [seen(room.message$), seen(room.whisper$)]
    await says(
      peer,
      groupchat('Bob', "<composing xmlns='http://jabber.org/protocol/chatstates'/>") +
        groupchat('Bob', `${body('Hello')}<error type='cancel'/>`).replace("'groupchat'", "'error'"),
    )
    expect(said.map(({ values }) => values)).toEqual([[], []])
  })
})

describe('XEP-0045: a private message', () => {
  it('goes to the occupant, as chat, marked for one’s other clients (§7.5)', async () => {
    const { room, peer } = await inside()
    const [sent] = await sentBy(peer, () => room.whisper('Bob', 'psst'))
    expect(sent?.attributes).toMatchObject({ to: at('Bob'), type: 'chat' })
    expect(sent && childOf(sent, 'x')).toMatchObject({ namespace: user })
  })

  it.each(['', `<x xmlns='${user}'/>`])('comes from one, marked or not: %s (§7.5)', async (mark) => {
    const { room, peer } = await inside()
    const [everybody, alone] = [seen(room.message$), seen(room.whisper$)]
    await says(peer, `<message from='${at('Bob')}' type='chat' id='w1'>${body('psst')}${mark}</message>`)
    expect(alone.values).toMatchObject([{ nickname: 'Bob', body: 'psst', isOwn: false }])
    expect(everybody.values).toEqual([])
  })

  it('may have no type (§7.5)', async () => {
    const { room, peer } = await inside()
    const { values } = seen(room.whisper$)
    await says(peer, `<message from='${at('Bob')}' id='w1'>${body('psst')}</message>`)
    expect(values).toMatchObject([{ nickname: 'Bob', body: 'psst' }])
  })

  it.each(['item-not-found', 'not-acceptable'])(
    'comes back with %s, and one is in all the same (§7.5)',
    async (condition) => {
      const { room, peer } = await inside()
      const delivery = room.whisper('Carol', 'psst')
      await says(peer, bounced(await peer.next('message'), condition))
      expect(delivery.status).toMatchObject({ status: 'failed', reason: { condition } })
      expect(room.state.status).toBe('joined')
    },
  )
})

describe('XEP-0045: the subject', () => {
  it('is changed by a message with a subject alone (§8.1)', async () => {
    const { room, peer } = await inside()
    const [sent] = await sentBy(peer, () => room.setSubject('Fire Burn'))
    expect(sent?.attributes).toMatchObject({ to: tea, type: 'groupchat' })
    expect(namesIn(sent)).toEqual(['subject'])
    expect(textOf(sent && childOf(sent, 'subject'))).toBe('Fire Burn')
  })

  it('is taken away by an empty one (§8.1)', async () => {
    const { room, peer } = await inside()
    const [sent] = await sentBy(peer, () => room.setSubject(''))
    expect(namesIn(sent)).toEqual(['subject'])
    expect(textOf(sent && childOf(sent, 'subject'))).toBe('')
  })

  it('is told with who has set it, the room included (§8.1)', async () => {
    const { room, peer } = await inside()
    const { values } = seen(room.subject$)
    await says(peer, subject('Fire Burn', 'Bob') + subject('Cauldron Bubble') + subject('', 'Bob'))
    expect(values).toEqual([
      { text: '', nickname: undefined },
      { text: 'Fire Burn', nickname: 'Bob' },
      { text: 'Cauldron Bubble', nickname: undefined },
      { text: '', nickname: 'Bob' },
    ])
  })

  it.each([
    ['a body', `<subject>No</subject>${body('Yes')}`],
    ['a thread', '<subject>No</subject><thread>t1</thread>'],
  ])('is none in a message with %s (§8.1)', async (_, content) => {
    const { room, peer } = await inside()
    const { values } = seen(room.subject$)
    await says(peer, groupchat('Bob', content))
    expect(values.map(({ text }) => text)).toEqual([''])
  })

  it('is not changed by who may not (§8.1)', async () => {
    const { room, peer } = await inside()
    const delivery = room.setSubject('Fire Burn')
    await says(peer, bounced(await peer.next('message'), 'forbidden'))
    expect(delivery.status).toMatchObject({ status: 'failed', reason: expect.any(StanzaError) })
    expect(room.state.status).toBe('joined')
  })
})

describe('XEP-0045: what a room says of itself', () => {
  it.each([170, 171, 172, 173, 104])('is told by number: %i (§10.2.1, §14.3, §14.5)', async (code) => {
    const { room, peer } = await inside()
    const { values } = seen(room.notice$)
    await says(peer, groupchat(undefined, `<x xmlns='${user}'><status code='${code}'/></x>`))
    expect(values).toEqual([new Set([code])])
  })

  it('is told to who is outside: one’s standing may change meanwhile (§18.1)', async () => {
    const { room, peer } = await outside()
    const { values } = seen(room.notice$)
    await says(peer, `<message from='${tea}'><x xmlns='${user}'><status code='101'/></x></message>`)
    expect(values).toEqual([new Set([101])])
  })

  it('is not told by what came back', async () => {
    const { room, peer } = await inside()
    const { values } = seen(room.notice$)
    await says(
      peer,
      `<message type='error' from='${tea}'><x xmlns='${user}'><status code='170'/></x><error type='cancel'/></message>`,
    )
    expect(values).toEqual([])
  })

  it('is told by nobody else', async () => {
    const { room, peer } = await inside()
    const { values } = seen(room.notice$)
    await says(
      peer,
      groupchat('Bob', `<x xmlns='${user}'><status code='171'/></x>`) + present('Bob', { codes: [100] }),
    )
    expect(values).toEqual([])
  })
})

describe('XEP-0045: another presence', () => {
  it('of somebody is theirs from then on (§7.7)', async () => {
    const { room, peer } = await inside()
    const { values } = seen(room.occupantChange$)
    await says(peer, present('Bob', { content: '<show>xa</show><status>gone where the goblins go</status>' }))
    expect(room.occupants.get('Bob')?.presence).toMatchObject({ show: 'xa' })
    expect(values).toMatchObject([{ kind: 'changed', occupant: { nickname: 'Bob' } }])
  })

  it('of one’s own is said in the room, without entering it once more (§7.7, §7.2.17)', async () => {
    const { client, peer } = await inside()
    const sent = await sentBy(peer, () => client.sendPresence({ show: 'away' }))
    const said = sent.filter(({ attributes }) => attributes['to'] === at('Alice'))
    expect(said).toHaveLength(1)
    expect(textOf(said[0] && childOf(said[0], 'show'))).toBe('away')
    expect(said[0] && childOf(said[0], 'x')).toBeUndefined()
  })

  it('while another nickname is asked for is said under that, once one has it (§7.6)', async () => {
    const { client, room, peer } = await inside()
    const done = outcomeOf(room.changeNickname('Alicia'))
    await peer.next('presence')
    const early = await sentBy(peer, () => client.sendPresence({ show: 'away' }))
    expect(early.map(({ attributes }) => attributes['to'])).toEqual([undefined])
    const late = await sentBy(peer, () => peer.say(renamed('Alice', 'Alicia', [110]) + present('Bob')))
    expect(late.map(({ attributes }) => attributes['to'])).toEqual([at('Alicia')])
    expect(done.is()).toBe('resolved')
  })

  it('is not said in a room that one is not in', async () => {
    const { client, peer } = await outside()
    const sent = await sentBy(peer, () => client.sendPresence({ show: 'away' }))
    expect(sent.filter(({ attributes }) => attributes['to'] !== undefined)).toEqual([])
  })

  it('has other rights, one’s own too (§8.3, §8.4, §9.6)', async () => {
    const { room, peer } = await inside()
    await says(
      peer,
      present('Bob', { role: 'visitor' }) + own('Alice', { role: 'moderator', affiliation: 'admin' }),
    )
    expect(room.occupants.get('Bob')).toMatchObject({ role: 'visitor' })
    expect(room.state).toMatchObject({ status: 'joined', role: 'moderator', affiliation: 'admin' })
  })

  it('under another name is of the same one (§7.6)', async () => {
    const { room, peer } = await inside()
    const { values } = seen(room.occupantChange$)
    await says(peer, renamed('Bob', 'Robert'))
    expect(values).toMatchObject([{ kind: 'renamed', before: 'Bob', occupant: { nickname: 'Robert' } }])
    expect([...room.occupants.keys()].toSorted()).toEqual(['Alice', 'Robert'])
  })
})
