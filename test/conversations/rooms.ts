import { afterEach, describe, expect, it } from 'vitest'
import { discovery, ns } from '../../src/index.js'
import { everybodyLeaves, next, tag } from './people.js'
import { hears, isOut, rounds, sees, seesGo, toGuests } from './room-guests.js'
import type { ServerUnderTest } from './server-under-test.js'

/** What people do with each other in rooms (XEP-0045): the same on every server. */
export function holdRooms(server: ServerUnderTest): void {
  afterEach(everybodyLeaves)

  const { enters, guest, meet, newRoom } = toGuests(server)
  const bareOf = (user: string) => `${user}@${server.domain}`

  describe(`rooms on ${server.name}`, () => {
    it('are made by who comes first, and tell who is there', async () => {
      const jid = newRoom()
      const alice = await guest('alice', jid)
      const statuses: string[] = []
      alice.room.state$.subscribe(({ status }) => {
        if (statuses.at(-1) !== status) statuses.push(status)
      })
      await alice.room.join({ nickname: 'Alice' })
      expect(statuses).toEqual(['outside', 'joining', 'opening', 'joined'])
      const owner = { nickname: 'Alice', role: 'moderator', affiliation: 'owner' } as const
      expect(alice.room.state).toMatchObject({ ...owner, isNew: true, isCurrent: true })
      expect([...alice.room.occupants.values()]).toMatchObject([{ ...owner, isSelf: true }])

      const came = next(alice.room.occupantChange$, ({ kind }) => kind === 'entered', 'bob')
      const bob = await enters('bob', jid, { nickname: 'Bob' })
      expect(bob.room.state).toMatchObject({ nickname: 'Bob', role: 'participant', isNew: false })
      expect([...bob.room.occupants.keys()].toSorted()).toEqual(['Alice', 'Bob'])
      expect(bob.room.occupants.get('Alice')).toMatchObject({ ...owner, isSelf: false })
      const { occupant } = await came
      expect(occupant).toMatchObject({ nickname: 'Bob', role: 'participant', isSelf: false })
      // Who is who is for moderators to know, unless the room is told otherwise.
      expect(occupant.jid?.toString()).toBe(bob.client.jid.toString())
      expect(bob.room.occupants.get('Alice')?.jid).toBeUndefined()
    })

    it('tell who an occupant is by whatever nickname, if not by which address (XEP-0421)', async () => {
      const { alice, bob } = await meet()
      const id = bob.room.occupants.get('alice')?.occupantId
      expect(id !== undefined).toBe(server.deviations?.includes('calls occupants by no id') !== true)
      const renamed = next(bob.room.occupantChange$, ({ kind }) => kind === 'renamed', 'alicia')
      await alice.room.changeNickname('alicia')
      expect((await renamed).occupant).toMatchObject({ nickname: 'alicia', occupantId: id })
      const word = tag()
      const said = hears(bob, word)
      alice.room.send(word)
      expect(await said).toMatchObject({ nickname: 'alicia', occupantId: id })
    })

    it('are found at the server’s service, which says what it is', async () => {
      const { client } = await guest('alice', newRoom())
      const { info } = client.use(discovery)
      const { features, identities } = await info(`conference.${server.domain}`)
      expect(features.has(ns.room)).toBe(true)
      expect(identities).toContainEqual(expect.objectContaining({ category: 'conference', type: 'text' }))
    })

    it('reflect what is said to its sender too, in the order of all', async () => {
      const { alice, bob } = await meet()
      const [first, second] = [tag(), tag()]
      const mine = hears(alice, first)
      const delivery = alice.room.send(first)
      await next(delivery.status$, ({ status }) => status === 'received', 'the reflection')
      expect(await mine).toMatchObject({ nickname: 'alice', isOwn: true, moment: undefined })
      const [theirs, his] = [hears(alice, second), hears(bob, second)]
      bob.room.send(second)
      expect(await theirs).toMatchObject({ nickname: 'bob', isOwn: false })
      await his
      expect(alice.heard).toEqual([`alice: ${first}`, `bob: ${second}`])
      expect(bob.heard).toEqual(alice.heard)
    })

    it('hear what was said before one was in, once one is', async () => {
      const jid = newRoom()
      const alice = await enters('alice', jid)
      const bob = await guest('bob', jid)
      const word = tag()
      const entrance = bob.room.join({ nickname: 'bob' })
      const heard = hears(alice, `${word} 2`)
      const deliveries = [bob.room.send(`${word} 1`), bob.room.send(`${word} 2`)]
      await entrance
      await heard
      expect(alice.heard).toEqual([`bob: ${word} 1`, `bob: ${word} 2`])
      for (const { status$ } of deliveries)
        await next(status$, ({ status }) => status === 'received', 'the reflection')
    })

    it('tell who comes later what was said before, as much as is wanted', async () => {
      const { alice, bob, jid } = await meet()
      const words = [tag(), tag(), tag()]
      for (const word of words) alice.room.send(word)
      await Promise.all([hears(alice, words[2] ?? ''), hears(bob, words[2] ?? '')])
      const carol = await guest('carol', jid)
      const moments: (number | undefined)[] = []
      carol.room.message$.subscribe(({ moment }) => moments.push(moment))
      await carol.room.join({ nickname: 'carol' })
      await next(carol.room.state$, (state) => state.status === 'joined' && state.isCurrent, 'the present')
      expect(carol.heard).toEqual(words.map((word) => `alice: ${word}`))
      expect(moments.every((moment) => moment !== undefined && moment > Date.now() - 60_000)).toBe(true)

      for (const [history, expected] of [
        [{ maxMessages: 1 }, words.slice(-1)],
        [{ maxMessages: 0 }, []],
      ] as const) {
        const dave = await enters('dave', jid, { nickname: `dave ${history.maxMessages}`, history })
        await next(dave.room.state$, (state) => state.status === 'joined' && state.isCurrent, 'the present')
        expect(dave.heard).toEqual(expected.map((word) => `alice: ${word}`))
      }
    })

    it('have a subject, which who comes later is told too', async () => {
      const { alice, bob, jid } = await meet()
      const text = `${tag()} <&> é`
      const seen = next(bob.room.subject$, (subject) => subject.text === text, 'the subject')
      alice.room.setSubject(text)
      expect(await seen).toMatchObject({ nickname: 'alice' })
      const carol = await enters('carol', jid)
      expect(await next(carol.room.subject$, () => true, 'the subject')).toMatchObject({ text })
      const gone = next(carol.room.subject$, (subject) => subject.text === '', 'none')
      alice.room.setSubject('')
      await gone
      expect(alice.heard).toEqual([])
    })

    it('let one take another name, unless somebody has it', async () => {
      const { alice, bob } = await meet()
      const renamed = next(alice.room.occupantChange$, ({ kind }) => kind === 'renamed', 'the other name')
      await bob.room.changeNickname('Bobby')
      expect(bob.room.state).toMatchObject({ status: 'joined', nickname: 'Bobby' })
      expect(await renamed).toMatchObject({ before: 'bob', occupant: { nickname: 'Bobby', isSelf: false } })
      expect([...alice.room.occupants.keys()].toSorted()).toEqual(['Bobby', 'alice'])
      expect([...bob.room.occupants.keys()].toSorted()).toEqual(['Bobby', 'alice'])
      await expect(bob.room.changeNickname('alice')).rejects.toMatchObject({ code: 'stanza.conflict' })
      expect(bob.room.state).toMatchObject({ status: 'joined', nickname: 'Bobby' })
      const word = await rounds(bob, alice)
      expect(alice.heard).toEqual([`Bobby: ${word}`])
    })

    it('let nobody in under the name of another, and are entered under one of one’s own', async () => {
      const jid = newRoom()
      await enters('alice', jid)
      const bob = await guest('bob', jid)
      await expect(bob.room.join({ nickname: 'alice' })).rejects.toMatchObject({ code: 'stanza.conflict' })
      expect(bob.room.state).toMatchObject({
        status: 'outside',
        exit: { kind: 'refused', error: { code: 'stanza.conflict' } },
      })
      await bob.room.join({ nickname: 'bob' })
      expect(bob.room.state.status).toBe('joined')
    })

    it('carry words to one alone, and say when nobody has that name', async () => {
      const { alice, bob, jid } = await meet()
      const carol = await enters('carol', jid)
      const word = tag()
      const arrived = next(bob.room.whisper$, ({ body }) => body === word, 'the whisper')
      const others: string[] = []
      carol.room.whisper$.subscribe(({ body }) => others.push(body))
      alice.room.whisper('bob', word)
      expect(await arrived).toMatchObject({ nickname: 'alice', isOwn: false, moment: undefined })
      const { status$ } = alice.room.whisper('nobody', tag())
      const failed = await next(status$, ({ status }) => status === 'failed', 'the failure')
      expect(failed).toMatchObject({ reason: { code: 'stanza.item-not-found' } })
      expect(alice.room.state.status).toBe('joined')
      const end = await rounds(alice, bob, carol)
      expect(others).toEqual([])
      expect(bob.heard).toEqual([`alice: ${end}`])
    })

    it('see who is away, whoever is told of it', async () => {
      const { alice, bob, jid } = await meet()
      bob.client.sendPresence({ show: 'away', status: 'in a tunnel' })
      const seen = await sees(alice, 'bob', ({ presence }) => presence.show === 'away')
      expect(seen.presence).toMatchObject({ status: 'in a tunnel' })
      const carol = await enters('carol', jid)
      expect(carol.room.occupants.get('bob')?.presence).toMatchObject({ show: 'away' })
      bob.client.sendPresence({})
      await sees(carol, 'bob', ({ presence }) => presence.show === undefined)
    })

    it('are left with a word, and can be entered again', async () => {
      const { alice, bob } = await meet()
      const left = seesGo(alice, 'bob')
      await bob.room.leave({ status: 'good night' })
      expect(bob.room.state).toEqual({
        status: 'outside',
        exit: { kind: 'left', by: undefined, text: undefined, alternate: undefined, error: undefined },
      })
      expect(bob.room.occupants.size).toBe(0)
      expect(await left).toMatchObject({ exit: { kind: 'left', text: 'good night' } })
      const late = bob.room.send('too late')
      expect(late.status).toMatchObject({ status: 'failed', reason: { code: 'transport.not-connected' } })
      await bob.room.join({ nickname: 'bob' })
      await rounds(bob, alice)
    })

    it('are entered anew by who has closed them before they have answered', async () => {
      const jid = newRoom()
      const alice = await enters('alice', jid)
      const { room: closed, ...bob } = await guest('bob', jid)
      const given = closed.join({ nickname: 'bob' }).catch((error: unknown) => error)
      closed.close()
      const room = bob.rooms.room(jid)
      const states: string[] = []
      room.state$.subscribe(({ status }) => states.push(status))
      await room.join({ nickname: 'bob' })
      await rounds({ ...bob, room }, alice)
      await rounds(alice, { ...bob, room })
      expect(await given).toMatchObject({ code: 'transport.aborted' })
      expect([states.slice(1).includes('outside'), room.state.status]).toEqual([false, 'joined'])
      expect([...alice.room.occupants.keys()].toSorted()).toEqual(['alice', 'bob'])
    })

    it('are left by who goes offline, and entered again by who comes back', async () => {
      const { alice, bob } = await meet()
      const left = seesGo(alice, 'bob')
      await bob.client.disconnect()
      await left
      expect(bob.room.state.status).toBe('waiting')
      await bob.client.connect()
      await next(bob.room.state$, ({ status }) => status === 'joined', 'the room')
      await rounds(bob, alice)
    })

    it('are left by who is there for nobody any more', async () => {
      const { alice, bob } = await meet()
      const left = seesGo(alice, 'bob')
      bob.client.sendPresence({ type: 'unavailable' })
      await left
      expect(await isOut(bob)).toMatchObject({ kind: 'left' })
      bob.client.sendPresence({})
      await bob.room.join({ nickname: 'bob' })
      await rounds(bob, alice)
    })

    it('are not entered by who has given up', async () => {
      const jid = newRoom()
      const [alice, bob] = [await enters('alice', jid), await guest('bob', jid)]
      const wish = new AbortController()
      const entrance = bob.room.join({ nickname: 'bob', signal: wish.signal })
      wish.abort()
      await expect(entrance).rejects.toMatchObject({ code: 'transport.aborted' })
      await isOut(bob)
      await rounds(alice)
      expect([...alice.room.occupants.keys()]).toEqual(['alice'])
    })

    it('know people by whatever name', async () => {
      const jid = newRoom()
      const nickname = `Zoë "Z" O’Neil & <co> 漢字`
      const alice = await enters('alice', jid)
      const bob = await enters('bob', jid, { nickname })
      await sees(alice, nickname)
      const word = await rounds(bob, alice)
      expect(alice.heard).toEqual([`${nickname}: ${word}`])
      const arrived = next(bob.room.whisper$, () => true, 'the whisper')
      alice.room.whisper(nickname, tag())
      await arrived
    })

    it('are shared by two devices of one person, under one name', async () => {
      const { alice, bob, jid } = await meet()
      const phone = await enters('bob', jid)
      const copy = next(bob.room.message$, () => true, 'what the phone says')
      const word = await rounds(phone, alice, bob)
      expect(await copy).toMatchObject({ nickname: 'bob', isOwn: true })
      expect(alice.heard).toEqual([`bob: ${word}`])
      await phone.room.leave()
      const end = await rounds(bob, alice)
      expect(bob.room.state.status).toBe('joined')
      expect(phone.heard).not.toContain(`bob: ${end}`)
      expect([...alice.room.occupants.keys()].toSorted()).toEqual(['alice', 'bob'])
    })

    it('whisper to all devices of one person', async () => {
      const { alice, bob, jid } = await meet()
      const phone = await enters('bob', jid)
      const word = tag()
      const heard = [bob, phone].map(({ room }) =>
        next(room.whisper$, ({ body }) => body === word, 'the whisper'),
      )
      alice.room.whisper('bob', word)
      for (const whisper of await Promise.all(heard)) expect(whisper).toMatchObject({ nickname: 'alice' })
    })

    it('let one device of a person take another name, while the others keep theirs', async () => {
      const { alice, bob, jid } = await meet()
      const phone = await enters('bob', jid)
      await phone.room.changeNickname('Bobby')
      await sees(alice, 'Bobby')
      await sees(bob, 'Bobby', ({ isSelf }) => !isSelf)
      await rounds(bob, alice, phone)
      const word = await rounds(phone, alice, bob)
      expect(alice.heard.at(-1)).toBe(`Bobby: ${word}`)
      expect(bob.room.state).toMatchObject({ status: 'joined', nickname: 'bob' })
      // Not every server tells the phone that somebody has still the name it had.
      for (const { room } of [alice, bob])
        expect([...room.occupants.keys()].toSorted()).toEqual(['Bobby', 'alice', 'bob'])

      await phone.room.changeNickname('bob')
      await next(alice.room.occupants$, (occupants) => !occupants.has('Bobby'), 'the end of Bobby')
      await rounds(phone, alice, bob)
      for (const { room } of [alice, bob, phone])
        expect([...room.occupants.keys()].toSorted()).toEqual(['alice', 'bob'])
    })

    it('put out all devices of one person', async () => {
      const { alice, bob, jid } = await meet()
      const phone = await enters('bob', jid)
      await alice.room.kick('bob')
      for (const one of [bob, phone]) expect(await isOut(one)).toMatchObject({ kind: 'kicked' })
      await rounds(alice)
      expect([...alice.room.occupants.keys()]).toEqual(['alice'])
    })
  })

  describe(`invitations into rooms on ${server.name}`, () => {
    it.each(['through the room', 'from person to person'])('come %s', async (way) => {
      const jid = newRoom()
      const [alice, bob] = [await enters('alice', jid), await guest('bob', newRoom())]
      const came = next(bob.rooms.invitation$, () => true, 'the invitation')
      alice.room.invite(bob.client.jid, { reason: 'tea is ready', direct: way !== 'through the room' })
      const invitation = await came
      expect(invitation).toMatchObject({ reason: 'tea is ready', isDirect: way !== 'through the room' })
      expect(invitation.room.toString()).toBe(jid)
      // Some rooms tell who asks, others by which name they know who does.
      const names = way === 'through the room' ? [bareOf('alice'), jid] : [bareOf('alice')]
      expect(names).toContain(invitation.from?.bare.toString())
      const room = bob.rooms.room(invitation.room)
      await room.join({ nickname: 'bob' })
      expect(room.state.status).toBe('joined')
    })

    it('can be declined, with the reason', async () => {
      const jid = newRoom()
      const [alice, bob] = [await enters('alice', jid), await guest('bob', jid)]
      const came = next(bob.rooms.invitation$, () => true, 'the invitation')
      const declined = next(alice.rooms.decline$, ({ room }) => room.toString() === jid, 'the answer')
      alice.room.invite(bob.client.jid)
      bob.rooms.decline(await came, { reason: 'busy' })
      expect(await declined).toMatchObject({ reason: 'busy' })
      expect(bob.room.state).toEqual({ status: 'outside', exit: undefined })
    })
  })
}
