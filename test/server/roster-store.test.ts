import { describe, expect, it } from 'vitest'
import { Roster } from '../../src/server/roster-store.js'
import { parseJid } from '../../src/stanza/jid.js'

const bob = parseJid('bob@example.test')
const carol = parseJid('carol@example.test')
const details = { name: 'Bob', groups: ['friends'] }
const roster = (limit = 10) => new Roster(limit, 'e')

describe('Roster', () => {
  it('changes its version with every visible change, and with no other', () => {
    const it = roster()
    const versions = [it.version, it.set(bob, details).version, it.set(bob, details).version]
    expect(new Set(versions).size).toBe(3)
    it.step(carol, 'subscribe.received')
    expect(it.version).toBe(versions[2])
  })

  it('keeps who has only asked, and does not show them', () => {
    const it = roster()
    it.step(carol, 'subscribe.received')
    expect(it.listed()).toEqual([])
    expect(it.stateOf(carol)).toEqual({ to: 'none', from: 'pending' })
    expect(it.remove(carol)).toBeUndefined()
  })

  it('forgets a stranger whose request was refused', () => {
    const it = roster()
    it.step(carol, 'subscribe.received')
    it.step(carol, 'unsubscribed.sent')
    expect(it.contacts()).toEqual([])
  })

  it('shows a stranger once the user has answered', () => {
    const it = roster()
    it.step(carol, 'subscribe.received')
    expect(it.step(carol, 'subscribed.sent')).toContain('pushRoster')
    expect(it.touch(carol)?.contact).toMatchObject({
      listed: true,
      state: { to: 'none', from: 'subscribed' },
    })
  })

  it('keeps name and groups through steps, and the subscription through renaming', () => {
    const it = roster()
    it.set(bob, details)
    it.step(bob, 'subscribe.sent')
    expect(it.find(bob)).toMatchObject({ ...details, state: { to: 'pending' } })
    it.set(bob, { name: 'Robert', groups: [] })
    expect(it.find(bob)).toMatchObject({ name: 'Robert', groups: [], state: { to: 'pending' } })
  })

  it('tells what has changed since a version, last state only and in order', () => {
    const it = roster()
    const { version } = it.set(bob, details)
    it.set(carol, details)
    it.set(bob, { name: 'Robert', groups: [] })
    it.set(bob, { name: 'Rob', groups: [] })
    const changes = it.changesSince(version)
    expect(changes?.map(({ jid, contact }) => `${jid} ${contact?.name}`)).toEqual([
      'carol@example.test Bob',
      'bob@example.test Rob',
    ])
    expect(changes?.at(-1)?.version).toBe(it.version)
    expect(it.changesSince(it.version)).toEqual([])
  })

  it('tells of removals too', () => {
    const it = roster()
    const { version } = it.set(bob, details)
    it.remove(bob)
    it.step(bob, 'subscribe.received')
    expect(it.changesSince(version)).toMatchObject([{ contact: undefined }])
  })

  it.each(['', 'f-0', 'e-7', 'e-', 'e-01', 'e-1.5', 'nonsense'])(
    'does not know the version "%s"',
    (version) => {
      const it = roster()
      it.set(bob, details)
      expect(it.changesSince(version)).toBeUndefined()
    },
  )

  it('forgets the oldest removals, and then says so', () => {
    const it = roster(2)
    const { version } = it
    for (const name of ['a', 'b', 'c']) {
      it.set(parseJid(`${name}@example.test`), details)
      it.remove(parseJid(`${name}@example.test`))
    }
    expect(it.changesSince(version)).toBeUndefined()
    expect(it.changesSince('e-4')).toHaveLength(1)
  })

  it('says when it is full, and never of a contact that it has', () => {
    const it = roster(1)
    it.set(bob, details)
    expect(it.isFullFor(carol)).toBe(true)
    expect(it.isFullFor(bob)).toBe(false)
  })
})
