import { describe, expect, it } from 'vitest'
import { clientState } from '../../src/index.js'
import type { Peer } from '../spec/peer.js'
import { bindFeature, logIn, rest, start } from '../spec/session.js'

const offered = `${bindFeature}<csi xmlns='urn:xmpp:csi:0'/>`

async function looking(features = offered) {
  const session = start()
  const attention = session.client.use(clientState)
  const enter = async (index: number) => {
    const peer = await session.peer(index)
    await logIn(peer, { features })
    await rest()
    return peer
  }
  return { ...session, attention, enter }
}

/** What was said of it. */
const said = (peer: Peer) =>
  peer.elements.filter(({ namespace }) => namespace === 'urn:xmpp:csi:0').map(({ name }) => name)

describe('client state (XEP-0352)', () => {
  it('is said when it changes, and active from the start', async () => {
    const { attention, enter } = await looking()
    const peer = await enter(0)
    attention.active()
    expect(attention.activity).toBe('active')
    attention.inactive()
    attention.inactive()
    attention.active()
    await rest()
    expect([said(peer), attention.activity]).toEqual([['inactive', 'active'], 'active'])
  })

  it('is followed by a question, so that nothing which was on its way is kept back', async () => {
    const { attention, enter } = await looking()
    const peer = await enter(0)
    attention.inactive()
    await rest()
    const names = peer.elements.map(({ name }) => name)
    expect(names.slice(names.indexOf('inactive'))).toEqual(['inactive', 'iq'])
  })

  it('holds for the next stream, which begins active', async () => {
    const { attention, client, enter } = await looking()
    attention.inactive()
    const first = await enter(0)
    expect(said(first)).toEqual(['inactive'])
    first.cut()
    await rest()
    void client.connect()
    expect(said(await enter(1))).toEqual(['inactive'])
    attention.active()
    first.cut()
  })

  it('is not said to a server that does not offer it', async () => {
    const { attention, enter } = await looking(bindFeature)
    const peer = await enter(0)
    attention.inactive()
    await rest()
    expect([said(peer), attention.activity]).toEqual([[], 'inactive'])
  })
})
