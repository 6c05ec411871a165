import { afterEach, describe, expect, it } from 'vitest'
import { everybodyLeaves, next, tag } from './people.js'
import { isOut, rounds, sees, seesGo, toGuests, type Guest } from './room-guests.js'
import type { ServerUnderTest } from './server-under-test.js'

/** Who may do what in a room, and who decides (XEP-0045 §5): the same on every server. */
export function holdRoomRights(server: ServerUnderTest): void {
  afterEach(everybodyLeaves)

  const { enters, guest, meet, newRoom } = toGuests(server)
  const givesVoice = server.deviations?.includes('gives newcomers voice') === true
  const remembers = server.deviations?.includes('remembers a room that is gone') === true
  const bareOf = (user: string) => `${user}@${server.domain}`
  const refuses = (one: Guest, nickname: string, condition: string, password?: string) =>
    expect(one.room.join({ nickname, password })).rejects.toMatchObject({ code: `stanza.${condition}` })

  describe(`moderators of rooms on ${server.name}`, () => {
    it('put somebody out, who may come back', async () => {
      const { alice, bob } = await meet()
      const left = seesGo(alice, 'bob')
      await alice.room.kick('bob', { reason: 'tea is cold' })
      expect(await isOut(bob)).toMatchObject({ kind: 'kicked', text: 'tea is cold' })
      expect(await left).toMatchObject({ exit: { kind: 'kicked', text: 'tea is cold' } })
      await bob.room.join({ nickname: 'bob' })
      await rounds(bob, alice)
    })

    it('keep somebody out, until they do not', async () => {
      const { alice, bob } = await meet()
      const left = seesGo(alice, 'bob')
      await alice.room.ban(bareOf('bob'), { reason: 'no manners' })
      expect(await isOut(bob)).toMatchObject({ kind: 'banned', text: 'no manners' })
      expect(await left).toMatchObject({ exit: { kind: 'banned' } })
      await refuses(bob, 'bob', 'forbidden')
      const outcasts = await alice.room.affiliated('outcast')
      expect(outcasts.map(({ jid }) => jid?.toString())).toEqual([bareOf('bob')])
      await alice.room.setAffiliation(bareOf('bob'), 'none')
      await bob.room.join({ nickname: 'bob' })
      expect(bob.room.state.status).toBe('joined')
    })

    it('are no participants, who are told so', async () => {
      const { alice, bob, jid } = await meet()
      await enters('carol', jid)
      const refused = { code: expect.stringMatching(/^stanza\.(?:forbidden|not-allowed)$/) }
      await expect(bob.room.kick('carol')).rejects.toMatchObject(refused)
      await expect(bob.room.kick('alice')).rejects.toMatchObject(refused)
      await expect(bob.room.ban(bareOf('carol'))).rejects.toMatchObject(refused)
      await expect(bob.room.configuration()).rejects.toMatchObject(refused)
      await expect(bob.room.destroy()).rejects.toMatchObject(refused)
      await expect(bob.room.affiliated('owner')).rejects.toMatchObject(refused)
      expect([...alice.room.occupants.keys()].toSorted()).toEqual(['alice', 'bob', 'carol'])
    })

    it('give voice, and take it', async () => {
      const { alice, bob } = await meet({
        configuration: {
          'muc#roomconfig_moderatedroom': true,
          ...(givesVoice && { members_by_default: false }),
        },
      })
      const role = (word: string) =>
        next(bob.room.state$, (state) => 'role' in state && state.role === word, word)
      const say = async (expected: 'failed' | 'received') => {
        const { status$ } = bob.room.send(tag())
        return next(status$, ({ status }) => status === expected, expected)
      }
      await role('visitor')
      expect(await say('failed')).toMatchObject({ reason: { code: 'stanza.forbidden' } })
      const seen = sees(alice, 'bob', (occupant) => occupant.role === 'participant')
      await alice.room.setRole('bob', 'participant')
      await Promise.all([seen, role('participant')])
      await say('received')
      await alice.room.setRole('bob', 'visitor', { reason: 'hush' })
      await role('visitor')
      await say('failed')
      expect(bob.room.state.status).toBe('joined')
    })
  })

  describe(`owners of rooms on ${server.name}`, () => {
    it('give somebody a standing, which is seen, listed and kept', async () => {
      const { alice, bob } = await meet()
      const stands = (affiliation: string) =>
        sees(alice, 'bob', (occupant) => occupant.affiliation === affiliation)
      const listed = async (affiliation: 'admin' | 'member' | 'owner') =>
        (await alice.room.affiliated(affiliation)).map(({ jid }) => jid?.bare.toString())
      expect(await listed('owner')).toEqual([bareOf('alice')])
      expect(await listed('admin')).toEqual([])
      await alice.room.setAffiliation(bareOf('bob'), 'admin')
      expect(await stands('admin')).toMatchObject({ role: 'moderator' })
      await next(
        bob.room.state$,
        (state) => 'affiliation' in state && state.affiliation === 'admin',
        'the standing',
      )
      expect(await listed('admin')).toEqual([bareOf('bob')])
      await bob.room.leave()
      await bob.room.join({ nickname: 'bob' })
      expect(bob.room.state).toMatchObject({ affiliation: 'admin', role: 'moderator' })
      await alice.room.setAffiliation(bareOf('bob'), 'member')
      expect(await stands('member')).toMatchObject({ role: 'participant' })
      await alice.room.setAffiliation(bareOf('carol'), 'member')
      expect(new Set(await listed('member'))).toEqual(new Set([bareOf('bob'), bareOf('carol')]))
      await alice.room.setAffiliation(bareOf('bob'), 'none')
      await stands('none')
    })

    it('say how a room is to be as they make it, and later', async () => {
      const jid = newRoom()
      const name = `Tea ${tag()}`
      const alice = await enters('alice', jid, {
        configuration: { 'muc#roomconfig_roomname': name, 'muc#roomconfig_persistentroom': true },
      })
      const bob = await enters('bob', jid)
      const valueOf = async (field: string) =>
        (await alice.room.configuration()).fields.find((each) => each.name === field)?.values
      expect(await valueOf('muc#roomconfig_roomname')).toEqual([name])
      expect(await valueOf('muc#roomconfig_persistentroom')).toEqual(['1'])
      const told = next(bob.room.notice$, (codes) => codes.has(104), 'word of the change')
      await alice.room.configure({
        'muc#roomconfig_persistentroom': false,
        'muc#roomconfig_publicroom': false,
      })
      await told
      expect(await valueOf('muc#roomconfig_persistentroom')).not.toEqual(['1'])
      expect(await valueOf('muc#roomconfig_publicroom')).not.toEqual(['1'])
      expect(await valueOf('muc#roomconfig_roomname')).toEqual([name])
    })

    it('let members in alone, and whoever is invited', async () => {
      const { alice, bob, jid } = await meet()
      const carol = await guest('carol', jid)
      const left = isOut(bob)
      await alice.room.configure({ 'muc#roomconfig_membersonly': true })
      expect(await left).toMatchObject({ kind: 'members-only' })
      await refuses(bob, 'bob', 'registration-required')
      await refuses(carol, 'carol', 'registration-required')
      const came = next(carol.rooms.invitation$, () => true, 'the invitation')
      alice.room.invite(bareOf('carol'))
      await came
      await carol.room.join({ nickname: 'carol' })
      expect(carol.room.state).toMatchObject({ affiliation: 'member' })
      await alice.room.setAffiliation(bareOf('bob'), 'member')
      await bob.room.join({ nickname: 'bob' })
      await rounds(bob, alice, carol)
      const out = isOut(bob)
      await alice.room.setAffiliation(bareOf('bob'), 'none')
      expect(await out).toMatchObject({ kind: 'affiliation' })
    })

    it('let those in alone who know the password, which an invitation tells', async () => {
      const jid = newRoom()
      const password = tag()
      const alice = await enters('alice', jid, {
        configuration: {
          'muc#roomconfig_passwordprotectedroom': true,
          'muc#roomconfig_roomsecret': password,
        },
      })
      const bob = await guest('bob', jid)
      await refuses(bob, 'bob', 'not-authorized')
      await refuses(bob, 'bob', 'not-authorized', 'wrong')
      const came = next(bob.rooms.invitation$, () => true, 'the invitation')
      alice.room.invite(bareOf('bob'))
      const invitation = await came
      expect(invitation.password).toBe(password)
      await bob.room.join({ nickname: 'bob', password: invitation.password })
      await rounds(bob, alice)
    })

    it('tell everybody in a room who is who, where it is to be so', async () => {
      const { bob } = await meet({ configuration: { 'muc#roomconfig_whois': 'anyone' } })
      expect(bob.room.occupants.get('alice')?.jid?.bare.toString()).toBe(bareOf('alice'))
    })

    it('end a room for all, and say where it goes on', async () => {
      const { alice, bob, jid } = await meet({ configuration: { 'muc#roomconfig_persistentroom': true } })
      const alternate = newRoom()
      const outs = Promise.all([isOut(alice), isOut(bob)])
      await alice.room.destroy({ alternate, reason: 'coffee now' })
      for (const exit of await outs)
        expect(exit).toMatchObject({ kind: 'destroyed', alternate, text: 'coffee now' })
      const late = bob.room.send('never said')
      expect(late.status).toMatchObject({ status: 'failed' })
      const carol = await guest('carol', jid)
      if (remembers) return refuses(carol, 'carol', 'gone')
      await carol.room.join({ nickname: 'carol' })
      expect(carol.room.state).toMatchObject({ affiliation: 'owner', isNew: true })
    })
  })
}
