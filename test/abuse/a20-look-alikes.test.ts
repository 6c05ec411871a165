import { describe, expect, it } from 'vitest'
import { xml } from '../../src/index.js'
import { online, rest } from '../spec/session.js'
import { leaveNothingBehind } from './remains.js'
import { aftermath, createVictim, framings, listen, occupy, unharmed } from './victim.js'

leaveNothingBehind('still')

const push = (from: string, jid = 'mallory@evil.test') =>
  `<iq xmlns='jabber:client' type='set' id='push' from='${from}'><query xmlns='jabber:iq:roster'><item jid='${jid}' subscription='both'/></query></iq>`

/** Addresses that a person could take for alice@example.test, and that are others. */
const lookalikes = [
  ['a Cyrillic letter', '\u0430lice@example.test'],
  ['a Greek letter', 'al\u03B9ce@example.test'],
  ['a digit for a letter', 'a1ice@example.test'],
  ['an accented letter', 'al\u00EDce@example.test'],
  ['a domain of other letters', 'alice@ex\u0430mple.test'],
  ['a longer domain', 'alice@example.test.evil.test'],
  ['a subdomain', 'alice@im.example.test'],
  ['a resource that looks like a domain', 'evil.test/alice@example.test'],
  ['a resource that looks like an address', 'mallory@evil.test/alice@example.test/desk'],
  ['an escaped address', 'alice\\40example.test@evil.test'],
  ['the domain alone', 'example.test'],
] as const

/** Ways to write alice@example.test itself (RFC 7622 §3). */
const spellings = [
  ['in capitals', 'ALICE@EXAMPLE.TEST'],
  ['in full width', '\uFF21lice@example.test'],
  ['with the dot of the root', 'alice@example.test.'],
] as const

/** No addresses at all: whoever normalises them carelessly makes alice@example.test of them. */
const impossible = [
  ['a zero-width space', 'ali\u200Bce@example.test'],
  ['a zero-width joiner', 'ali\u200Dce@example.test'],
  ['a soft hyphen', 'ali\u00ADce@example.test'],
  ['a direction override', '\u202Ealice@example.test'],
  ['mathematical letters', '\u{1D41A}lice@example.test'],
  ['a space', ' alice@example.test'],
  ['a no-break space', 'alice\u00A0@example.test'],
  ['an empty resource', 'alice@example.test/'],
  ['two at signs', 'alice@@example.test'],
  ['an empty domain', 'alice@'],
  ['a part of 1024 bytes', `${'a'.repeat(1024)}@example.test`],
  ['a resource of 1024 bytes', `alice@example.test/${'a'.repeat(1024)}`],
] as const

describe.each(framings)('A20: over %s,', (framing) => {
  it.each(lookalikes)('%s makes a stranger: no push is believed', async (_what, from) => {
    const victim = await createVictim(framing)
    victim.peer.say(push(from))
    await rest()
    expect(victim.reached.contacts).toEqual([])
    expect(victim.peer.elements.at(-1)?.attributes).toMatchObject({ type: 'error', id: 'push' })
    expect(await aftermath(victim)).toEqual(unharmed)
  })

  it.each(spellings)('the own address %s is the own address', async (_what, from) => {
    const victim = await createVictim(framing)
    victim.peer.say(push(from, 'Bob@Example.test'))
    await rest()
    expect(victim.reached.contacts.map((contacts) => [...contacts.keys()])).toEqual([['bob@example.test']])
    expect(victim.peer.elements.at(-1)?.attributes).toMatchObject({ type: 'result', id: 'push' })
    expect(await aftermath(victim)).toEqual(unharmed)
  })

  it.each(impossible)('%s makes no address: nobody is believed, nothing is answered', async (_what, jid) => {
    const victim = await createVictim(framing)
    const { raw } = victim.peer
    victim.peer.say(push(jid))
    await rest()
    expect(victim.reached.contacts).toEqual([])
    expect(victim.peer.raw).toBe(raw)
    expect(await aftermath(victim)).toEqual(unharmed)
  })

  it.each(impossible)('no contact has %s, and no message comes from there', async (_what, jid) => {
    const victim = await createVictim(framing)
    victim.peer.say(push('alice@example.test', jid))
    victim.peer.say(`<message xmlns='jabber:client' from='${jid}'><body>x</body></message>`)
    victim.peer.say(`<presence xmlns='jabber:client' from='${jid}'/>`)
    await rest()
    expect(victim.reached).toMatchObject({ messages: [], presences: [], contacts: [] })
    expect(await aftermath(victim)).toEqual(unharmed)
  })

  it.each(impossible)('nothing is ever sent to %s', async (_what, to) => {
    const victim = await createVictim(framing)
    const { client, peer } = victim
    const { raw } = peer
    expect(() => client.send({ to, body: 'x' })).toThrow(RangeError)
    expect(() => client.sendPresence({ to })).toThrow(RangeError)
    await expect(client.request({ type: 'get', to, payload: xml('x', 'urn:x') })).rejects.toThrow(RangeError)
    await rest()
    expect(peer.raw).toBe(raw)
    expect(await aftermath(victim)).toEqual(unharmed)
  })

  it('an answer counts from whom was asked, however that is spelt, and from no look-alike', async () => {
    const { client, peer } = await createVictim(framing)
    const answer = client.request({
      type: 'get',
      to: 'Bob@Example.test/home',
      payload: xml('query', 'urn:example:thing'),
    })
    await rest()
    const id = peer.elements.at(-1)?.attributes['id']
    const say = (from: string, word: string) =>
      peer.say(
        `<iq xmlns='jabber:client' type='result' id='${id}' from='${from}'><query xmlns='urn:example:thing' said='${word}'/></iq>`,
      )
    say('b\u043Eb@example.test/home', 'a Cyrillic letter')
    say('bob@example.test/Home', 'a resource in another case')
    say('bob@example.test/home ', 'a resource with a space')
    say('BOB@EXAMPLE.TEST/home', 'another spelling')
    expect((await answer).payload?.attribute('said')).toBe('another spelling')
  })
})

describe('A20: the own address', () => {
  it('is what the server says when it binds: that one speaks for the account, the wished one does not', async () => {
    const session = await online({ jid: 'alice@example.test/desk' }, { jid: 'Alice.Smith@im.example.test/7' })
    const victim = await occupy(session)
    expect(session.client.state).toMatchObject({ jid: 'alice.smith@im.example.test/7' })
    session.peer.say(push('alice@example.test'))
    await rest()
    expect(victim.reached.contacts).toEqual([])
    session.peer.say(push('alice.smith@im.example.test', 'bob@example.test'))
    await rest()
    expect(victim.reached.contacts.map((contacts) => [...contacts.keys()])).toEqual([['bob@example.test']])
    expect(await aftermath(victim)).toEqual(unharmed)
  })

  it('is where a stanza without addresses comes from and goes to', async () => {
    const session = await online({}, { jid: 'alice.smith@im.example.test/7' })
    const reached = listen(session.client)
    session.peer.say('<message><body>x</body></message>')
    await rest()
    const [message] = reached.messages
    expect(message?.from?.toString()).toBe('alice.smith@im.example.test')
    expect(message?.to?.toString()).toBe('alice.smith@im.example.test/7')
  })
})
