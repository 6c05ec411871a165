import { describe, expect, it, vi } from 'vitest'
import { streamErrorConditions } from '../../src/errors.js'
import type { Peer } from '../spec/peer.js'
import { closeFrame, closingTag, rest, start, streamCondition } from '../spec/session.js'
import { leadTo, phases } from './phases.js'
import { leaveNothingBehind } from './remains.js'
import { type Framing, createVictim, framings } from './victim.js'

leaveNothingBehind('still')

const streamError = (condition: string) =>
  `<stream:error xmlns:stream='http://etherx.jabber.org/streams'>${streamCondition(condition)}</stream:error>`

const faults: readonly (readonly [how: string, act: (peer: Peer, framing: Framing) => void])[] = [
  ['is silent', () => undefined],
  ['hangs up without a word', (peer) => peer.hangUp()],
  ['cuts the connection', (peer) => peer.cut()],
  [
    'closes its stream and keeps the connection',
    (peer, framing) => peer.say(framing === 'bytes' ? closingTag : closeFrame),
  ],
  ['speaks garbage', (peer) => peer.say('\u0001<<<')],
  [
    'goes on talking',
    (peer) => {
      for (let count = 0; count < 100; count += 1) peer.say("<presence xmlns='jabber:client' from='b@c/d'/>")
    },
  ],
  [
    'redirects',
    (peer) => peer.say(streamError('see-other-host').replace('/>', '>evil.test:5222</see-other-host>')),
  ],
  ...streamErrorConditions.map(
    (condition) => [`says ${condition}`, (peer: Peer) => peer.say(streamError(condition))] as const,
  ),
]

describe.each(framings)('a server over %s that, while the client closes,', (framing) => {
  it.each(faults)('%s, cannot keep it, and is not reconnected to', async (_how, act) => {
    const { client, peer, request } = await createVictim(framing, { reconnect: 'always' })
    const closed = client.disconnect()
    await peer.closing()
    expect(client.state.status).toBe('closing')
    expect(await request).toMatchObject({ code: 'transport.not-connected' })
    act(peer, framing)
    await rest()
    await vi.advanceTimersByTimeAsync(2_000)
    await closed
    await rest()
    expect(client.state).toEqual({ status: 'offline' })
    expect(peer.ended).toBe(true)
    await vi.advanceTimersByTimeAsync(600_000)
    expect(client.state).toEqual({ status: 'offline' })
  })

  describe.each(phases)('while it waits for %s,', (phase) => {
    it.each(faults.slice(0, 7))('%s, cannot keep it', async (_how, act) => {
      const { client, peer, outcome } = start({}, { framing, secure: true })
      const server = await peer()
      await leadTo(phase, server, framing)
      const closed = client.close()
      await server.closing()
      act(server, framing)
      await rest()
      await vi.advanceTimersByTimeAsync(2_000)
      await closed
      await rest()
      expect(await outcome).toMatchObject({ code: 'transport.aborted' })
      expect(client.state).toEqual({ status: 'closed' })
      expect(server.ended).toBe(true)
    })
  })
})

describe('a client that waits to come back', () => {
  it.each(['disconnect', 'close'] as const)('stops at once by %s(), and leaves no timer', async (how) => {
    const { client, peer } = await createVictim('bytes', { reconnect: 'always' })
    peer.cut()
    await rest()
    expect(client.state.status).toBe('backingOff')
    await client[how]()
    expect(client.state).toEqual({ status: how === 'close' ? 'closed' : 'offline' })
    expect(vi.getTimerCount()).toBe(0)
  })
})
