import { describe, expect, it, vi } from 'vitest'
import { streamErrorConditions } from '../../src/errors.js'
import { XmppError } from '../../src/index.js'
import type { Peer } from '../spec/peer.js'
import { closeFrame, openFrame, rest, start, streamCondition } from '../spec/session.js'
import { isBeforeHeader, leadTo, phases, type Phase } from './phases.js'
import { leaveNothingBehind } from './remains.js'

leaveNothingBehind('still')

/** The longest that one attempt may take with default time-outs. */
const patienceMs = 10 * 60_000

const faults: readonly (readonly [how: string, act: (peer: Peer) => void, code: RegExp])[] = [
  ['by silence', () => undefined, /^timeout\./],
  ['by hanging up', (peer) => peer.hangUp(), /^transport\.closed$/],
  ['by cutting the connection', (peer) => peer.cut(), /^transport\.(closed|reset)$/],
  ['by closing the stream', (peer) => peer.say(closeFrame), /^transport\.closed$/],
  ['by garbage', (peer) => peer.say('<<<'), /^protocol\.not-well-formed$/],
  ['by an empty frame', (peer) => peer.say(''), /^protocol\.not-well-formed$/],
  [
    'by half a frame',
    (peer) => peer.say("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing'>"),
    /^protocol\./,
  ],
  [
    'by what is no word of framing',
    (peer) => peer.say("<x xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>"),
    /^protocol\.bad-format$/,
  ],
]

async function attempt(phase: Phase, act: (peer: Peer) => void) {
  const { client, peer, outcome } = start({}, { framing: 'frames', secure: true })
  const server = await peer()
  await leadTo(phase, server, 'frames')
  act(server)
  await rest()
  await vi.advanceTimersByTimeAsync(patienceMs)
  const error = await outcome
  expect(error).toBeInstanceOf(XmppError)
  expect(client.state).toMatchObject({ status: 'halted', error })
  expect(server.ended).toBe(true)
  return { error, server }
}

describe.each(phases)('a server over WebSocket that goes wrong where the client waits for %s', (phase) => {
  it.each(faults)('%s ends the attempt in a typed error', async (_how, act, code) => {
    const { error } = await attempt(phase, act)
    expect(error).toMatchObject({ code: expect.stringMatching(code), advice: expect.stringMatching(/\w/) })
  })

  it.each(streamErrorConditions)('by the stream error %s ends the attempt in that', async (condition) => {
    const { error, server } = await attempt(phase, (peer) => {
      if (isBeforeHeader(phase)) peer.say(openFrame())
      peer.say(
        `<stream:error xmlns:stream='http://etherx.jabber.org/streams'>${streamCondition(condition)}</stream:error>`,
      )
    })
    expect(error).toMatchObject({ code: `stream.${condition}` })
    expect(server.closings).toBe(1)
  })
})
