import { describe, expect, it } from 'vitest'
import { carbons } from '../../src/index.js'
import { childOf } from '../spec/heard.js'
import { logIn, rest, start } from '../spec/session.js'
import { forwarded, inner, own } from './archives.js'

const copy = (direction: string, message: string) =>
  `<message from='${own}'><${direction} xmlns='urn:xmpp:carbons:2'>${forwarded(message)}</${direction}></message>`

async function copying() {
  const session = start()
  const { message$, state$ } = session.client.use(carbons)
  const copies: string[] = []
  const states: string[] = []
  message$.subscribe(({ direction, message }) => copies.push(`${direction} ${message.body}`))
  state$.subscribe(({ status }) => states.push(status))
  const peer = await session.peer()
  await logIn(peer)
  await session.outcome
  const request = await peer.next('iq')
  return { ...session, copies, states, peer, request }
}

describe('carbons (XEP-0280)', () => {
  it('are asked for in each new session', async () => {
    const { client, peer, peers, request, states } = await copying()
    expect(request.attributes).toMatchObject({ type: 'set' })
    expect(childOf(request, 'enable')?.namespace).toBe('urn:xmpp:carbons:2')
    peer.say(`<iq type='result' id='${request.attributes['id']}'/>`)
    await rest()
    expect(states).toEqual(['off', 'enabling', 'on'])
    peer.cut()
    await rest()
    void client.connect()
    await rest()
    const next = peers[1]
    if (next === undefined) throw new Error('there is no second connection')
    await logIn(next)
    expect(childOf(await next.next('iq'), 'enable')).toBeDefined()
    expect(states).toEqual(['off', 'enabling', 'on', 'off', 'enabling'])
  })

  it('tell what another device has heard and said', async () => {
    const { copies, peer } = await copying()
    peer.say(
      copy('received', inner('heard')) + copy('sent', inner('said', `${own}/sofa`, '', 'bob@example.test')),
    )
    await rest()
    expect(copies).toEqual(['received heard', 'sent said'])
  })

  it('tell once what was sent again', async () => {
    const { client, copies, peer } = await copying()
    const first = inner('heard', 'bob@example.test/x', 'm1')
    const again = first.replace('</body>', "</body><origin-id xmlns='urn:xmpp:sid:0' id='m1'/>")
    peer.say(copy('received', first) + copy('received', again))
    await rest()
    expect(copies).toEqual(['received heard'])
    expect(client.state.status).toBe('online')
  })

  it('are told as refused where the server makes none', async () => {
    const { peer, request, states } = await copying()
    peer.say(
      `<iq type='error' id='${request.attributes['id']}'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
    )
    await rest()
    expect(states).toEqual(['off', 'enabling', 'refused'])
  })
})
