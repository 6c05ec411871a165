import { describe, expect, it } from 'vitest'
import { bob, item, meet, presence, push, say, sentWhile } from '../features/acquaintances.js'
import { leaveNothingBehind } from './remains.js'

leaveNothingBehind('still')

/** Addresses that a person could take for bob@example.test, and that are others. */
const lookalikes = [
  ['a Cyrillic letter', 'b\u043Eb@example.test'],
  ['a Greek letter', 'b\u03BFb@example.test'],
  ['a digit', 'b0b@example.test'],
  ['an accent', 'b\u00F3b@example.test'],
  ['a domain of other letters', 'bob@ex\u0430mple.test'],
  ['a longer domain', 'bob@example.test.evil.test'],
  ['a resource like an address', 'evil.test/bob@example.test'],
  ['an escaped address', 'bob\\40example.test@evil.test'],
] as const

/** Ways to write bob@example.test itself (RFC 7622 §3). */
const spellings = [
  ['in capitals', 'BOB@EXAMPLE.TEST'],
  ['in full width', '\uFF22ob@example.test'],
  ['with the dot of the root', 'bob@example.test.'],
] as const

/** No addresses at all. */
const impossible = [
  ['a zero-width space', 'b\u200Bob@example.test'],
  ['a direction override', '\u202Ebob@example.test'],
  ['a soft hyphen', 'b\u00ADob@example.test'],
  ['a space', ' bob@example.test'],
  ['nothing before the at sign', '@example.test'],
] as const

describe('A20: a contact', () => {
  it.each(lookalikes)('is nobody who is written with %s', async (_what, other) => {
    const { people, peer, client } = await meet({ presence: {} }, { items: item(bob, "subscription='both'") })
    const asked: string[] = []
    const seen: boolean[] = []
    let jids: readonly string[] = []
    people.subscriptionRequest$.subscribe(({ from }) => asked.push(from.bare.toString()))
    people.presenceOf(bob).subscribe(({ available }) => seen.push(available))
    client.roster$.subscribe((roster) => (jids = [...roster.keys()]))
    await say(peer, presence(other), presence(other, 'subscribe'), presence(other, 'unsubscribed'))
    await push(peer, `<item jid='${other}' subscription='remove'/>`)
    expect([seen, jids, people.standing(bob).name]).toEqual([[false], [bob], 'Both'])
    expect(asked).not.toContain(bob)
    await push(peer, `<item jid='${other}' name='Bob'/>`)
    expect(jids).toHaveLength(2)
    expect(jids[1]).not.toBe(bob)
  })

  it.each(lookalikes)('is not let in for one who is written with %s', async (_what, other) => {
    const { people, peer } = await meet({}, { items: item(bob, "ask='subscribe'") })
    const handshake = people.befriend(bob)
    const sent = await sentWhile(peer, () =>
      say(peer, presence(other, 'subscribe'), presence(other, 'subscribed'), presence(other, 'unsubscribed')),
    )
    expect(sent).toEqual([])
    expect(handshake.state).toEqual({ status: 'handshaking', to: 'awaited', from: 'closed' })
    expect(people.befriend(other)).not.toBe(handshake)
  })

  it.each(spellings)(
    'is the same %s: in the list, in presence, in requests, in handshakes',
    async (_how, same) => {
      const { people, peer, client } = await meet({}, { items: `<item jid='${same}' subscription='to'/>` })
      const seen: boolean[] = []
      let jids: readonly string[] = []
      people.presenceOf(same).subscribe(({ available }) => seen.push(available))
      client.roster$.subscribe((roster) => (jids = [...roster.keys()]))
      await push(peer, item(bob, "subscription='to' name='Bob'"))
      await say(peer, presence(`${same}/desk`), presence(`${bob}/desk`, 'unavailable'))
      expect([jids, seen]).toEqual([[bob], [false, true, false]])
      await say(peer, presence(same, 'subscribe'), presence(bob, 'subscribe'))
      let waiting: readonly string[] = []
      people.subscriptionRequests$.subscribe((requests) => (waiting = [...requests.keys()]))
      expect(waiting).toEqual([bob])
      expect(people.befriend(same)).toBe(people.befriend(bob))
      await push(peer, `<item jid='${same}' subscription='remove'/>`)
      expect(jids).toEqual([])
    },
  )

  it.each(impossible)(
    'has no address with %s: nothing of it is kept, nothing is sent there',
    async (_what, jid) => {
      const { people, peer, client } = await meet({}, { items: item(bob) + `<item jid='${jid}'/>` })
      const heard: string[] = []
      let size = 0
      people.subscriptionRequest$.subscribe(({ from }) => heard.push(from.toString()))
      people.presence$.subscribe((view) => heard.push(...view.keys()))
      client.roster$.subscribe((roster) => (size = roster.size))
      await say(peer, presence(jid), presence(jid, 'subscribe'))
      await push(peer, `<item jid='${jid}'/>`)
      expect([heard, size]).toEqual([[], 1])
      const { raw } = peer
      expect(() => people.befriend(jid)).toThrow(RangeError)
      expect(() => people.presenceOf(jid)).toThrow(RangeError)
      await expect(people.add(jid)).rejects.toThrow(RangeError)
      expect(peer.raw).toBe(raw)
    },
  )
})
