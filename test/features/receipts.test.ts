import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { receipts, type Client, type ReceiptsFeature } from '../../src/index.js'
import { awaitedReceiptLimit, keptReceiptMs } from '../../src/features/receipts.js'
import { childOf } from '../spec/heard.js'
import { bodiesOf, logInManaged, managed, resume, sm } from '../spec/managed.js'
import { answersTo, online, rest } from '../spec/session.js'
import { Disk } from '../store/disk.js'
import { begin, managed as managedProcess } from './processes.js'

const bob = 'bob@example.test'
const received = (id: string, from = `${bob}/x`, type = 'chat') =>
  `<message from='${from}' type='${type}'><received xmlns='urn:xmpp:receipts' id='${id}'/></message>`
const asks = (from: string, attributes = "id='m1' type='chat'") =>
  `<message from='${from}' ${attributes}><body>Hello</body><request xmlns='urn:xmpp:receipts'/></message>`

async function asking() {
  const session = await online()
  return { ...session, ...session.client.use(receipts) }
}

describe('a receipt that is asked for (XEP-0184)', () => {
  it('is one request, and makes the delivery received once it comes', async () => {
    const { peer, send } = await asking()
    const delivery = send({ to: bob, type: 'chat', body: 'Hello' })
    const message = await peer.next('message')
    expect(message.attributes).toMatchObject({ id: delivery.id, to: bob, type: 'chat' })
    expect(childOf(message, 'request')?.namespace).toBe('urn:xmpp:receipts')
    peer.say(received(delivery.id))
    await rest()
    expect(delivery.status).toEqual({ status: 'received' })
  })

  it.each([
    ['somebody else', 'mallory@evil.test/x', 'chat'],
    ['a look-alike', `${bob}.evil.test/x`, 'chat'],
    ['an error', `${bob}/x`, 'error'],
  ])('is not that of %s', async (_, from, type) => {
    const { peer, send } = await asking()
    const delivery = send({ to: `${bob}/x`, body: 'Hello' })
    peer.say(received(delivery.id, from, type) + received('other'))
    await rest()
    expect(delivery.status.status).toBe('written')
  })

  it('of what was sent to oneself comes from oneself', async () => {
    const { peer, send } = await asking()
    const delivery = send({ body: 'Note to self' })
    peer.say(received(delivery.id, 'alice@example.test/phone'))
    await rest()
    expect(delivery.status.status).toBe('received')
  })

  it('makes up for an acknowledgement: what was received is not sent again in the next session', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const session = await managed()
    const { client, first } = session
    const { send } = client.use(receipts)
    const deliveries = ['one', 'two'].map((body) => send({ to: bob, body }))
    await rest()
    first.say(received(deliveries[0]?.id ?? '') + "<message xmlns='jabber:server'/>")
    await rest()
    expect(client.state.status).toBe('backingOff')
    client.networkOnline()
    const second = await session.peer(1)
    await logInManaged(second)
    expect(bodiesOf(second)).toEqual(['two'])
    expect(deliveries.map(({ status }) => status.status)).toEqual(['received', 'written'])
  })

  it('is forgotten when too many others are awaited', async () => {
    const { peer, send } = await asking()
    const first = send({ to: bob, body: 'x' })
    const second = send({ to: bob, body: 'x' })
    for (let count = 1; count < awaitedReceiptLimit; count += 1) send({ to: bob, body: 'x' })
    peer.say(received(first.id) + received(second.id))
    await rest()
    expect([first.status.status, second.status.status]).toEqual(['written', 'received'])
  })

  it('cannot be asked of a room', async () => {
    const { send } = await asking()
    expect(() => send({ to: 'room@conference.example.test', type: 'groupchat', body: 'x' })).toThrow(
      RangeError,
    )
  })
})

describe('a receipt that others ask for', () => {
  it('is given in a message of the same type that asks for none', async () => {
    const { peer } = await asking()
    const [answer, ...more] = await answersTo(peer, asks('alice@example.test/phone'))
    expect(more).toEqual([])
    expect(answer?.attributes).toMatchObject({ to: 'alice@example.test/phone', type: 'chat' })
    expect(answer?.children.length).toBe(1)
    expect(answer && childOf(answer, 'received')?.attributes).toMatchObject({ id: 'm1' })
  })

  /** Two have asked, and are answered on a stream that ends before the server has said that it has the answers. */
  async function interrupted() {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const session = await managed()
    const { client, first } = session
    client.use(receipts)
    client.sendPresence()
    client.sendPresence({ to: bob })
    first.say(asks('alice@example.test/phone') + asks(`${bob}/x`, "id='m2' type='chat'"))
    await rest()
    expect(receiptsOf(first)).toEqual(['m1', 'm2'])
    return session
  }
  const receiptsOf = ({ raw }: { readonly raw: string }) =>
    [...raw.matchAll(/<received [^>]*id=.(\w+)/g)].map(([, id]) => id)
  const breaks = "<message xmlns='jabber:server'/>"

  it('is given in the next session, to who may know of it, where the last one may not have brought it there', async () => {
    const { client, first, peer } = await interrupted()
    first.say(breaks)
    await rest()
    expect(client.state.status).toBe('backingOff')
    client.networkOnline()
    const second = await peer(1)
    await logInManaged(second)
    await rest()
    expect(receiptsOf(second)).toEqual(['m1'])
  })

  it('is not given once more where the server has it', async () => {
    const { client, first, peer } = await interrupted()
    first.say(sm('a', "h='4'") + breaks)
    await rest()
    client.networkOnline()
    const second = await peer(1)
    await logInManaged(second)
    await rest()
    expect(receiptsOf(second)).toEqual([])
  })

  it.each([
    ['has no id', "type='chat'"],
    ['is an error', "id='m1' type='error'"],
    ['is from a room', "id='m1' type='groupchat'"],
  ])('is not given for a message that %s', async (_, attributes) => {
    const { peer } = await asking()
    expect(await answersTo(peer, asks('alice@example.test/phone', attributes))).toEqual([])
  })

  it('is not given by who does not use receipts', async () => {
    const { peer } = await online()
    expect(await answersTo(peer, asks('alice@example.test/phone'))).toEqual([])
  })
})

describe('a process hears that what an earlier one has sent has arrived', () => {
  const heard: string[] = []
  const listen = (client: Client) =>
    client.use(receipts).received$.subscribe(({ id, status }) => heard.push(`${id} ${status.status}`))
  afterEach(() => {
    heard.length = 0
    vi.useRealTimers()
  })

  /** A process that has sent one that the server has, and one that it may not have. */
  async function sent(disk: Disk) {
    let send: ReceiptsFeature['send'] | undefined
    const before = await managedProcess(disk, {}, (client) => ({ send } = client.use(receipts)))
    for (const id of ['one', 'two']) send?.({ to: bob, body: id, id })
    await rest()
    before.first.say(sm('a', "h='1'"))
    await before.kill()
  }

  it('whether the server had acknowledged it or not, from whom it went to, and once', async () => {
    const disk = new Disk()
    await sent(disk)
    const after = await begin(disk, {}, listen)
    await resume(after.first, 2)
    await answersTo(after.first, received('one', 'mallory@evil.test/x') + received('three'))
    expect(heard).toEqual([])
    await answersTo(after.first, received('one') + received('two') + received('one'))
    expect(heard).toEqual(['one received', 'two received'])
    expect(after.restored[0]?.deliveries.map(({ id, status }) => [id, status.status])).toEqual([
      ['two', 'received'],
    ])
    await after.kill()
    const last = await begin(disk, {}, listen)
    await resume(last.first, 2)
    await answersTo(last.first, received('one') + received('two'))
    expect(heard).toHaveLength(2)
  })

  it('for a week', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const disk = new Disk()
    await sent(disk)
    vi.setSystemTime(Date.now() + keptReceiptMs + 1)
    const after = await begin(disk, {}, listen)
    await resume(after.first, 2)
    await answersTo(after.first, received('one'))
    expect(heard).toEqual([])
  })
})
