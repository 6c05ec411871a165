import { describe, expect, it } from 'vitest'
import type { Contacts } from '../../src/index.js'
import { childOf } from '../spec/heard.js'
import { online, rest } from '../spec/session.js'
import { bob, item, meet, push, query, refusal, result, say, sentWhile } from './acquaintances.js'

const versions = "<ver xmlns='urn:xmpp:features:rosterver'/>"
const carol = 'carol@example.test'

/** Every list that is shown, in short. */
function watch({ client }: Pick<Awaited<ReturnType<typeof online>>, 'client'>) {
  const seen: string[][] = []
  client.roster$.subscribe((roster) =>
    seen.push(
      [...roster.values()].map(({ jid, name, subscription }) => `${jid} ${name ?? '-'} ${subscription}`),
    ),
  )
  return seen
}

describe('the roster as it comes (RFC 6121 §2.1.3)', () => {
  it('is the result, then each push behind it, though all came at once', async () => {
    const session = await online({ roster: true })
    const seen = watch(session)
    const get = await session.peer.next('iq')
    await say(
      session.peer,
      result(get, query(item(bob, "name='Bob'"))) +
        `<iq type='set' id='p1'>${query(item(carol))}</iq>` +
        `<iq type='set' id='p2'>${query(item(bob, "subscription='remove'"))}</iq>`,
    )
    expect(seen).toEqual([
      [],
      [`${bob} Bob none`],
      [`${bob} Bob none`, `${carol} - none`],
      [`${carol} - none`],
    ])
  })

  it('may be as long as that of 10,000 contacts with names and groups', async () => {
    const contact = (index: number) =>
      `<item jid='firstname.lastname${index}@department.example.test' name='Firstname Lastname ${index}' subscription='both'><group>The department</group></item>`
    const items = Array.from({ length: 10_000 }, (_, index) => contact(index)).join('')
    expect(items.length).toBeGreaterThan(1_400_000)
    const { client } = await meet({}, { items })
    let size = 0
    client.roster$.subscribe((roster) => (size = roster.size))
    expect(size).toBe(10_000)
  })

  it('is the result, over a push that came before it', async () => {
    const session = await online({ roster: true })
    const seen = watch(session)
    const get = await session.peer.next('iq')
    await say(session.peer, `<iq type='set' id='p1'>${query(item(carol))}</iq>`)
    await say(session.peer, result(get, query(item(bob))))
    expect(seen.at(-1)).toEqual([`${bob} - none`])
  })

  it('is what fetchRoster() gives, even when pushes came in the same breath', async () => {
    const { client, peer } = await online()
    const fetching = client.fetchRoster()
    const get = await peer.next('iq')
    peer.say(result(get, query(item(bob))) + `<iq type='set' id='p1'>${query(item(carol))}</iq>`)
    expect([...(await fetching).keys()]).toEqual([bob, carol])
  })

  it('is asked for once by those who ask at once', async () => {
    const { client, peer } = await online()
    const both = [client.fetchRoster(), client.fetchRoster()]
    const get = await peer.next('iq')
    await say(peer, result(get, query(item(bob))))
    const [one, other] = await Promise.all(both)
    expect([...(one?.keys() ?? [])]).toEqual([bob])
    expect(other).toBe(one)
    expect(peer.elements.filter(({ name }) => name === 'iq')).toHaveLength(2)
  })

  it('is kept while disconnected, and replayed', async () => {
    const { client, lose } = await meet({}, { items: item(bob) })
    await lose()
    let roster: Contacts = new Map()
    client.roster$.subscribe((now) => (roster = now))
    expect([...roster.keys()]).toEqual([bob])
  })

  it.each([
    ['item-not-found', 'stanza.item-not-found'],
    ['not-allowed', 'stanza.not-allowed'],
    ['not-acceptable', 'stanza.not-acceptable'],
    ['internal-server-error', 'stanza.internal-server-error'],
  ])('that is refused with %s leaves the list as it was', async (condition, code) => {
    const { client, peer, people } = await meet({}, { items: item(bob) })
    const fetching = client.fetchRoster().catch((error: unknown) => error)
    await say(peer, refusal(await peer.next('iq'), condition))
    expect(await fetching).toMatchObject({ code })
    let size = 0
    people.roster$.subscribe((roster) => (size = roster.size))
    expect(size).toBe(1)
  })

  it('cannot be fetched outside a session, nor once the client is closed', async () => {
    const { client, lose } = await meet()
    await lose()
    await expect(client.fetchRoster()).rejects.toMatchObject({ code: 'transport.not-connected' })
    await client.close()
    await expect(client.fetchRoster()).rejects.toMatchObject({ code: 'transport.not-connected' })
  })

  it('that is under way when the session ends is not fetched', async () => {
    const { client, peer, lose } = await meet()
    const fetching = client.fetchRoster().catch((error: unknown) => error)
    await peer.next('iq')
    await lose()
    expect(await fetching).toMatchObject({ code: 'transport.not-connected' })
  })
})

describe('versions of the roster (RFC 6121 §2.6)', () => {
  const ver = (get: Parameters<typeof childOf>[0]) => childOf(get, 'query')?.attributes['ver']

  it('are understood, even without one at hand: the empty one says so (§2.6.2)', async () => {
    expect(ver((await meet({}, { features: versions })).get)).toBe('')
  })

  it('are not spoken of where the server does not offer them', async () => {
    const { get, lose, again } = await meet({}, { items: item(bob), ver: 'v1' })
    expect(ver(get)).toBeUndefined()
    await lose()
    expect(ver((await again()).get)).toBeUndefined()
  })

  it('are asked for by the one of the result, in the next session', async () => {
    const { lose, again } = await meet({}, { items: item(bob), ver: 'v1', features: versions })
    await lose()
    expect(ver((await again()).get)).toBe('v1')
  })

  it('are asked for by the one of the last push, in the next session', async () => {
    const { peer, lose, again } = await meet({}, { items: item(bob), ver: 'v1', features: versions })
    await push(peer, item(carol), 'v2')
    await push(peer, item(carol, "subscription='remove'"), 'v3')
    await lose()
    expect(ver((await again()).get)).toBe('v3')
  })

  it('that nobody named again are not taken for new (§2.6.3)', async () => {
    const { peer, lose, again } = await meet({}, { items: item(bob), ver: 'v1', features: versions })
    await push(peer, item(carol))
    await lose()
    const { get, peer: next } = await again({ features: versions, items: item(bob) })
    expect(ver(get)).toBe('v1')
    next.cut()
    await rest()
    expect(ver((await again({ features: versions })).get)).toBe('')
  })

  it('of an empty result mean that nothing has changed; pushes behind it say what has', async () => {
    const { client, lose, again } = await meet(
      {},
      { items: item(bob, "name='Bob'"), ver: 'v1', features: versions },
    )
    const seen = watch({ client })
    await lose()
    const { peer } = await again({
      features: versions,
      answer: (get) => `${result(get)}<iq type='set' id='p1'>${query(item(carol), 'v2')}</iq>`,
    })
    expect(seen).toEqual([[`${bob} Bob none`], [`${bob} Bob none`, `${carol} - none`]])
    expect(peer.elements.at(-1)?.attributes).toMatchObject({ type: 'result', id: 'p1' })
    await lose()
    expect(ver((await again({ features: versions })).get)).toBe('v2')
  })

  it('are not needed for an empty roster, whose result may be empty as well', async () => {
    const { people } = await meet({}, { features: versions, answer: (get) => result(get) })
    let size = -1
    people.roster$.subscribe((roster) => (size = roster.size))
    expect(size).toBe(0)
  })
})

describe('a push (RFC 6121 §2.1.6)', () => {
  it('is shown once, whole, and is answered', async () => {
    const session = await meet({}, { items: item(bob, "name='Bob' subscription='both'") })
    const seen = watch(session)
    const { length } = session.peer.elements
    await push(session.peer, item(bob, "name='Robert' subscription='to'"))
    expect(seen).toEqual([[`${bob} Bob both`], [`${bob} Robert to`]])
    expect(session.peer.elements.slice(length).map(({ attributes }) => attributes['type'])).toEqual([
      'result',
    ])
  })

  it('before any roster was asked for is believed all the same', async () => {
    const { client, peer } = await online()
    const seen = watch({ client })
    await push(peer, item(bob))
    expect(seen).toEqual([[], [`${bob} - none`]])
  })

  it('is told in order to whoever changes the list inside of what it hears', async () => {
    const { client, peer } = await meet()
    const sizes: number[] = []
    client.roster$.subscribe((roster) => sizes.push(roster.size))
    await say(
      peer,
      `<iq type='set' id='p1'>${query(item(bob))}</iq><iq type='set' id='p2'>${query(item(carol))}</iq>`,
    )
    expect(sizes).toEqual([0, 1, 2])
  })

  it('as a question is none: a `get` tells nobody anything', async () => {
    const { peer } = await meet({}, { items: item(bob) })
    const sent = await sentWhile(peer, () =>
      say(peer, `<iq type='get' id='q1' from='mallory@evil.test/x'>${query('')}</iq>`),
    )
    expect(sent).toEqual(['iq error error mallory@evil.test/x'])
    expect(peer.raw).not.toContain(`<item jid='${bob}'`)
  })
})
