import { afterEach, describe, expect, it } from 'vitest'
import { blocking, type BlockingFeature } from '../../src/index.js'
import { toMeetingPlace, type Person } from './meeting-place.js'
import { everybodyLeaves, next, online, tag } from './people.js'
import type { Deviation, ServerUnderTest } from './server-under-test.js'

/** Whom a server keeps from one: the same on every server. */
export function holdBlocking(server: ServerUnderTest): void {
  afterEach(everybodyLeaves)
  const { friends } = toMeetingPlace(server)
  const deviates = (deviation: Deviation) => server.deviations?.includes(deviation) === true
  const tellsOfGoing = !deviates('tells nobody that they are blocked')
  const blocked = deviates('has no word for what one blocks') ? {} : { applicationCondition: 'blocked' }

  /** Two friends, the first of whom blocks nobody, whatever happened before. */
  const free = async (): Promise<readonly [Person & { readonly blocks: BlockingFeature }, Person]> => {
    const before = await online(server, 'carol')
    await before.use(blocking).unblockAll()
    await before.disconnect()
    const [carol, dave] = await friends()
    const blocks = carol.client.use(blocking)
    await Promise.all([blocks.fetch(), sees(dave, carol, true)])
    return [{ ...carol, blocks }, dave]
  }
  const sees = (one: Person, other: Person, isThere: boolean) =>
    next(
      one.people.presenceOf(other.jid),
      ({ available }) => available === isThere,
      `presence of ${other.jid}`,
    )
  const hears = (one: Person, word: string) => next(one.client.message$, ({ body }) => body === word, word)
  const failureOf = async (one: Person, to: string) => {
    const delivery = one.client.send({ to, type: 'chat', body: tag() })
    const failed = await next(delivery.status$, ({ status }) => status === 'failed', 'the message, back')
    return failed.status === 'failed' ? failed.reason : undefined
  }

  describe(`blocking on ${server.name}`, () => {
    it('keeps a friend away, who sees one go, and lets them in again', async () => {
      const [carol, dave] = await free()
      const gone = tellsOfGoing ? sees(dave, carol, false) : undefined
      await carol.blocks.block(dave.jid)
      await gone
      expect(carol.blocks.isBlocked(dave.client.jid)).toBe(true)
      expect(await failureOf(dave, carol.jid)).toMatchObject({ condition: 'service-unavailable' })
      expect(await failureOf(carol, dave.jid)).toMatchObject({
        condition: 'not-acceptable',
        ...blocked,
      })
      const back = sees(dave, carol, true)
      await carol.blocks.unblock(dave.jid)
      await back
      const word = tag()
      const heard = hears(carol, word)
      dave.client.send({ to: carol.jid, type: 'chat', body: word })
      await heard
    })

    it('is known to every device, and in the next session', async () => {
      const [carol, dave] = await free()
      const device = await online(server, 'carol')
      const other = device.use(blocking)
      await other.fetch()
      const told = next(other.blocked$, (blocked) => blocked.has(dave.jid), 'that he is blocked')
      await carol.blocks.block([dave.jid, 'spam.example'])
      expect([...(await told)].toSorted()).toEqual([dave.jid, 'spam.example'])
      await carol.client.disconnect()
      await carol.client.connect()
      await next(carol.blocks.state$, ({ status }) => status === 'synced', 'the list')
      expect([...carol.blocks.blocked].toSorted()).toEqual([dave.jid, 'spam.example'])
      const freed = next(other.blocked$, ({ size }) => size === 0, 'that nobody is blocked')
      await carol.blocks.unblockAll()
      await freed
      expect(carol.blocks.blocked.size).toBe(0)
    })
  })
}
