import type { Observable } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import { createClient, type Client } from '../src/client.js'
import {
  archive,
  avatars,
  carbons,
  contacts,
  conversations,
  receipts,
  vcards,
  type ClientState,
} from '../src/index.js'
import { createServer } from '../src/server/index.js'

const server = await createServer({ listen: {}, accounts: [{ username: 'alice', password: 'secret' }] })
const clients: Client[] = []
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())))

function make(): Client {
  const client = createClient({
    jid: `alice@${server.domain}`,
    password: 'secret',
    endpoint: () => server.connect(),
    mechanisms: ['PLAIN'],
    timeouts: { closeMs: 50 },
  })
  clients.push(client)
  return client
}

const bob = 'bob@localhost'

/** Whatever can be observed of a client and of what it uses. */
function observablesOf(client: Client): Readonly<Record<string, Observable<unknown>>> {
  const people = client.use(contacts)
  const history = client.use(archive)
  const copies = client.use(carbons)
  return {
    state$: client.state$,
    stanza$: client.stanza$,
    message$: client.message$,
    messages: client.messages({ from: bob, type: 'chat' }),
    bounced$: client.bounced$,
    presence$: client.presence$,
    roster$: client.roster$,
    restored$: client.restored$,
    'contacts.roster$': people.roster$,
    'contacts.presence$': people.presence$,
    'contacts.presenceOf': people.presenceOf(bob),
    'contacts.subscriptionRequest$': people.subscriptionRequest$,
    'contacts.subscriptionRequests$': people.subscriptionRequests$,
    'contacts.befriend': people.befriend(bob).state$,
    'archive.message$': history.message$,
    'archive.state$': history.state$,
    'avatars.avatarOf': client.use(avatars).avatarOf(bob),
    'carbons.message$': copies.message$,
    'carbons.state$': copies.state$,
    'conversations.state$': client.use(conversations).with(bob).state$,
    'receipts.received$': client.use(receipts).received$,
    'vcards.changed$': client.use(vcards).changed$,
  }
}

describe('what can be observed', () => {
  it.each([true, false])('is complete once the client is closed (it was online: %s)', async (wasOnline) => {
    const client = make()
    const observables = Object.entries(observablesOf(client))
    const ended: string[] = []
    const told: string[] = []
    let isClosed = false
    const watch = (when: string) => {
      for (const [name, observable] of observables)
        observable.subscribe({
          next: () => isClosed && when !== 'after' && told.push(name),
          complete: () => ended.push(`${name} ${when}`),
        })
    }
    watch('before')
    if (wasOnline) await client.connect()
    watch('meanwhile')
    await client.close()
    isClosed = true
    watch('after')
    const expected = ['before', 'meanwhile', 'after'].flatMap((when) =>
      observables.map(([name]) => `${name} ${when}`),
    )
    expect(ended.toSorted()).toEqual(expected.toSorted())
    await new Promise((resolve) => setImmediate(resolve))
    expect(told).toEqual([])
  })
})

describe('client.state$', () => {
  const toWords = (state: ClientState) => ('phase' in state ? `${state.status} ${state.phase}` : state.status)

  /** What two see of one session, of whom the first ends it at one of its states. */
  async function observe(deed: 'close' | 'disconnect', at: number) {
    const client = make()
    const first: string[] = []
    const second: string[] = []
    const ends: Promise<unknown>[] = []
    client.state$.subscribe((state) => {
      first.push(toWords(state))
      if (first.length === at) ends.push(client[deed]())
    })
    client.state$.subscribe((state) => second.push(toWords(state)))
    ends.push(client.connect().catch(() => undefined))
    await Promise.all(ends)
    return { first, second, last: toWords(client.state) }
  }

  it.each(['disconnect', 'close'] as const)(
    'tells everybody the same in the same order, where one of them calls %s() at any state',
    async (deed) => {
      const { first: all } = await observe(deed, Infinity)
      expect(all.length).toBeGreaterThan(8)
      for (let at = 2; at <= all.length; at += 1) {
        const { first, second, last } = await observe(deed, at)
        expect(second).toEqual(first)
        expect(second.at(-1)).toBe(last)
      }
    },
  )
})
