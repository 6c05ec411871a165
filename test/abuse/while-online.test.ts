import { describe, expect, it, vi } from 'vitest'
import { streamErrorConditions } from '../../src/errors.js'
import type { Peer } from '../spec/peer.js'
import { closeFrame, closingTag, rest, streamCondition } from '../spec/session.js'
import { attackOnline, startHostileServer } from './loopback.js'
import { leaveNothingBehind } from './remains.js'
import { type Framing, aftermath, createVictim, defeatedBy, framings, unharmed } from './victim.js'

const faults: readonly (readonly [how: string, act: (peer: Peer, framing: Framing) => void, code: string])[] =
  [
    ['hangs up', (peer) => peer.hangUp(), 'transport.closed'],
    ['cuts the connection', (peer) => peer.cut(), 'transport.reset'],
    [
      'closes the stream',
      (peer, framing) => peer.say(framing === 'bytes' ? closingTag : closeFrame),
      'transport.closed',
    ],
    ['speaks garbage', (peer) => peer.say('\u0001<<<'), 'protocol.not-well-formed'],
    [
      'speaks for servers',
      (peer) => peer.say("<message xmlns='jabber:server'/>"),
      'protocol.invalid-namespace',
    ],
    [
      'begins anew',
      (peer, framing) =>
        peer.say(
          framing === 'bytes'
            ? "<stream:stream xmlns='jabber:client' version='1.0'>"
            : "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' version='1.0'/>",
        ),
      'protocol.',
    ],
    [
      'stops in the middle of a stanza and hangs up',
      (peer) => {
        peer.say('<message><body>hal')
        peer.hangUp()
      },
      '',
    ],
  ]

describe.each(framings)('a server over %s that,', (framing) => {
  leaveNothingBehind('still')

  it.each(faults)('while the client is online, %s', async (_how, act, code) => {
    const victim = await createVictim(framing)
    act(victim.peer, framing)
    await rest()
    const { state } = victim.client
    const actual = 'error' in state ? state.error.code : ''
    expect(actual).toMatch(/^(?:protocol|transport)\./)
    expect(actual.startsWith(code)).toBe(true)
    expect(await aftermath(victim)).toEqual(defeatedBy(actual))
    expect(victim.reached.messages).toEqual([])
  })

  it.each(streamErrorConditions)('while the client is online, says %s', async (condition) => {
    const victim = await createVictim(framing)
    victim.peer.say(
      `<stream:error xmlns:stream='http://etherx.jabber.org/streams'>${streamCondition(condition)}</stream:error>`,
    )
    expect(await aftermath(victim)).toEqual(defeatedBy(`stream.${condition}`))
  })

  it('while the client is online, falls silent is asked, and then left', async () => {
    const { client, peer, request } = await createVictim(framing, {
      timeouts: { quietMs: 1_000, probeMs: 1_000 },
    })
    await vi.advanceTimersByTimeAsync(1_000)
    await rest()
    expect(peer.elements.at(-1)).toMatchObject({ name: 'iq', children: [{ name: 'ping' }] })
    expect(client.state).toMatchObject({ status: 'online', liveness: 'probing' })
    await vi.advanceTimersByTimeAsync(1_000)
    await rest()
    expect(client.state).toMatchObject({ status: 'halted', error: { code: 'timeout.probe' } })
    expect(await request).toMatchObject({ code: 'transport.not-connected' })
    expect(peer.ended).toBe(true)
  })

  it('once the client has left, says what it likes is heard by nobody', async () => {
    const victim = await createVictim(framing)
    const { client, peer, reached, request } = victim
    peer.say("<message xmlns='jabber:server'/>")
    peer.say("<message xmlns='jabber:client'><body>too late</body></message>")
    await rest()
    expect(client.state).toMatchObject({ status: 'halted' })
    expect(reached.messages).toEqual([])
    expect(await request).toMatchObject({ code: 'transport.not-connected' })
  })

  it('says much that is senseless but allowed changes nothing', async () => {
    const victim = await createVictim(framing)
    const nonsense = [
      "<iq xmlns='jabber:client'/>",
      "<iq xmlns='jabber:client' type='result'/>",
      "<iq xmlns='jabber:client' type='error' id=''/>",
      "<message xmlns='jabber:client' type='error'/>",
      "<message xmlns='jabber:client' from='@' to='@'/>",
      "<presence xmlns='jabber:client' type='probe'/>",
      "<presence xmlns='jabber:client' type='error'/>",
      "<unknown xmlns='jabber:client'/>",
      "<message xmlns='urn:example:other'/>",
      "<message xmlns=''/>",
    ]
    for (const stanza of nonsense) for (let count = 0; count < 50; count += 1) victim.peer.say(stanza)
    expect(await aftermath(victim)).toEqual(unharmed)
  })
})

describe.each(framings)('a server over %s that reads nothing', (framing) => {
  leaveNothingBehind('passing')

  it('stops a client from saying more than is allowed to wait, and every delivery is settled', async () => {
    const server = await startHostileServer(framing)
    const victim = await attackOnline(server, framing)
    const { client, peer } = victim
    peer.pause()
    const body = 'x'.repeat(1_000_000)
    const deliveries = Array.from({ length: 40 }, () => client.send({ to: 'bob@example.test', body }))
    const refused = deliveries.filter(({ status }) => status.status === 'failed')
    expect(refused.length).toBeGreaterThan(0)
    expect(refused[0]?.status).toMatchObject({ reason: { code: 'transport.overflow' } })
    expect(client.state.status).toBe('online')

    await client.disconnect()
    expect(client.state.status).toBe('offline')
    expect(await victim.request).toMatchObject({ code: 'transport.not-connected' })
    const fates = await Promise.all(deliveries.map(({ settled }) => settled))
    expect(fates.every(({ status }) => status === 'written' || status === 'failed')).toBe(true)
    expect(fates.some(({ status }) => status === 'failed')).toBe(true)
    await server.close()
  })
})
