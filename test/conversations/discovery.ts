import { afterEach, describe, expect, it } from 'vitest'
import {
  clientInformation,
  discovery,
  ns,
  receipts,
  type Client,
  type ClientInformation,
  type DiscoItem,
  type Presence,
} from '../../src/index.js'
import { everybodyLeaves, next, person, tag } from './people.js'
import type { ServerUnderTest } from './server-under-test.js'

/** What clients and servers find out about each other: the same on every server. */
export function holdDiscovery(server: ServerUnderTest): void {
  afterEach(everybodyLeaves)

  const forgetsWords = server.deviations?.includes('forgets the last words') === true
  const tellsToSubscribe = server.deviations?.includes('tells strangers to subscribe') === true
  const bareOf = (user: string) => `${user}@${server.domain}`
  const discovering = (user: string) => {
    const client = person(server, user)
    return { client, disco: client.use(discovery) }
  }
  /** The next presence of a resource with another hash than this. */
  const shown = (seer: Client, { jid }: Client, before?: string) =>
    next(
      seer.presence$,
      (presence) =>
        presence.from?.toString() === jid.toString() && ![undefined, before].includes(hashOf(presence)),
      'presence with a hash',
    )
  const hashOf = ({ payloads }: Presence) =>
    payloads.find((payload) => payload.is('c', ns.caps))?.attribute('ver')

  describe(`discovery on ${server.name}`, () => {
    it('tells what a friend’s client can do, and asks one of several that show the same', async () => {
      const { client: alice, disco } = discovering('alice')
      const [desk, sofa] = [discovering('bob').client, discovering('bob').client]
      await alice.connect()
      await alice.fetchRoster()
      for (const client of [desk, sofa]) client.use(receipts)
      const first = shown(alice, desk)
      await desk.connect()
      await first
      expect(await disco.supports(desk.jid, ns.receipts)).toBe(true)
      expect(await disco.supports(bareOf('bob'), ns.receipts)).toBe(true)
      expect(await disco.supports(bareOf('bob'), 'urn:example:nothing')).toBe(false)
      expect((await disco.info(desk.jid)).identities).toMatchObject([{ category: 'client', type: 'pc' }])
      const second = shown(alice, sofa)
      await sofa.connect()
      await second
      expect(disco.known(sofa.jid)?.features.has(ns.receipts)).toBe(true)
    })

    it('hears of what a friend’s client can do from now on', async () => {
      const { client: alice, disco } = discovering('alice')
      const { client: bob } = discovering('bob')
      await alice.connect()
      const before = shown(alice, bob)
      await bob.connect()
      const hash = hashOf(await before)
      expect(await disco.supports(bob.jid, ns.version)).toBe(false)
      const after = shown(alice, bob, hash)
      bob.use((host) => clientInformation(host, { software: { name: 'App', version: '1.0' } }))
      await after
      expect(await disco.supports(bob.jid, ns.version)).toBe(true)
    })

    it('tells what a server and an account are, and what belongs to them', async () => {
      const { client: alice, disco } = discovering('alice')
      await alice.connect()
      const { identities, features } = await disco.info(server.domain)
      expect(identities).toContainEqual(expect.objectContaining({ category: 'server', type: 'im' }))
      expect([...features]).toEqual(expect.arrayContaining([ns.discoInfo, ns.discoItems]))
      const account = await disco.info(bareOf('alice'))
      expect(account.identities).toContainEqual(
        expect.objectContaining({ category: 'account', type: 'registered' }),
      )
      expect(await disco.supports(bareOf('alice'), ns.archive)).toBe(true)
      const whole = await all(disco.items(server.domain))
      expect(await all(disco.items(server.domain, { pageSize: 1 }))).toEqual(whole)
    })

    it('tells everything that belongs to an account, however it is divided', async () => {
      const { client: alice, disco } = discovering('alice')
      await alice.connect()
      for (const { client } of [discovering('alice'), discovering('alice')]) {
        const came = shown(alice, client)
        await client.connect()
        await came
      }
      const whole = await all(disco.items(bareOf('alice')))
      expect(await all(disco.items(bareOf('alice'), { pageSize: 1 }))).toEqual(whole)
    })

    it('tells strangers nothing', async () => {
      const { client: carol, disco } = discovering('carol')
      const { client: bob } = discovering('bob')
      await Promise.all([carol.connect(), bob.connect()])
      expect(await disco.supports(bob.jid, ns.discoInfo)).toBe(false)
      expect(await disco.supports(`nobody-${tag()}@${server.domain}`, ns.discoInfo)).toBe(false)
    })
  })

  describe(`client information on ${server.name}`, () => {
    const telling = async (user: string, information: ClientInformation = {}) => {
      const client = person(server, user)
      const about = client.use((host) => clientInformation(host, information))
      await client.connect()
      await client.fetchRoster()
      return { client, about }
    }

    it('of a friend is what the friend’s app tells', async () => {
      const alice = await telling('alice')
      const came = next(alice.client.presence$, ({ from }) => from?.local === 'bob', 'bob’s presence')
      const software = { name: 'Psi', version: '0.10' }
      const { client: bob } = await telling('bob', { software, idleMs: () => 123_000 })
      await came
      expect(await alice.about.version(bob.jid)).toEqual({ ...software, os: undefined })
      expect((await alice.about.time(bob.jid)).offsetMinutes).toBe(0 - new Date().getTimezoneOffset())
      expect(await alice.about.lastActivity(bob.jid)).toEqual({ seconds: 123, status: undefined })
      expect(await alice.about.ping(bob.jid)).toBeGreaterThan(0)
    })

    it('of a server is its software, time, uptime and answer', async () => {
      const { about } = await telling('alice')
      expect(await about.version(server.domain)).toMatchObject({
        name: expect.stringMatching(/\w/),
        version: expect.stringMatching(/\w/),
      })
      expect((await about.time(server.domain)).moment).toBeGreaterThan(Date.UTC(2020))
      expect((await about.lastActivity(server.domain)).seconds).toBeGreaterThanOrEqual(0)
      expect(await about.ping(server.domain)).toBeGreaterThan(0)
    })

    it('of an account is how long ago it was left, and with which words, for friends alone', async () => {
      const alice = await telling('alice')
      const came = next(alice.client.presence$, ({ from }) => from?.local === 'bob', 'bob’s presence')
      const { client: bob } = await telling('bob')
      await came
      const word = tag()
      const left = next(alice.client.presence$, ({ status }) => status === word, 'bob’s absence')
      bob.sendPresence({ type: 'unavailable', status: word })
      await left
      await bob.disconnect()
      const { seconds, status } = await alice.about.lastActivity(bareOf('bob'))
      expect(status).toBe(forgetsWords ? undefined : word)
      expect(seconds).toBeLessThan(60)
      const carol = await telling('carol')
      await expect(carol.about.lastActivity(bareOf('bob'))).rejects.toMatchObject({
        code: tellsToSubscribe ? 'stanza.subscription-required' : 'stanza.forbidden',
      })
    })
  })
}

async function all(items: AsyncIterable<DiscoItem>): Promise<readonly string[]> {
  const found: string[] = []
  for await (const { jid } of items) found.push(jid.toString())
  return found.toSorted()
}
