import { describe, expect, it } from 'vitest'
import { blocking, type BlockingFeature } from '../../src/index.js'
import { childOf, type HeardElement } from '../spec/heard.js'
import type { Peer } from '../spec/peer.js'
import { answersTo, logIn, online, rest, start } from '../spec/session.js'

const list = (name: string, ...jids: readonly string[]) =>
  `<${name} xmlns='urn:xmpp:blocking'>${jids.map((jid) => `<item jid='${jid}'/>`).join('')}</${name}>`
const result = ({ attributes }: HeardElement, payload = '') =>
  `<iq type='result' id='${attributes['id']}'>${payload}</iq>`
const refusal = ({ attributes }: HeardElement, condition: string) =>
  `<iq type='error' id='${attributes['id']}'><error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`
const push = (payload: string, from = '') =>
  `<iq type='set' id='p'${from && ` from='${from}'`}>${payload}</iq>`

/** What a request names. */
const named = (request: HeardElement, name: string) =>
  childOf(request, name)?.children.flatMap((item) =>
    typeof item === 'string' ? [] : [item.attributes['jid']],
  )

async function say(peer: Peer, text: string): Promise<void> {
  peer.say(text)
  await rest()
}

/** A client that has the list, by what the server answers first. */
async function blockingWith(...jids: readonly string[]) {
  const session = start()
  const blocks = session.client.use(blocking)
  const seen: string[][] = []
  const states: string[] = []
  blocks.blocked$.subscribe((blocked) => seen.push([...blocked]))
  blocks.state$.subscribe(({ status }) => states.push(status))
  const peer = await session.peer()
  await logIn(peer)
  await session.outcome
  const get = await peer.next('iq')
  expect(get.attributes).toMatchObject({ type: 'get' })
  expect(get.attributes).not.toHaveProperty('to')
  await say(peer, result(get, list('blocklist', ...jids)))
  return { ...session, blocks, peer, seen, states }
}

const outcomeOf = (wish: Promise<unknown>) =>
  wish.then(
    () => 'done',
    (error: unknown) => error,
  )

/** Has the server take the next wish. */
async function confirm(peer: Peer, name: string) {
  const set = await peer.next('iq')
  const jids = named(set, name)
  await say(peer, result(set))
  return jids
}

describe('the list of blocked addresses (XEP-0191 §3.2)', () => {
  it('is what the server says, in each new session', async () => {
    const { client, peer, peers, seen, states } = await blockingWith('mallory@example.net', 'spam.example')
    expect(seen).toEqual([[], ['mallory@example.net', 'spam.example']])
    peer.cut()
    await rest()
    expect(seen).toHaveLength(2)
    void client.connect()
    await rest()
    const next = peers[1]
    if (next === undefined) throw new Error('there is no second connection')
    await logIn(next)
    await say(next, result(await next.next('iq'), list('blocklist')))
    expect(seen.at(-1)).toEqual([])
    expect(states).toEqual(['cold', 'requesting', 'synced', 'cold', 'requesting', 'synced'])
  })

  it('leaves out what is no address', async () => {
    const { seen } = await blockingWith('@', 'Mallory@Example.net')
    expect(seen.at(-1)).toEqual(['mallory@example.net'])
  })

  it('is followed by each push behind it, though all came at once', async () => {
    const session = await online()
    const blocks = session.client.use(blocking)
    const seen: string[][] = []
    blocks.blocked$.subscribe((blocked) => seen.push([...blocked]))
    const get = await session.peer.next('iq')
    const heard = await answersTo(
      session.peer,
      result(get, list('blocklist', 'a@example.net')) +
        push(list('block', 'b@example.net', 'c@example.net')) +
        push(list('unblock', 'a@example.net')) +
        push(list('unblock', '@')) +
        push(list('unblock'), 'alice@example.test'),
    )
    expect(seen).toEqual([
      [],
      ['a@example.net'],
      ['a@example.net', 'b@example.net', 'c@example.net'],
      ['b@example.net', 'c@example.net'],
      ['b@example.net', 'c@example.net'],
      [],
    ])
    expect(heard.map(({ attributes }) => attributes['type'])).toEqual(Array(4).fill('result'))
  })

  it.each(['mallory@example.net', 'example.test', 'alice@example.test/other'])(
    'takes no push from %s',
    async (stranger) => {
      const { blocks, peer } = await blockingWith('mallory@example.net')
      const [answer] = await answersTo(peer, push(list('unblock'), stranger))
      expect(answer?.attributes).toMatchObject({ type: 'error' })
      expect([...blocks.blocked]).toEqual(['mallory@example.net'])
    },
  )

  it('says why there is none, and is asked for again by the app', async () => {
    const session = await online()
    const blocks = session.client.use(blocking)
    let state: unknown
    blocks.state$.subscribe((next) => (state = next))
    await say(session.peer, refusal(await session.peer.next('iq'), 'service-unavailable'))
    expect(state).toMatchObject({ status: 'failed', error: { condition: 'service-unavailable' } })
    const fetched = blocks.fetch()
    await say(session.peer, result(await session.peer.next('iq'), list('blocklist', 'a@example.net')))
    expect([...(await fetched)]).toEqual(['a@example.net'])
    const again = outcomeOf(blocks.fetch())
    await say(session.peer, refusal(await session.peer.next('iq'), 'internal-server-error'))
    expect(await again).toMatchObject({ condition: 'internal-server-error' })
    expect([...blocks.blocked]).toEqual(['a@example.net'])
  })

  it('is not to be had outside a session, and ends with the client', async () => {
    const { client, blocks, peer } = await blockingWith()
    let isComplete = false
    blocks.blocked$.subscribe({ complete: () => (isComplete = true) })
    peer.cut()
    await rest()
    expect(await outcomeOf(blocks.fetch())).toMatchObject({ code: 'transport.not-connected' })
    expect(await outcomeOf(blocks.block('a@example.net'))).toMatchObject({ code: 'transport.not-connected' })
    await client.close()
    expect(isComplete).toBe(true)
  })
})

describe('blocking', () => {
  it('names all at once, and is so once the server says so', async () => {
    const { blocks, peer } = await blockingWith()
    const done = blocks.block(['Mallory@example.net', 'spam.example', 'b@example.net/Phone'])
    expect(await confirm(peer, 'block')).toEqual([
      'mallory@example.net',
      'spam.example',
      'b@example.net/Phone',
    ])
    await done
    expect([...blocks.blocked]).toEqual(['mallory@example.net', 'spam.example', 'b@example.net/Phone'])
  })

  it('waits for the list', async () => {
    const session = await online()
    const blocks = session.client.use(blocking)
    const done = blocks.block('a@example.net')
    const get = await session.peer.next('iq')
    await rest()
    expect(session.peer.elements.filter(({ name }) => name === 'iq').at(-1)).toBe(get)
    await say(session.peer, result(get, list('blocklist', 'b@example.net')))
    expect(await confirm(session.peer, 'block')).toEqual(['a@example.net'])
    await done
    expect([...blocks.blocked]).toEqual(['b@example.net', 'a@example.net'])
  })

  it('tells what the server refuses, and changes nothing then', async () => {
    const { blocks, peer } = await blockingWith()
    const done = outcomeOf(blocks.block('a@example.net'))
    await say(peer, refusal(await peer.next('iq'), 'resource-constraint'))
    expect(await done).toMatchObject({ code: 'stanza.resource-constraint' })
    expect(blocks.blocked.size).toBe(0)
  })

  it('of oneself, one’s server, nobody, or what is no address asks nothing of the server', async () => {
    const { blocks, peer } = await blockingWith('a@example.net')
    const { length } = peer.elements
    for (const jid of ['alice@example.test', 'alice@example.test/other', 'example.test', 'a@@b'])
      expect(await outcomeOf(blocks.block(['b@example.net', jid]))).toBeInstanceOf(RangeError)
    expect(await outcomeOf(blocks.block([]))).toBe('done')
    expect(await outcomeOf(blocks.unblock([]))).toBe('done')
    await rest()
    expect(peer.elements).toHaveLength(length)
    expect([...blocks.blocked]).toEqual(['a@example.net'])
  })

  it('is taken back for some, or for all', async () => {
    const { blocks, peer } = await blockingWith('a@example.net', 'b@example.net', 'c@example.net')
    const some = blocks.unblock('b@example.net')
    expect(await confirm(peer, 'unblock')).toEqual(['b@example.net'])
    await some
    expect([...blocks.blocked]).toEqual(['a@example.net', 'c@example.net'])
    const all = blocks.unblockAll()
    expect(await confirm(peer, 'unblock')).toEqual([])
    await all
    expect(blocks.blocked.size).toBe(0)
  })

  it('is given up with its signal', async () => {
    const { blocks } = await blockingWith()
    const giveUp = new AbortController()
    const done = outcomeOf(blocks.block('a@example.net', { signal: giveUp.signal }))
    await rest()
    giveUp.abort()
    expect(await done).toMatchObject({ code: 'transport.aborted' })
  })
})

describe('whether somebody is blocked (XEP-0191 §5)', () => {
  const isBlocked = async (blocked: string, jid: string) => {
    const { blocks }: { readonly blocks: BlockingFeature } = await blockingWith(blocked)
    return blocks.isBlocked(jid)
  }

  it.each([
    ['a@example.net/x', 'a@example.net/x', true],
    ['a@example.net/x', 'a@example.net/y', false],
    ['a@example.net/x', 'a@example.net', false],
    ['a@example.net', 'A@example.net/x', true],
    ['a@example.net', 'b@example.net', false],
    ['example.net/x', 'example.net/x', true],
    ['example.net/x', 'example.net', false],
    ['example.net', 'a@example.net/x', true],
    ['example.net', 'example.net/x', true],
    ['example.net', 'a@sub.example.net', false],
  ])('by %s: %s %s', async (blocked, jid, expected) => {
    expect(await isBlocked(blocked, jid)).toBe(expected)
  })
})
