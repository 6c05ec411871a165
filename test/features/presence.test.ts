import { describe, expect, it } from 'vitest'
import type { FeatureHost } from '../../src/index.js'
import { xml } from '../../src/xml/element.js'
import { childOf, elementsOf, textOf, type HeardElement } from '../spec/heard.js'
import { online, rest } from '../spec/session.js'
import { bob, meet, refusal, result, sentWhile } from './acquaintances.js'

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : String(error)),
  )
const presences = (elements: readonly HeardElement[]) => elements.filter(({ name }) => name === 'presence')
const words = (element: HeardElement | undefined) =>
  element === undefined
    ? []
    : elementsOf(element).map((child) =>
        [child.name, child.attributes['xml:lang'] ?? '', textOf(child)]
          .filter((word) => word !== '')
          .join(' '),
      )

describe('what is announced (RFC 6121 §4.2, §4.4)', () => {
  it('has one status for each language, a show and a priority', async () => {
    const { client, peer } = await online()
    client.sendPresence({ show: 'away', priority: 5, status: { en: 'out', de: 'weg' } })
    await rest()
    expect(words(peer.elements.at(-1))).toEqual(['show away', 'status en out', 'status de weg', 'priority 5'])
  })

  it('is said again in the next session, in the same words, by itself', async () => {
    const { client, peer, lose, again } = await meet()
    client.sendPresence({ show: 'dnd', status: 'writing', priority: -1 })
    await rest()
    const [said] = presences(peer.elements)
    await lose()
    const next = presences((await again()).peer.elements)
    expect(next.map(words)).toEqual([words(said)])
    expect(next[0]?.attributes['id']).not.toBe(said?.attributes['id'])
  })

  it('outside a session is said on coming online, only as it was said last', async () => {
    const { client, lose, again } = await meet({ presence: { show: 'chat' } })
    await lose()
    client.sendPresence({ status: 'first' })
    client.sendPresence({ status: 'last' })
    expect(presences((await again()).peer.elements).map(words)).toEqual([['status last']])
  })

  it('is taken back with a word for it, and stays so in the next session', async () => {
    const { client, peer, lose, again } = await meet({ presence: {} })
    client.sendPresence({ type: 'unavailable', status: 'asleep' })
    await rest()
    const last = presences(peer.elements).at(-1)
    expect([last?.attributes['type'], words(last)]).toEqual(['unavailable', ['status asleep']])
    await lose()
    expect(presences((await again()).peer.elements)).toEqual([])
  })

  it.each([{ priority: 128 }, { status: 'a\u0000' }, { type: 'unavailable', show: 'away' }] as const)(
    'cannot be %j: that is said at once, and what was announced stays',
    async (wrong) => {
      const { client, lose, again } = await meet({ presence: { status: 'here' } })
      expect(() => client.sendPresence(wrong)).toThrow(RangeError)
      await lose()
      expect(() => client.sendPresence(wrong)).toThrow(RangeError)
      expect(presences((await again()).peer.elements).map(words)).toEqual([['status here']])
    },
  )

  it('is told of as its parts to who gives a word', async () => {
    const { client } = await online()
    const inJavaScript = () => Reflect.apply(client.sendPresence.bind(client), undefined, ['away'])
    expect(inJavaScript).toThrow(
      new TypeError('a presence is given as its parts: sendPresence({ show, status })'),
    )
  })

  it('is not lost where there is no room for it: it is said once there is', async () => {
    const { client, peer } = await online({ limits: { outboundLimitBytes: 2_000 }, timeouts: { roomMs: 1 } })
    client.send({ to: bob, body: 'x'.repeat(1_900) })
    client.sendPresence({ status: 'here' })
    const { presence: chart } = client.actor.getSnapshot().children
    expect(chart?.getSnapshot()).toMatchObject({
      value: { online: 'unsaid' },
      context: { error: { code: 'transport.overflow' } },
    })
    await peer.next('message')
    expect(words(await peer.next('presence'))).toEqual(['status here'])
    expect(chart?.getSnapshot().value).toEqual({ online: 'available' })
  })

  it('holds nothing of a feature that XML cannot carry: the feature is told so at once', async () => {
    const { client, peer } = await meet({ presence: {} })
    const annotate = client.use(({ annotatePresence }: FeatureHost) => annotatePresence)
    const note = (text: string) => [xml('note', 'urn:example:note', {}, text)]
    annotate('note', note('right'))
    expect(() => annotate('note', note('wrong\u0000'))).toThrow(RangeError)
    client.sendPresence({ show: 'away' })
    await rest()
    expect(presences(peer.elements).map(words)).toEqual([[], ['note right'], ['show away', 'note right']])
    expect(client.state.status).toBe('online')
  })

  it('can be said to a closed client, which tells nobody', async () => {
    const { client } = await online()
    await client.close()
    expect(() => client.sendPresence({ show: 'away' })).not.toThrow()
  })
})

describe('presence for one alone (RFC 6121 §4.6)', () => {
  it('goes to that one, and is not said again in the next session', async () => {
    const { client, peer, lose, again } = await meet({ presence: { status: 'here' } })
    expect(await sentWhile(peer, () => client.sendPresence({ to: `${bob}/desk`, show: 'chat' }))).toEqual([
      `presence ${bob}/desk`,
    ])
    await lose()
    expect(presences((await again()).peer.elements).map(words)).toEqual([['status here']])
  })

  it.each([{ to: bob }, { to: bob, type: 'subscribe' }, { type: 'subscribe' }] as const)(
    'cannot wait for a session: %j is refused outside one',
    async (directed) => {
      const { client, lose } = await meet()
      await lose()
      expect(() => client.sendPresence(directed)).toThrow(
        expect.objectContaining({ code: 'transport.not-connected' }),
      )
    },
  )

  it('that asks for a subscription goes to the bare address (§3.1.1)', async () => {
    const { client, peer } = await meet()
    expect(
      await sentWhile(peer, () => client.sendPresence({ to: `${bob}/desk`, type: 'subscribe' })),
    ).toEqual([`presence subscribe ${bob}`])
  })
})

describe('hiding (XEP-0186)', () => {
  it('asks the server, and is done when the server says so', async () => {
    const { client, peer } = await meet({ presence: {} })
    let isHidden = false
    const hiding = client.hide().then(() => (isHidden = true))
    await peer.next('presence')
    const request = await peer.next('iq')
    expect(request.attributes).toMatchObject({ type: 'set' })
    expect(request.attributes).not.toHaveProperty('to')
    expect(childOf(request, 'invisible')?.namespace).toBe('urn:xmpp:invisible:1')
    await rest()
    expect(isHidden).toBe(false)
    peer.say(result(request))
    await hiding
  })

  it('ends with the next announcement, before which the server is told to show', async () => {
    const { client, peer } = await meet()
    const hiding = client.hide()
    peer.say(result(await peer.next('iq')))
    await hiding
    client.sendPresence({ show: 'chat' })
    const request = await peer.next('iq')
    expect(childOf(request, 'visible')?.namespace).toBe('urn:xmpp:invisible:1')
    await rest()
    expect(presences(peer.elements)).toEqual([])
    peer.say(result(request))
    expect(words(await peer.next('presence'))).toEqual(['show chat'])
  })

  it.each(['feature-not-implemented', 'service-unavailable', 'not-allowed'])(
    'that is refused with %s rejects, and announces nothing by itself',
    async (condition) => {
      const { client, peer, lose, again } = await meet()
      const hiding = code(client.hide())
      peer.say(refusal(await peer.next('iq'), condition))
      expect(await hiding).toBe(`stanza.${condition}`)
      await lose()
      expect(presences((await again()).peer.elements)).toEqual([])
    },
  )

  it('is asked again in the next session, and nothing is announced before', async () => {
    const { client, peer, lose, again } = await meet({ presence: {} })
    const hiding = client.hide()
    await peer.next('presence')
    peer.say(result(await peer.next('iq')))
    await hiding
    await lose()
    const { peer: next } = await again()
    expect(childOf(await next.next('iq'), 'invisible')).toBeDefined()
    expect(presences(next.elements)).toEqual([])
  })

  it('outside a session is promised at once, and asked on coming online', async () => {
    const { client, lose, again } = await meet({ presence: {} })
    await lose()
    await client.hide()
    const { peer } = await again()
    expect(childOf(await peer.next('iq'), 'invisible')).toBeDefined()
    expect(presences(peer.elements)).toEqual([])
  })

  it('is promised no longer once the client is closed', async () => {
    const { client, lose } = await meet({ presence: {} })
    await lose()
    await client.hide()
    await client.close()
    expect(await code(client.hide())).toBe('transport.aborted')
  })

  it('from before XMPP sends presence of type invisible', async () => {
    const { client, peer } = await meet()
    expect(await sentWhile(peer, () => client.hide({ form: 'legacy' }))).toEqual(['presence invisible'])
    expect(await sentWhile(peer, () => client.sendPresence())).toEqual(['presence'])
  })

  it('twice at once asks once', async () => {
    const { client, peer } = await meet()
    const both = [client.hide(), client.hide()]
    peer.say(result(await peer.next('iq')))
    await Promise.all(both)
    expect(peer.raw.match(/<invisible/g)).toHaveLength(1)
  })

  it('that is overtaken by an announcement is given up, and what was said last is done', async () => {
    const { client, peer } = await meet()
    const hiding = code(client.hide())
    const first = await peer.next('iq')
    client.sendPresence({ status: 'here' })
    expect(await hiding).toBe('transport.aborted')
    peer.say(result(first))
    peer.say(result(await peer.next('iq')))
    expect(words(await peer.next('presence'))).toEqual(['status here'])
  })

  it('that nobody answers is a time-out by name', async () => {
    const { client } = await meet({ timeouts: { visibilityMs: 5 } })
    await expect(client.hide()).rejects.toMatchObject({ code: 'timeout.visibility', timeoutMs: 5 })
  })

  it('that nobody answers may be so: the server is told to show before anything is announced', async () => {
    const { client, peer } = await meet({ timeouts: { visibilityMs: 500 } })
    await client.hide().catch(() => undefined)
    await peer.next('iq')
    client.sendPresence({ status: 'here' })
    const request = await peer.next('iq')
    expect(childOf(request, 'visible')?.namespace).toBe('urn:xmpp:invisible:1')
    expect(presences(peer.elements)).toEqual([])
    peer.say(result(request))
    expect(words(await peer.next('presence'))).toEqual(['status here'])
  })
})
