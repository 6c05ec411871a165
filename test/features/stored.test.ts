import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { sessionIn, xml, type Client } from '../../src/index.js'
import type { Store } from '../../src/store/store.js'
import { bodiesOf, logInManaged, resume, sm } from '../spec/managed.js'
import type { Peer } from '../spec/peer.js'
import {
  answerBind,
  answersTo,
  authenticate,
  bindFeature,
  features,
  logIn,
  responseHeader,
  rest,
  start,
} from '../spec/session.js'
import { Disk } from '../store/disk.js'

const bob = 'bob@example.test'
const say = (client: Client, body: string) => client.send({ to: bob, body })

describe('what leaves a client with a store', () => {
  it('is stored before it leaves, and says so', async () => {
    const gate = new Gate(new Disk().mount())
    const { client, first } = await managedBehind(gate)
    gate.close()
    const seen: string[] = []
    say(client, 'one').status$.subscribe(({ status }) => seen.push(status))
    client.sendPresence({ to: bob })
    await rest()
    expect(seen).toEqual(['queued'])
    expect(bodiesOf(first)).toEqual([])
    gate.open()
    await rest()
    expect(seen).toEqual(['queued', 'stored', 'written'])
    expect(first.elements.slice(-3).map(({ name }) => name)).toEqual(['message', 'presence', 'r'])
    first.say(sm('a', "h='2'"))
    await rest()
    expect(seen.at(-1)).toBe('acknowledged')
  })

  it('is stored before it leaves also where the server acknowledges nothing', async () => {
    const gate = new Gate(new Disk().mount())
    const session = start({ store: sessionIn(gate.store) })
    const first = await session.peer()
    await logIn(first)
    await session.outcome
    gate.close()
    const delivery = say(session.client, 'one')
    await rest()
    expect([delivery.status.status, ...bodiesOf(first)]).toEqual(['queued'])
    gate.open()
    await rest()
    expect([delivery.status.status, ...bodiesOf(first)]).toEqual(['written', 'one'])
  })

  it('is not kept from leaving by what XML cannot carry, which is refused at once', async () => {
    const gate = new Gate(new Disk().mount())
    const { client, first } = await managedBehind(gate)
    gate.close()
    say(client, 'one')
    const asked = client.request({ type: 'get', payload: xml('x', 'urn:example', {}, 'a\uDC00') })
    await expect(asked).rejects.toThrow('XML cannot carry the character U+DC00')
    expect(() => client.sendPresence({ to: bob, status: 'a\uDC00' })).toThrow(RangeError)
    say(client, 'two')
    gate.open()
    await rest()
    expect(bodiesOf(first)).toEqual(['one', 'two'])
  })

  it('acknowledges what has come once that is stored', async () => {
    const gate = new Gate(new Disk().mount())
    const { first } = await managedBehind(gate)
    gate.close()
    expect(await answersTo(first, `<message from='${bob}'><body>x</body></message>${sm('r')}`)).toEqual([])
    gate.open()
    await rest()
    expect(first.elements.at(-1)).toMatchObject({ name: 'a', attributes: { h: '1' } })
  })

  it('says farewell before it closes the stream, whatever has yet to be stored', async () => {
    const gate = new Gate(new Disk().mount())
    const { client, first } = await managedBehind(gate)
    gate.close()
    const delivery = say(client, 'one')
    await rest()
    const leaving = client.disconnect()
    await rest()
    await answersTo(first, `<message from='${bob}'><body>x</body></message>`)
    gate.open()
    await first.closing()
    expect(first.elements.filter(({ name }) => name === 'presence')).toMatchObject([
      { attributes: { type: 'unavailable' } },
    ])
    expect([bodiesOf(first), delivery.status.status]).toEqual([['one'], 'written'])
    first.hangUp()
    await leaving
  })

  it('waits for a store that fails: the connection is given up, and what waits leaves in the next one', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const gate = new Gate(new Disk().mount())
    const { client, first, peer } = await managedBehind(gate)
    gate.fail()
    const delivery = say(client, 'one')
    await rest()
    expect(client.state).toMatchObject({ status: 'suspended', error: { code: 'store.failed' } })
    expect(delivery.status).toEqual({ status: 'queued' })
    gate.open()
    client.networkOnline()
    const second = await peer(1)
    await resume(second, 0)
    expect(bodiesOf(first)).toEqual([])
    expect(bodiesOf(second)).toEqual(['one'])
  })

  it('waits for a store that has failed before anybody was online, too', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const gate = new Gate(new Disk().mount())
    const { client, peer } = start({ reconnect: 'afterOnline', store: sessionIn(gate.store) })
    const first = await peer()
    await authenticate(first)
    gate.fail()
    say(client, 'one')
    await rest()
    gate.open()
    first.say(responseHeader() + features(bindFeature))
    await answerBind(first)
    await rest()
    expect(client.state).toMatchObject({ error: { code: 'store.failed' } })
    client.networkOnline()
    const second = await peer(1)
    await logInManaged(second)
    expect(bodiesOf(first)).toEqual([])
    expect(bodiesOf(second)).toEqual(['one'])
  })

  it('waits for a store that has failed on a stream from before SASL, too', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const gate = new Gate(new Disk().mount())
    const { client, peer } = start({ reconnect: 'afterOnline', store: sessionIn(gate.store) })
    const first = await peer()
    const letIn = await askedToIdentify(first)
    gate.fail()
    say(client, 'one')
    await rest()
    gate.open()
    letIn()
    await rest()
    expect(client.state).toMatchObject({ error: { code: 'store.failed' } })
    client.networkOnline()
    const second = await peer(1)
    const letInAgain = await askedToIdentify(second)
    letInAgain()
    await rest()
    expect([client.state.status, bodiesOf(first), bodiesOf(second)]).toEqual(['online', [], ['one']])
  })

  it('leaves in the next session where the connection is cut before, and nobody acknowledges anything', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const store = sessionIn(new Disk().mount())
    const { client, peer } = start({ reconnect: 'afterOnline', store })
    const first = await peer()
    await logIn(first)
    await rest()
    // What the system takes before it has to wait for whoever reads no more.
    first.pause()
    const taken = say(client, 'x'.repeat(70_000))
    await rest()
    const waiting = ['one', 'two'].map((body) => say(client, body))
    await rest()
    const seen = () => [taken, ...waiting].map(({ status }) => status.status)
    expect(seen()).toEqual(['written', 'stored', 'stored'])
    first.cut()
    await rest()
    expect(seen()).toEqual(['written', 'stored', 'stored'])
    client.networkOnline()
    const second = await peer(1)
    await logIn(second)
    await rest()
    expect(bodiesOf(second)).toEqual(['one', 'two'])
    expect(seen()).toEqual(['written', 'written', 'written'])
  })
})

async function managedBehind(gate: Gate) {
  const session = start({ reconnect: 'afterOnline', store: sessionIn(gate.store) })
  const first = await session.peer()
  await logInManaged(first)
  await session.outcome
  return { ...session, first }
}

/** A server from before SASL is told who this is (XEP-0078 §3.1), and can then say that it believes it. */
async function askedToIdentify(peer: Peer) {
  const answer = (id: string | undefined, content: string) =>
    peer.say(`<iq xmlns='jabber:client' type='result' id='${id}'>${content}</iq>`)
  await peer.header()
  peer.say(responseHeader({ version: undefined }))
  const { attributes } = await peer.next('iq')
  answer(attributes['id'], "<query xmlns='jabber:iq:auth'><username/><password/><resource/></query>")
  const request = await peer.next('iq')
  return () => answer(request.attributes['id'], '')
}

/** A store that can be held up. */
class Gate {
  readonly store: Store
  #mode: 'closed' | 'failing' | 'open' = 'open'
  readonly #held: (() => void)[] = []

  constructor(store: Store) {
    const pass = async (call: () => unknown): Promise<unknown> => {
      if (this.#mode === 'failing') throw new Error('no such disk')
      if (this.#mode === 'closed') await new Promise<void>((resolve) => this.#held.push(resolve))
      return call()
    }
    this.store = {
      get: (key) => pass(() => store.get(key)),
      set: (key, value) => pass(() => store.set(key, value)),
      delete: (key) => pass(() => store.delete(key)),
    }
  }

  close(): void {
    this.#mode = 'closed'
  }

  fail(): void {
    this.#mode = 'failing'
  }

  open(): void {
    this.#mode = 'open'
    for (const release of this.#held.splice(0)) release()
  }
}
