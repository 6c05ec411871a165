import { afterEach, describe, expect, it } from 'vitest'
import { avatars, ns, sessionIn, vcards, xml, type AvatarsFeature, type Client } from '../../src/index.js'
import { toImageHash } from '../../src/features/avatar-cache.js'
import { Disk } from '../store/disk.js'
import { everybodyLeaves, next, person, tag } from './people.js'
import type { ServerUnderTest } from './server-under-test.js'

/** A picture that nobody has seen before, as far as one can tell without decoding it. */
const picture = (units = 100): Uint8Array => new TextEncoder().encode(`GIF89a${tag()}${'.'.repeat(units)}`)

/** Who people are, and how they look: the same on every server. */
export function holdProfiles(server: ServerUnderTest): void {
  afterEach(everybodyLeaves)

  const knowsFewFields = server.deviations?.includes('keeps the fields it knows') === true
  const bareOf = (user: string) => `${user}@${server.domain}`
  const carded = async (user: string) => {
    const client = person(server, user)
    const cards = client.use(vcards)
    await client.connect()
    return { client, cards }
  }
  const pictured = (user: string) => {
    const client = person(server, user)
    return { client, ...client.use(avatars) }
  }
  const shown = ({ avatarOf }: Pick<AvatarsFeature, 'avatarOf'>, user: string, id: string | undefined) =>
    next(avatarOf(bareOf(user)), (avatar) => avatar?.id === id, `the avatar ${id}`)

  describe(`vCards on ${server.name}`, () => {
    it('are what their owners say, to everybody', async () => {
      const bob = await carded('bob')
      const word = tag()
      const card = {
        fullName: `Bob ${word}`,
        name: { family: word, given: 'Bob', middle: undefined, prefix: undefined, suffix: undefined },
        nicknames: ['bobby'],
        birthday: '1966-08-06',
        emails: [{ address: 'bob@example.org', kinds: ['work'] }],
        phones: [{ number: '+1-303-555-1212', kinds: ['home', 'voice'] }],
        title: 'Executive Director',
        role: 'Patron Saint',
        urls: ["javascript:alert('1')"],
        note: '<script>text & nothing else</script>',
      }
      const photo = { bytes: picture() }
      await bob.cards.update({ ...card, photo })
      const alice = await carded('alice')
      const seen = await alice.cards.of(bareOf('bob'))
      const few = {
        emails: [{ address: 'bob@example.org', kinds: ['internet', 'work'] }],
        phones: [{ number: '+1-303-555-1212', kinds: ['home'] }],
      }
      expect(seen).toMatchObject({ ...card, ...(knowsFewFields ? few : {}), photo: { type: 'image/gif' } })
      expect(seen?.photo?.bytes).toEqual(photo.bytes)
      expect(await bob.cards.own()).toEqual(seen)
      await bob.cards.update({ photo: null, note: null })
      expect(await alice.cards.of(bareOf('bob'))).toMatchObject({ photo: undefined, note: undefined })
    })

    it('lose nothing that another app has put there when one word of them is changed', async () => {
      const { client, cards } = await carded('dave')
      const strange = xml('X-STRANGE', ns.vCardTemp, {}, xml('PART', ns.vCardTemp, {}, tag()))
      const payload = xml('vCard', ns.vCardTemp, {}, xml('FN', ns.vCardTemp, {}, 'Dave'), strange)
      await client.request({ type: 'set', payload })
      const nickname = tag()
      await cards.update({ nicknames: [nickname] })
      expect(await cards.own()).toMatchObject({ fullName: 'Dave', nicknames: [nickname] })
      const stored = await client.request({ type: 'get', payload: xml('vCard', ns.vCardTemp) })
      expect(stored.payload?.child('X-STRANGE')?.child('PART')?.text()).toBe(
        knowsFewFields ? undefined : strange.child('PART')?.text(),
      )
    })

    it('are none for those who have none, and for those who are nobody', async () => {
      const { cards } = await carded('alice')
      expect(await cards.of(`nobody-${tag()}@${server.domain}`)).toBeUndefined()
    })

    it('are there in the form of today, too', async () => {
      const bob = await carded('bob')
      const word = tag()
      await bob.cards.update({ fullName: word, urls: [`https://${word}.example/`] }, { format: 'vcard4' })
      await bob.cards.update({ title: 'Gardener' }, { format: 'vcard4' })
      const alice = await carded('alice')
      expect(await alice.cards.of(bareOf('bob'), { format: 'vcard4' })).toMatchObject({
        fullName: word,
        urls: [`https://${word}.example/`],
        title: 'Gardener',
      })
    })
  })

  describe(`changes of vCards on ${server.name}`, () => {
    it('are told to friends who look', async () => {
      const alice = person(server, 'alice')
      const { changed$, of } = alice.use(vcards)
      const bob = await carded('bob')
      changed$.subscribe()
      await alice.connect()
      // By then a server that asks what a hash means has the answer.
      await alice.fetchRoster()
      await alice.fetchRoster()
      for (const fullName of [tag(), tag()]) {
        const told = next(changed$, (jid) => jid.equals(bob.client.jid.bare), 'word of the card')
        await bob.cards.update({ fullName }, { format: 'vcard4' })
        await told
        expect((await of(bareOf('bob'), { format: 'vcard4' }))?.fullName).toBe(fullName)
      }
    })
  })

  describe(`avatars on ${server.name}`, () => {
    it('are seen by friends as they change, and gone when they are', async () => {
      const [alice, bob] = [pictured('alice'), pictured('bob')]
      await Promise.all([alice.client.connect(), bob.client.connect()])
      const [first, second] = [picture(), picture()]
      await bob.publish({ bytes: first, width: 1, height: 1 })
      const seen = await shown(alice, 'bob', await toImageHash(first))
      expect([seen?.type, seen?.bytes]).toEqual(['image/gif', first])
      await bob.publish([
        { bytes: second, width: 96 },
        { bytes: picture(10_000), width: 200 },
      ])
      await shown(alice, 'bob', await toImageHash(second))
      await shown(bob, 'bob', await toImageHash(second))
      await bob.disable()
      await shown(alice, 'bob', undefined)
    })

    it('are there for who comes later', async () => {
      const bob = pictured('bob')
      await bob.client.connect()
      const bytes = picture()
      await bob.publish({ bytes })
      const alice = pictured('alice')
      await alice.client.connect()
      expect((await shown(alice, 'bob', await toImageHash(bytes)))?.bytes).toEqual(bytes)
    })

    it('are there at once for the next process, as they were last seen', async () => {
      const bob = pictured('bob')
      await bob.client.connect()
      const bytes = picture()
      await bob.publish({ bytes })
      const id = await toImageHash(bytes)
      const options = { jid: `${bareOf('alice')}/${tag()}`, store: sessionIn(new Disk().mount()) }
      const before = person(server, 'alice', options)
      const { avatarOf } = before.use(avatars)
      await before.connect()
      await before.fetchRoster()
      await shown({ avatarOf }, 'bob', id)
      await before.close()
      const after = person(server, 'alice', options)
      const seen = shown(after.use(avatars), 'bob', id).then(() => after.state.status)
      await after.connect()
      expect(await seen).not.toBe('online')
    })

    it('are found by strangers, if they are open', async () => {
      const [bob, carol] = [pictured('bob'), pictured('carol')]
      await Promise.all([bob.client.connect(), carol.client.connect()])
      const bytes = picture()
      await bob.publish({ bytes })
      expect((await carol.find(bareOf('bob')))?.bytes).toEqual(bytes)
      await bob.publish({ bytes: picture() }, { access: 'presence' })
      expect(await carol.find(bareOf('bob'))).toBeUndefined()
    })

    it('are told of in presence, to those who know cards alone', async () => {
      const bob = pictured('bob')
      const alice = person(server, 'alice')
      await Promise.all([alice.connect(), bob.client.connect()])
      const bytes = picture()
      const id = await toImageHash(bytes)
      const told = hashOf(alice, bob.client, id)
      await bob.publish({ bytes })
      await told
      const again = hashOf(alice, bob.client, id)
      await bob.client.disconnect()
      await bob.client.connect()
      await again
      const cards = alice.use(vcards)
      expect((await cards.of(bareOf('bob')))?.photo?.bytes).toEqual(bytes)
    })
  })
}

/** The presence of somebody that tells this hash. */
const hashOf = (seer: Client, { jid }: Client, hash: string) =>
  next(
    seer.presence$,
    ({ from, payloads }) =>
      from?.toString() === jid.toString() &&
      payloads
        .find((payload) => payload.is('x', ns.vCardUpdate))
        ?.child('photo')
        ?.text() === hash,
    'the hash of the photo',
  )
