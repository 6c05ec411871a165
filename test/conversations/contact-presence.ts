import { afterEach, describe, expect, it } from 'vitest'
import { ns, StanzaError, xml, type ContactPresence } from '../../src/index.js'
import { toMeetingPlace, type Person } from './meeting-place.js'
import { everybodyLeaves, next, tag } from './people.js'
import type { ServerUnderTest } from './server-under-test.js'

/** What contacts hear of each other's presence: the same transcript on every server. */
export function holdContactPresence(server: ServerUnderTest): void {
  afterEach(everybodyLeaves)

  const hidesNobody = server.deviations?.includes('hides nobody') === true
  const { friends, online, strangers } = toMeetingPlace(server)
  const sees = (one: Person, other: Person, fits: (presence: ContactPresence) => boolean) =>
    next(one.people.presenceOf(other.jid), fits, `${other.jid} as it should be`)
  /** Everything that was said before has reached whom it was for. */
  const heard = async ({ client: from }: Person, { client: to }: Person) => {
    const word = tag()
    const arrived = next(to.message$, ({ body }) => body === word, 'the message')
    from.send({ to: to.jid, type: 'chat', body: word })
    await arrived
  }

  describe(`the presence of contacts on ${server.name}`, () => {
    it('has a status in each language, a show and a priority', async () => {
      const [carol, dave] = await friends()
      dave.client.sendPresence({ show: 'away', status: { en: 'at lunch', fr: 'à table' }, priority: -3 })
      const seen = await sees(carol, dave, ({ show }) => show === 'away')
      expect(seen.statuses).toEqual([
        { lang: 'en', text: 'at lunch' },
        { lang: 'fr', text: 'à table' },
      ])
      expect(seen.best).toMatchObject({ priority: -3, show: 'away' })
    })

    it('is that of the best of several resources', async () => {
      const [carol, dave] = await friends()
      const phone = await online('dave', { presence: { priority: 7, show: 'dnd', status: 'on the phone' } })
      const both = await sees(carol, dave, ({ resources }) => resources.size === 2)
      expect(both).toMatchObject({ show: 'dnd', status: 'on the phone' })
      expect(both.best?.from?.toString()).toBe(phone.client.jid.toString())
      await phone.client.disconnect()
      const one = await sees(carol, dave, ({ resources }) => resources.size === 1)
      expect(one).toMatchObject({ available: true, show: undefined, status: undefined })
    })

    it('is shown to a stranger who is told of it, until that is taken back', async () => {
      const [carol, dave] = await strangers()
      carol.client.sendPresence({ to: dave.client.jid, status: 'for you alone' })
      const seen = await sees(dave, carol, ({ available }) => available)
      expect(seen).toMatchObject({ status: 'for you alone' })
      carol.client.sendPresence({ to: dave.client.jid, type: 'unavailable' })
      await sees(dave, carol, ({ available }) => !available)
    })

    it('ends for a stranger who was told of it when the session does', async () => {
      const [carol, dave] = await strangers()
      carol.client.sendPresence({ to: dave.client.jid })
      await sees(dave, carol, ({ available }) => available)
      await carol.client.disconnect()
      expect((await sees(dave, carol, ({ available }) => !available)).resources.size).toBe(0)
    })

    it('is said again in the next session', async () => {
      const [carol, dave] = await friends()
      const word = tag()
      dave.client.sendPresence({ show: 'xa', status: word })
      await sees(carol, dave, ({ status }) => status === word)
      await dave.client.disconnect()
      await sees(carol, dave, ({ available }) => !available)
      await dave.client.connect()
      expect(await sees(carol, dave, ({ available }) => available)).toMatchObject({
        show: 'xa',
        status: word,
      })
    })

    it('stays withdrawn until it is said again', async () => {
      const [carol, dave] = await friends()
      await sees(carol, dave, ({ available }) => available)
      dave.client.sendPresence({ type: 'unavailable', status: 'gone home' })
      expect(await sees(carol, dave, ({ available }) => !available)).toMatchObject({ status: 'gone home' })
      dave.client.sendPresence({ status: 'back' })
      await sees(carol, dave, ({ available, status }) => available && status === 'back')
    })

    it('is hidden by hide() until sendPresence(), where the server does that, else hide() says that it does not', async () => {
      const [carol, dave] = await friends()
      await sees(carol, dave, ({ available }) => available)
      const outcome = await dave.client.hide().then(
        () => 'hidden',
        (error: unknown) => (error instanceof StanzaError ? error.code : error),
      )
      expect(outcome).toBe(hidesNobody ? 'stanza.service-unavailable' : 'hidden')
      await heard(dave, carol)
      await sees(carol, dave, ({ available }) => available === hidesNobody)
      carol.client.sendPresence({ status: 'can you see me?' })
      await sees(dave, carol, ({ status }) => status === 'can you see me?')
      dave.client.sendPresence({ show: 'chat' })
      expect(await sees(carol, dave, ({ available, show }) => available && show === 'chat')).toMatchObject({
        available: true,
      })
    })

    it('is not told by itself in the session after hide()', async () => {
      const [carol, dave] = await friends()
      await sees(carol, dave, ({ available }) => available)
      await dave.client.hide().catch(() => undefined)
      await dave.client.disconnect()
      await sees(carol, dave, ({ available }) => !available)
      const seen: boolean[] = []
      carol.people.presenceOf(dave.jid).subscribe(({ available }) => seen.push(available))
      await dave.client.connect()
      await dave.client.request({ type: 'get', payload: xml('ping', ns.ping) })
      await heard(dave, carol)
      expect(seen).toEqual([false])
    })
  })
}
