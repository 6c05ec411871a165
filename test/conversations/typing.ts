import { afterEach, describe, expect, it } from 'vitest'
import {
  conversations,
  discovery,
  messageStyling,
  ns,
  parseStyling,
  rich,
  richText,
  toUnstyledElement,
  xml,
  type Client,
  type Conversation,
  type ConversationState,
} from '../../src/index.js'
import { everybodyLeaves, next, online, person, tag } from './people.js'
import type { ServerUnderTest } from './server-under-test.js'

/** What people see of each other while they write, and what their texts look like: the same on every server. */
export function holdTyping(server: ServerUnderTest): void {
  afterEach(everybodyLeaves)

  const become = (chat: Conversation, what: Partial<ConversationState>) =>
    next(
      chat.state$,
      (state) => Object.entries(what).every(([key, value]) => Reflect.get(state, key) === value),
      JSON.stringify(what),
    )
  const heard = (client: Client, word: string) =>
    next(client.message$, ({ body }) => body === word, 'the message')

  describe(`typing on ${server.name}`, () => {
    it('is seen by who has shown to understand it, and so is all that follows', async () => {
      const [alice, bob] = [person(server, 'alice'), person(server, 'bob')]
      const [hers, his] = [alice.use(conversations), bob.use(conversations)]
      await Promise.all([alice.connect(), bob.connect()])
      // Friends may know of each other: whoever sees one’s presence is in the list.
      await Promise.all([alice.fetchRoster(), bob.fetchRoster()])
      const [toBob, toAlice] = [hers.with(bob.jid), his.with(alice.jid)]
      const first = heard(bob, 'Hello')
      // To the resource of this run: others of the account may be there.
      alice.send({ to: bob.jid, type: 'chat', body: 'Hello', payloads: [xml('active', ns.chatStates)] })
      await first
      await become(toAlice, { form: 'chatStates', theirs: 'active' })
      toAlice.typing()
      await become(toBob, { form: 'chatStates', theirs: 'composing' })
      toAlice.paused()
      await become(toBob, { theirs: 'paused' })
      toAlice.send('Here I am')
      await become(toBob, { theirs: 'active' })
      toBob.leave()
      await become(toAlice, { theirs: 'inactive' })
      toBob.close()
      expect(await become(toAlice, { theirs: 'gone' })).toMatchObject({ form: 'chatStates' })
    })

    it('is over when who types has left', async () => {
      const [alice, bob] = [person(server, 'alice'), person(server, 'bob')]
      const toBob = alice.use(conversations).with(bob.jid)
      await alice.connect()
      await alice.fetchRoster()
      const toAlice = bob.use(conversations).with(alice.jid)
      await bob.connect()
      await bob.fetchRoster()
      const first = heard(alice, 'Hello')
      bob.send({ to: alice.jid, type: 'chat', body: 'Hello', payloads: [xml('active', ns.chatStates)] })
      await first
      const [answer, word] = [become(toAlice, { form: 'chatStates' }), tag()]
      toBob.send(word)
      await answer
      toAlice.typing()
      await become(toBob, { theirs: 'composing' })
      await bob.disconnect()
      expect(await become(toBob, { theirs: 'unknown' })).toMatchObject({ form: 'unknown' })
    })

    it('is told in the older words to who knows only those (XEP-0022)', async () => {
      const alice = person(server, 'alice')
      const chats = alice.use(conversations)
      const [bob] = await Promise.all([online(server, 'bob'), alice.connect()])
      await alice.fetchRoster()
      const toBob = chats.with(bob.jid)
      const event = (...content: Parameters<typeof xml>[3][]) => xml('x', ns.messageEvents, {}, ...content)
      const composing = xml('composing', ns.messageEvents)
      const told = (expected: string) =>
        next(
          bob.message$,
          ({ payloads }) =>
            payloads.some(
              (payload) =>
                payload.is('x', ns.messageEvents) &&
                payload
                  .elements()
                  .map((each) => each.name + each.text())
                  .join() === expected,
            ),
          expected,
        )
      bob.send({ to: alice.jid, id: 'message22', body: 'Art thou Romeo?', payloads: [event(composing)] })
      await become(toBob, { form: 'events' })
      const raised = told('composing,idmessage22')
      toBob.typing()
      await raised
      const cancelled = told('idmessage22')
      toBob.paused()
      await cancelled
      const asked = told('composing')
      toBob.send('Neither')
      const { id = '' } = await asked
      const answer = (...content: Parameters<typeof xml>[3][]) =>
        bob.send({ to: alice.jid, payloads: [event(...content, xml('id', ns.messageEvents, {}, id))] })
      answer(composing)
      await become(toBob, { theirs: 'composing' })
      answer()
      expect(await become(toBob, { theirs: 'paused' })).toMatchObject({ own: 'active', form: 'events' })
    })

    it('needs no message first where discovery has said that it is understood (XEP-0085 §4)', async () => {
      const [alice, bob] = [person(server, 'alice'), person(server, 'bob')]
      const { supports } = alice.use(discovery)
      const chats = alice.use((host) =>
        conversations(host, { supports: () => supports(bob.jid, ns.chatStates) }),
      )
      await alice.connect()
      const came = next(
        alice.presence$,
        ({ from }) => from?.toString() === bob.jid.toString(),
        'bob’s presence',
      )
      bob.use(conversations)
      await bob.connect()
      await came
      expect(await become(chats.with(bob.jid), { form: 'chatStates' })).toMatchObject({ theirs: 'unknown' })
    })
  })

  describe(`rich text on ${server.name}`, () => {
    it('arrives beside the plain text', async () => {
      const [alice, bob] = [person(server, 'alice'), person(server, 'bob')]
      const [{ send }, { read }] = [alice.use(richText), bob.use(richText)]
      await Promise.all([alice.connect(), bob.connect()])
      const word = tag()
      const arrived = heard(bob, `Salut ${word} !`)
      send({
        to: bob.jid,
        type: 'chat',
        rich: [rich('p', { style: { 'font-weight': 'bold' } }, 'Salut ', rich('em', {}, word), ' !')],
      })
      const text = read(await arrived)
      expect(text?.text).toBe(`Salut ${word} !`)
      expect(text?.body.child('p')?.attribute('style')).toBe('font-weight: bold')
      expect(text?.body.child('p')?.child('em')?.text()).toBe(word)
    })

    it('goes no more to who answers it without any, until they write some', async () => {
      const [alice, bob] = [person(server, 'alice'), person(server, 'bob')]
      const [hers, his] = [alice.use(richText), bob.use(richText)]
      await Promise.all([alice.connect(), bob.connect()])
      const say = async (from: Client, to: Client, isRich: boolean) => {
        const word = tag()
        const arrived = heard(to, word)
        const message = { to: from === alice ? bob.jid : alice.jid, type: 'chat' } as const
        if (isRich) (from === alice ? hers : his).send({ ...message, rich: [rich('p', {}, word)] })
        else from.send({ ...message, body: word })
        return hers.read(await arrived) !== undefined
      }
      expect(await say(alice, bob, true)).toBe(true)
      expect(await say(bob, alice, false)).toBe(false)
      expect([await say(alice, bob, true), hers.mayRead(bob.jid)]).toEqual([false, false])
      expect(await say(bob, alice, true)).toBe(true)
      expect(await say(alice, bob, true)).toBe(true)
    })

    it('is what the signs of a body mean, unless its sender says no (XEP-0393)', async () => {
      const [alice, bob] = [person(server, 'alice'), person(server, 'bob')]
      const { read } = bob.use(messageStyling)
      await Promise.all([alice.connect(), bob.connect()])
      const word = `*${tag()}*`
      const styled = heard(bob, word)
      alice.send({ to: bob.jid, type: 'chat', body: word })
      expect(read(await styled)).toEqual(parseStyling(word))
      const unstyled = heard(bob, `> ${word}`)
      alice.send({ to: bob.jid, type: 'chat', body: `> ${word}`, payloads: [toUnstyledElement()] })
      expect(read(await unstyled)).toBeUndefined()
    })
  })
}
