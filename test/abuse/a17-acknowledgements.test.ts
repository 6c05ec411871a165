import { expect, describe, it } from 'vitest'
import type { Client } from '../../src/client.js'
import { answerBind, rest } from '../spec/session.js'
import { askedToResume, bodiesOf, enabled, logInManaged, managed, sm } from '../spec/managed.js'
import { leaveNothingBehind } from './remains.js'

const say = (client: Client, ...bodies: readonly string[]) =>
  bodies.map((body) => client.send({ to: 'bob@example.test', body }))

describe('a server that counts what it was sent,', () => {
  leaveNothingBehind('still')

  it.each([
    ['more than was ever sent', [3], 3],
    ['one more, after a count that was right', [2, 3], 3],
    ['less than before', [2, 1], 1],
    ['zero after something', [1, 0], 0],
    ['the largest number there is', [4_294_967_295], 4_294_967_295],
  ])('and tells %s, is told so and left; nothing is lost', async (_what, counts, wrong) => {
    const { client, first, peer } = await managed()
    const deliveries = say(client, 'one', 'two')
    await rest()
    for (const h of counts) first.say(sm('a', `h='${h}'`))
    await first.end()
    expect(first.raw).toMatch(
      new RegExp(
        `<stream:error><undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><handled-count-too-high xmlns='urn:xmpp:sm:3' h='${wrong}' send-count='2'/></stream:error></stream:stream>$`,
      ),
    )
    const acknowledged = Math.max(0, ...counts.slice(0, -1))
    expect(client.state).toMatchObject({
      status: 'backingOff',
      error: { code: 'protocol.undefined-condition' },
    })
    client.networkOnline()
    const second = await peer(1)
    await logInManaged(second)
    expect(bodiesOf(second)).toEqual(['one', 'two'].slice(acknowledged))
    expect(second.raw).not.toContain('<resume')
    second.say(sm('a', `h='${2 - acknowledged}'`))
    await rest()
    expect(deliveries.map(({ status }) => status.status)).toEqual(['acknowledged', 'acknowledged'])
  })

  it.each([
    ['no number', ''],
    ['a negative one', "h='-1'"],
    ['one beyond 32 bits', "h='4294967296'"],
    ['a word', "h='two'"],
  ])('and tells %s, has said nothing', async (_what, attributes) => {
    const { client, first } = await managed()
    const [delivery] = say(client, 'one')
    await rest()
    first.say(sm('a', attributes))
    await rest()
    expect(client.state.status).toBe('online')
    expect(delivery?.status).toEqual({ status: 'written' })
  })

  it('and enables what is enabled already, sets no count back', async () => {
    const { client, first } = await managed()
    first.say("<message from='bob@example.test'><body>x</body></message>")
    say(client, 'one')
    await rest()
    first.say(enabled + sm('failed', '') + sm('resumed', "h='7' previd='sm-1'") + sm('r', ''))
    await rest()
    expect(first.raw).toMatch(/<a xmlns='urn:xmpp:sm:3' h='1'\/>$/)
    expect(client.state).toMatchObject({ status: 'online', streamManagement: 'live' })
  })

  it('and resumes with more than was ever sent, is told so; the messages go again in a new session', async () => {
    const { client, first, peer } = await managed()
    const [delivery] = say(client, 'one')
    await rest()
    first.cut()
    await rest()
    expect(client.state.status).toBe('suspended')
    client.networkOnline()
    const second = await peer(1)
    expect((await askedToResume(second)).attributes).toMatchObject({ previd: 'sm-1', h: '0' })
    second.say(sm('resumed', "previd='sm-1' h='9'"))
    await second.end()
    expect(second.raw).toContain("<handled-count-too-high xmlns='urn:xmpp:sm:3' h='9' send-count='1'/>")
    client.networkOnline()
    const third = await peer(2)
    await logInManaged(third)
    expect(bodiesOf(third)).toEqual(['one'])
    third.say(sm('a', "h='1'"))
    await rest()
    expect(delivery?.status).toEqual({ status: 'acknowledged' })
  })

  it.each([
    ['another session', sm('resumed', "previd='sm-2' h='0'")],
    ['no session', sm('resumed', "h='0'")],
    ['a stanza', '<message/>'],
  ])('and resumes with %s, is left', async (_what, answer) => {
    const { client, first, peer } = await managed()
    first.cut()
    await rest()
    client.networkOnline()
    const second = await peer(1)
    await askedToResume(second)
    second.say(answer)
    await second.end()
    expect(client.state).toMatchObject({ status: 'backingOff', error: { code: 'protocol.bad-format' } })
  })

  it('and does not go on but tells how much it had, is believed as far as that can be', async () => {
    for (const [h, again] of [
      ['1', ['two']],
      ['9', ['one', 'two']],
    ] as const) {
      const { client, first, peer } = await managed()
      const deliveries = say(client, 'one', 'two')
      await rest()
      first.cut()
      await rest()
      client.networkOnline()
      const second = await peer(1)
      await askedToResume(second)
      second.say(`<failed xmlns='urn:xmpp:sm:3' h='${h}'/>`)
      await answerBind(second)
      await second.next('enable')
      second.say(enabled)
      await rest()
      expect(deliveries[0]?.status.status).toBe(h === '1' ? 'acknowledged' : 'written')
      expect(bodiesOf(second)).toEqual(again)
      expect(second.raw.match(/<origin-id xmlns='urn:xmpp:sid:0' id='[^']+'\/><delay /g)).toHaveLength(
        again.length,
      )
    }
  })

  it('and never answers, is given more only up to a limit', async () => {
    const { client } = await managed({ limits: { unacknowledgedStanzas: 3 } })
    const deliveries = say(client, 'one', 'two', 'three', 'four')
    expect(deliveries.at(-1)?.status).toMatchObject({
      status: 'failed',
      reason: { code: 'transport.overflow' },
    })
    expect(() => client.sendPresence({ to: 'bob@example.test' })).toThrow('not acknowledged')
    expect(client.state.status).toBe('online')
  })
})

describe('a server that is asked what it has,', () => {
  leaveNothingBehind('passing')

  it('and talks on without ever answering, is given up, but not the session', async () => {
    const { client, first } = await managed({ timeouts: { ackMs: 20 } })
    say(client, 'one')
    while (client.state.status === 'online') {
      first.say("<message from='bob@example.test'><body>on and on</body></message>")
      await rest()
    }
    expect(client.state).toMatchObject({ status: 'suspended', error: { code: 'timeout.ack' } })
  })
})
