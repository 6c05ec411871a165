import { describe, expect, it } from 'vitest'
import {
  anchored,
  archived,
  bob,
  end,
  forwarded,
  inner,
  live,
  own,
  question,
  refusal,
  remember,
} from '../features/archives.js'
import { rest } from '../spec/session.js'
import { leaveNothingBehind } from './remains.js'

leaveNothingBehind('still')

const room = 'room@conference.example.test'

/** A client that has asked an archive, what it is told before the answer ends, and what it takes for results. */
async function searched(tell: (query: string) => string, archive?: string) {
  const session = await anchored('a0')
  const { history, peer } = session
  const found: string[] = []
  const searching = (async () => {
    for await (const { id, message } of history.query({ archive })) found.push(`${message.body} ${id}`)
  })()
  const { query, request } = await question(peer)
  peer.say(tell(query))
  await rest()
  const whose = archive === undefined ? '' : ` from='${archive}'`
  peer.say(end(request, true).replace("<iq type='result'", `<iq type='result'${whose}`))
  await searching
  return { ...session, found }
}

describe('A3: a result of an archive', () => {
  it.each([
    ['a stranger', 'mallory@evil.test/x'],
    ['a contact', bob],
    ['one’s own server', 'example.test'],
    ['another resource of the account', `${own}/phone`],
    ['the own resource', `${own}/desk`],
    ['another archive', room],
    ['a look-alike of the account', '\u0430lice@example.test'],
  ])('from %s is none of the account’s', async (_who, from) => {
    const { found, seen } = await searched((query) => archived(query, 'a1', inner('forged'), from))
    expect([found, seen]).toEqual([[], []])
  })

  it.each([own, ''])('from the account itself is: %j', async (from) => {
    const { found } = await searched((query) => archived(query, 'a1', inner('true'), from))
    expect(found).toEqual(['true a1'])
  })

  it.each([
    ['the account', own],
    ['nobody, which is the account', ''],
    ['another room', 'other@conference.example.test'],
    ['somebody in the room', `${room}/mallory`],
    ['the service', 'conference.example.test'],
  ])('from %s is none of a room’s', async (_who, from) => {
    const { found } = await searched((query) => archived(query, 'a1', inner('forged'), from), room)
    expect(found).toEqual([])
  })

  it.each([
    [
      'without the id of the question',
      (text: string, query: string) => text.replace(` queryid='${query}'`, ''),
    ],
    ['with another id', (text: string, query: string) => text.replace(query, `${query}x`)],
    ['without a name of its own', (text: string) => text.replace(" id='a1'", '')],
    ['of an older protocol', (text: string) => text.replace('urn:xmpp:mam:2', 'urn:xmpp:mam:1')],
    [
      'that is buried',
      (text: string) =>
        text.replace('<result', "<x xmlns='urn:x'><result").replace('</result>', '</result></x>'),
    ],
  ])('%s is none', async (_what, forge) => {
    const { found } = await searched((query) => forge(archived(query, 'a1', inner('forged')), query))
    expect(found).toEqual([])
  })

  it('that nobody has asked for is none, before a question and after its answer', async () => {
    let asked = ''
    const { found, peer, seen } = await searched((query) => {
      asked = query
      return archived(query, 'a1', inner('true'))
    })
    expect(found).toEqual(['true a1'])
    peer.say(archived(asked, 'a2', inner('late')) + archived('', 'a3', inner('unasked')))
    await rest()
    expect([found, seen]).toEqual([['true a1'], []])
  })

  it('is not unpacked twice', async () => {
    const wrapped = `<message xmlns='jabber:client' from='mallory@evil.test/x' to='${own}'>`
    const inside = `${wrapped}<result xmlns='urn:xmpp:mam:2' queryid='Q' id='a9'>${forwarded(inner('forged'))}</result></message>`
    const copied = `${wrapped}<received xmlns='urn:xmpp:carbons:2'>${forwarded(inner('forged'))}</received></message>`
    const { found } = await searched(
      (query) => archived(query, 'a1', inside.replace("'Q'", `'${query}'`)) + archived(query, 'a2', copied),
    )
    expect(found).toEqual(['undefined a1', 'undefined a2'])
  })

  it('does not count while one catches up either, and moves nothing', async () => {
    const { again, peer, seen } = await anchored('a0')
    peer.say(live('one', 'a1'))
    await rest()
    const next = await again()
    const { query, request } = await question(next)
    next.say(
      archived(query, 'f1', inner('forged'), 'mallory@evil.test') + archived('guess', 'f2', inner('forged')),
    )
    next.say(archived(query, 'a2', inner('two')) + end(request, true))
    await rest()
    expect(seen).toEqual(['one a1', 'two a2'])
    expect((await question(await again())).page.after).toBe('a2')
  })

  it('has no end but the answer of whom was asked', async () => {
    const { again, states } = await anchored('a0')
    const next = await again()
    const { query, request } = await question(next)
    const forged = end(request, true).replace(
      "<iq type='result'",
      "<iq type='result' from='mallory@evil.test'",
    )
    next.say(forged)
    await rest()
    expect(states.at(-1)).toBe('catchingUp')
    next.say(archived(query, 'a1', inner('one')) + end(request, true))
    await rest()
    expect(states.at(-1)).toBe('live')
  })
})

it('A3: an id that somebody claims for another archive is not where one goes on from', async () => {
  const { again, peer } = await anchored('a0')
  peer.say(live('one', 'a1') + live('two', 'forged').replace(`by='${own}'`, `by='mallory@evil.test'`))
  await rest()
  expect((await question(await again())).page.after).toBe('a1')
})

it.each([
  ['service-unavailable', [undefined, undefined]],
  ['resource-constraint', ['a1', 'a2']],
])(
  'A3: what an archive is said to call a message means nothing where there is none: %s',
  async (condition, ids) => {
    const { history, peer } = await remember()
    const heard: (string | undefined)[] = []
    history.message$.subscribe(({ id }) => heard.push(id))
    const { request } = await question(peer)
    peer.say(live('held', 'a1') + refusal(request, condition))
    await rest()
    peer.say(live('passed', 'a2'))
    await rest()
    expect(heard).toEqual(ids)
  },
)

it('A3: nor where there is none any more', async () => {
  const { history, peer } = await remember({}, { after: 'a0' })
  const heard: (string | undefined)[] = []
  history.message$.subscribe(({ id }) => heard.push(id))
  const { request } = await question(peer)
  peer.say(live('held', 'a1') + refusal(request, 'service-unavailable'))
  await rest()
  peer.say(live('passed', 'a2'))
  await rest()
  expect(heard).toEqual([undefined, undefined])
})

describe('A3: when a message was received', () => {
  const earlier = Date.UTC(2001, 0, 2)
  const later = Date.UTC(2099, 0, 2)
  const dated = (from: string, holder: string, moment: number, type = 'chat') =>
    `<message from='${from}' type='${type}'><body>x</body><delay xmlns='urn:xmpp:delay'${holder && ` from='${holder}'`} stamp='${new Date(moment).toISOString()}'/></message>`

  /** Milliseconds since 1970. */
  const momentOf = async (message: string) => {
    const { history, peer } = await anchored('a0')
    const moments: number[] = []
    history.message$.subscribe(({ moment }) => moments.push(moment))
    peer.say(message)
    await rest()
    return moments
  }

  it.each([
    ['itself', `${bob}/x`],
    ['a server that is not one’s own', 'mallory.test'],
    ['nobody', ''],
    ['a device of the account', `${own}/phone`],
  ])('is not for whoever sends it to say, as %s', async (_, holder) => {
    const before = Date.now()
    const [moment = 0, ...more] = await momentOf(dated(`${bob}/x`, holder, earlier))
    expect(more).toEqual([])
    expect(moment).toBeGreaterThanOrEqual(before)
    expect(moment).toBeLessThanOrEqual(Date.now())
  })

  it.each([
    ['the account', dated(`${bob}/x`, own, earlier)],
    ['its server', dated(`${bob}/x`, 'example.test', earlier)],
    ['the room that has kept it', dated(`${room}/mallory`, room, earlier, 'groupchat')],
  ])('is for %s to say', async (_, message) => {
    expect(await momentOf(message)).toEqual([earlier])
  })

  it('was not later than now', async () => {
    const [moment] = await momentOf(dated(`${bob}/x`, own, later))
    expect(moment).toBeLessThanOrEqual(Date.now())
  })
})
