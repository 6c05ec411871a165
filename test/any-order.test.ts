import { asyncProperty, array, assert, boolean, constantFrom, nat, record } from 'fast-check'
import type { Observable } from 'rxjs'
import { expect, it } from 'vitest'
import { streamErrorConditions } from '../src/errors.js'
import {
  accounts,
  archive,
  avatars,
  carbons,
  clientState,
  contacts,
  conversations,
  createClient,
  discovery,
  ns,
  receipts,
  sessionIn,
  vcards,
  xml,
  XmppError,
  type Client,
  type ClientState,
  type ClientOptions,
  type Delivery,
  type Surroundings,
} from '../src/index.js'
import { toStreamManagementElement } from '../src/stanza/stream-management.js'
import type { Reaction, ScriptedPeer } from '../src/testing/scripted-peer.js'
import { createScriptedServer } from '../src/testing/scripted-peer-server.js'
import { VirtualClock } from '../src/testing/virtual-clock.js'

/** `XMPP_MACHINES_WALKS=5000` for a long night; `XMPP_MACHINES_SEED` for other walks, or to meet one again. */
const walks = Number(process.env['XMPP_MACHINES_WALKS'] ?? 200)
const seed = Number(process.env['XMPP_MACHINES_SEED'] ?? 6120)

interface Circumstances extends Pick<ClientOptions, 'reconnect' | 'streamManagement'> {
  readonly hasStore: boolean
}

const bob = 'bob@example.test'
const toWords = (state: ClientState) => ('phase' in state ? `${state.status} ${state.phase}` : state.status)
const ranks = ['queued', 'stored', 'written', 'acknowledged', 'received', 'failed']

/** A server that goes on with its sessions. */
function manage(): Reaction {
  let handled = 0
  return (heard, peer) => {
    if (heard.kind !== 'element') return false
    const { element } = heard
    if (element.namespace === ns.client) handled += 1
    if (element.namespace !== ns.streamManagement) return false
    if (element.name === 'enable') {
      handled = 0
      const terms = { id: 'kept', resume: true, max: undefined, location: undefined }
      peer.say(toStreamManagementElement({ kind: 'enabled', ...terms }))
    } else if (element.name === 'resume')
      peer.say(toStreamManagementElement({ kind: 'resumed', previd: 'kept', h: handled }))
    else if (element.name === 'r') peer.say(toStreamManagementElement({ kind: 'a', h: handled }))
    return true
  }
}

/** An app, and whatever is around it. */
class World {
  readonly clock = new VirtualClock()
  readonly client: Client
  readonly wrong: string[] = []
  /** Done by whoever is told of a state next. */
  readonly whenTold: (() => void)[] = []
  store: 'fails' | 'hangs' | 'slow' | 'works' = 'works'
  readonly #server = createScriptedServer({
    authenticatedFeatures: { bind: true, streamManagement: true },
    reactions: [manage()],
  })
  readonly #values = new Map<string, unknown>()
  readonly #listeners = new Set<Parameters<Surroundings['watch']>[0]>()
  readonly #open = new Set<string>()
  readonly #incomplete = new Set<string>()
  readonly #deliveries: Delivery[] = []
  readonly #seen: [first: string[], second: string[]] = [[], []]
  #count = 0
  #isClosed = false

  /** Whatever throws or rejects does so in a typed error; whatever was begun is settled in the end. */
  readonly wish = (what: string, begin: () => unknown): void => {
    const name = `${what} ${(this.#count += 1)}`
    try {
      const begun = begin()
      if (!(begun instanceof Promise)) return
      this.#open.add(name)
      begun
        .catch((error: unknown) => this.#judge(name, error))
        .finally(() => this.#open.delete(name))
        .catch((defect: unknown) => this.wrong.push(String(defect)))
    } catch (error) {
      this.#judge(name, error)
    }
  }

  constructor({ hasStore, ...options }: Circumstances) {
    const call = async <T>(deed: () => T): Promise<T> => {
      if (this.store === 'hangs') return new Promise<T>(() => {})
      if (this.store === 'fails') throw new Error('the store is full')
      if (this.store === 'slow') await new Promise((resolve) => setTimeout(resolve, 300))
      return deed()
    }
    const store = sessionIn({
      get: (key) => call(() => this.#values.get(key)),
      set: (key, value) => call(() => this.#values.set(key, structuredClone(value))),
      delete: (key) => call(() => this.#values.delete(key)),
    })
    this.client = createClient({
      jid: 'alice@example.test',
      password: 'secret',
      endpoint: this.#server.open,
      surroundings: {
        watch: (tell) => {
          this.#listeners.add(tell)
          return () => this.#listeners.delete(tell)
        },
      },
      ...options,
      ...(hasStore ? { store } : {}),
    })
    const [first, second] = this.#seen
    this.client.state$.subscribe((state) => {
      first.push(toWords(state))
      this.whenTold.shift()?.()
    })
    this.client.state$.subscribe((state) => second.push(toWords(state)))
  }

  get peer(): ScriptedPeer | undefined {
    return this.#server.peers.at(-1)
  }

  happen(type: Parameters<Parameters<Surroundings['watch']>[0]>[0]): void {
    for (const tell of this.#listeners) tell(type)
  }

  watch(what: string, observable: Observable<unknown>): void {
    const name = `${what} ${(this.#count += 1)}`
    const wasClosed = this.#isClosed
    this.#incomplete.add(name)
    observable.subscribe({
      next: () => this.#isClosed && !wasClosed && this.wrong.push(`${name} tells once all is closed`),
      error: (error) => this.wrong.push(`${name} fails: ${error}`),
      complete: () => this.#incomplete.delete(name) || this.wrong.push(`${name} ends twice`),
    })
  }

  follow(delivery: Delivery): void {
    this.#deliveries.push(delivery)
    let last = -1
    delivery.status$.subscribe(({ status }) => {
      const rank = ranks.indexOf(status)
      if (rank < last) this.wrong.push(`a delivery goes back to ${status}`)
      last = rank
    })
    this.wish('delivery', () => delivery.settled)
  }

  async end(): Promise<void> {
    const closed = this.client.close()
    this.wish('close', () => closed)
    await this.clock.drain()
    await closed
    this.#isClosed = true
    for (const use of uses) use(this, 1)
    await this.clock.drain()
    const { client, wrong } = this
    const [first, second] = this.#seen
    if (client.state.status !== 'closed') wrong.push(`it is ${client.state.status}`)
    if (first.join() !== second.join()) wrong.push(`one sees ${first.join()}, another ${second.join()}`)
    for (const name of this.#open) wrong.push(`${name} is never settled`)
    for (const name of this.#incomplete) wrong.push(`${name} never ends`)
    for (const { status } of this.#deliveries)
      if (status.status === 'queued') wrong.push('a delivery is queued for ever')
    if (this.#listeners.size > 0) wrong.push('the surroundings are still listened to')
    if (this.clock.timerCount > 0) wrong.push(`${this.clock.timerCount} timers are left`)
    if (this.#server.peers.some(({ ended }) => !ended)) wrong.push('a connection is left open')
  }

  #judge(name: string, error: unknown): void {
    const isTyped = error instanceof XmppError || error instanceof TypeError || error instanceof RangeError
    if (!isTyped || error.message === '') this.wrong.push(`${name}: ${String(error)}`)
    if (error instanceof XmppError && error.code === 'defect.unexpected')
      this.wrong.push(`${name}: ${error.message}`)
  }
}

type Deed = (world: World, n: number) => unknown

/** What is said of a failure is these names, in their order. */
const deeds = {
  connect: ({ client, wish }) => wish('connect', () => client.connect()),
  'connect, and give up': ({ client, wish }, n) => {
    const asking = new AbortController()
    if (n === 0) asking.abort()
    else setTimeout(() => asking.abort(), n * n * 100)
    wish('connect', () => client.connect({ signal: asking.signal }))
  },
  disconnect: ({ client, wish }) => wish('disconnect', () => client.disconnect()),
  close: ({ client, wish }, n) => {
    if (n === 0) wish('close', () => client.close())
  },
  'tell of the network': ({ client }) => client.networkOnline(),
  wake: (world, n) => world.happen(n % 2 === 0 ? 'system.woken' : 'network.online'),
  send: (world, n) => {
    for (let count = 0; count <= n; count += 1)
      world.wish('send', () => world.follow(world.client.send({ to: bob, body: `${count}` })))
  },
  'send what cannot be': (world, n) => {
    const { client, wish } = world
    wish('send', () => world.follow(client.send({ to: bob, body: 'before' })))
    wish('send', () => client.send({ to: n % 2 === 0 ? '@' : bob, body: 'a\uD800' }))
    wish('presence', () => client.sendPresence({ to: bob, status: 'a\uD800' }))
    wish('request', () => client.request({ type: 'set', payload: xml('x', 'urn:example', {}, '\uD800') }))
  },
  'say a presence': ({ client, wish }, n) =>
    wish('presence', () => client.sendPresence(n % 3 === 0 ? { type: 'unavailable' } : { show: 'away' })),
  'say a presence to one': ({ client, wish }) => wish('presence', () => client.sendPresence({ to: bob })),
  hide: ({ client, wish }) => wish('hide', () => client.hide()),
  'fetch the roster': ({ client, wish }) => wish('roster', () => client.fetchRoster()),
  ask: ({ client, wish }, n) =>
    wish('request', () =>
      client.request(
        { type: 'get', to: n % 2 === 0 ? undefined : bob, payload: xml('ping', ns.ping) },
        { timeoutMs: n * 1_000 },
      ),
    ),
  'watch messages': (world) => {
    world.watch('message$', world.client.message$)
    world.watch('messages', world.client.messages({ from: bob }))
    world.watch('bounced$', world.client.bounced$)
  },
  'watch the roster': (world) => world.watch('roster$', world.client.roster$),
  'use contacts': (world, n) =>
    world.wish('contacts', () => {
      const people = world.client.use(contacts)
      world.watch('presenceOf', people.presenceOf(bob))
      world.watch('subscriptionRequests$', people.subscriptionRequests$)
      const handshake = people.befriend(bob)
      world.watch('befriending', handshake.state$)
      world.wish('befriend', () => handshake.settled)
      if (n > 4) setTimeout(() => world.wish('withdraw', () => handshake.withdraw()), n * 100)
      world.wish('remove', () => (n % 2 === 0 ? people.remove(bob) : people.unfriend(bob)))
    }),
  'use the archive': (world, n) =>
    world.wish('archive', () => {
      const history = world.client.use(archive)
      world.watch('archive.message$', history.message$)
      world.watch('archive.state$', history.state$)
      world.wish('query', () => history.query({ pageSize: n })[Symbol.asyncIterator]().next())
    }),
  'use carbons': (world) => {
    const copies = world.client.use(carbons)
    world.watch('carbons.message$', copies.message$)
    world.watch('carbons.state$', copies.state$)
  },
  'use avatars': (world) => {
    const { avatarOf, disable, find } = world.client.use(avatars)
    world.watch('avatarOf', avatarOf(bob))
    world.wish('find', () => find(bob))
    world.wish('disable', () => disable())
  },
  'use cards': (world) => {
    const { changed$, update } = world.client.use(vcards)
    world.watch('changed$', changed$)
    world.wish('update', () => update({ fullName: 'Alice' }))
  },
  'use conversations': (world) =>
    world.wish('conversations', () => {
      const chat = world.client.use(conversations).with(bob)
      world.watch('conversation', chat.state$)
      chat.typing()
      world.follow(chat.send('Hello'))
    }),
  'use receipts': (world) => {
    const { received$, send } = world.client.use(receipts)
    world.watch('received$', received$)
    world.follow(send({ to: bob, body: 'Hello' }))
  },
  'use discovery': (world) =>
    world.wish('discovery', () => {
      const { items, supports } = world.client.use(discovery)
      world.wish('supports', () => supports(bob, ns.receipts))
      world.wish('items', () => items(bob)[Symbol.asyncIterator]().next())
    }),
  'use the state of the client': ({ client }) => client.use(clientState).inactive(),
  'change the password': ({ client, wish }, n) =>
    wish('password', () => client.use(accounts).changePassword(n === 0 ? '' : 'secret')),
  register: ({ client, wish }) => wish('register', () => client.use(accounts).register()),
  'the line is cut': ({ peer }) => peer?.reset(),
  'the server hangs up': ({ peer }) => peer?.hangUp(),
  'the server falls silent': ({ peer }) => peer?.silence(),
  'the server ends the stream': ({ peer }, n) => peer?.fail(streamErrorConditions[n] ?? 'reset'),
  'the server speaks garbage': ({ peer }) => peer?.say('<a></b>'),
  'somebody writes': ({ peer }) => peer?.say(`<message from='${bob}/x'><body>Hello</body></message>`),
  'somebody asks to be seen': ({ peer }) => peer?.say(`<presence from='${bob}' type='subscribe'/>`),
  'the store fails': (world, n) => (world.store = n % 2 === 0 ? 'fails' : 'hangs'),
  'the store is slow': (world) => (world.store = 'slow'),
  'the store works': (world) => (world.store = 'works'),
} satisfies Readonly<Record<string, Deed>>

type Name = keyof typeof deeds
const uses: readonly Deed[] = Object.entries(deeds).flatMap(([name, deed]) =>
  name.startsWith('use ') ? [deed] : [],
)
const often = ['connect', 'connect', 'connect', 'send', 'send what cannot be', 'ask'] as const
const isName = (name: string): name is Name => name in deeds

interface Step {
  readonly deed: Name
  readonly n: number
  /** `told`: by whoever observes the state, in the midst of being told. */
  readonly when: 'now' | 'soon' | 'told'
  readonly thenMs: number
}

async function live(steps: readonly Step[], circumstances: Circumstances): Promise<readonly string[]> {
  const world = new World(circumstances)
  const untaken = (error: unknown) => void world.wrong.push(`untaken: ${String(error)}`)
  process.on('unhandledRejection', untaken)
  process.on('uncaughtException', untaken)
  try {
    for (const { deed, n, when, thenMs } of steps) {
      const act = () => void deeds[deed](world, n)
      if (when === 'told') world.whenTold.push(act)
      else if (when === 'soon') queueMicrotask(act)
      else act()
      if (thenMs > 0) await world.clock.advance(thenMs)
    }
    await world.end()
  } finally {
    world.clock[Symbol.dispose]()
    await new Promise<void>((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', untaken)
    process.off('uncaughtException', untaken)
  }
  return world.wrong
}

it('an app may do anything in any order, and everything it began ends', { timeout: 600_000 }, async () => {
  const step = record<Step>({
    deed: constantFrom(...Object.keys(deeds).filter(isName), ...often),
    n: nat(9),
    when: constantFrom('now', 'now', 'soon', 'told'),
    thenMs: constantFrom(0, 0, 0, 1, 1, 500, 5_000, 60_000, 400_000),
  })
  const circumstances = record<Circumstances>({
    reconnect: constantFrom('afterOnline', 'always', 'never'),
    streamManagement: boolean(),
    hasStore: boolean(),
  })
  const online: Step = { deed: 'connect', n: 0, when: 'now', thenMs: 1 }
  await assert(
    asyncProperty(
      array(step, { maxLength: 25 }),
      circumstances,
      boolean(),
      async (steps, given, isOnline) => {
        expect(await live(isOnline ? [online, ...steps] : steps, given)).toEqual([])
      },
    ),
    { numRuns: walks, seed },
  )
})
