import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StreamErrorCondition } from '../../src/errors.js'
import { ns } from '../../src/index.js'
import { elementsOf } from '../spec/heard.js'
import { hostileCorpus, type HostileCase } from '../xml/hostile-corpus.js'
import { readAll } from '../xml/recorder.js'
import { attack, attackOnline, startHostileServer, type HostileServer } from './loopback.js'
import { leaveNothingBehind } from './remains.js'
import { aftermath, defeatedBy, type Victim } from './victim.js'

let overTcp: HostileServer
let overWebSocket: HostileServer
beforeAll(async () => {
  overTcp = await startHostileServer('bytes')
  overWebSocket = await startHostileServer('frames')
})
afterAll(async () => {
  await overTcp.close()
  await overWebSocket.close()
})
leaveNothingBehind('passing')

/** Cases that stand inside a stream begin with its header, which the client has had by then. */
const header = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
const isInside = ({ input }: HostileCase) => input[0] === header
const inside = hostileCorpus
  .filter(isInside)
  .map(({ input, ...rest }) => ({ ...rest, input: input.slice(1) }))
const whole = hostileCorpus.filter((hostile) => !isInside(hostile))

const toBytes = ({ input }: HostileCase) =>
  Buffer.concat(input.map((part) => (typeof part === 'string' ? Buffer.from(part) : Uint8Array.from(part))))

/** What came of it, and which stream error the server has heard, in XML that another parser takes. */
async function refusalOf(victim: Victim) {
  const { peer } = victim
  await peer.end()
  const error = peer.elements.at(-1)
  const isStreamError = error?.name === 'error' && error.namespace === ns.streams
  return {
    ...(await aftermath(victim)),
    heard: isStreamError ? elementsOf(error).map(({ name }) => name) : [],
    closings: peer.closings,
    breaches: peer.breaches(),
    delivered: victim.reached.messages,
  }
}

const refused = (condition: StreamErrorCondition | null) => ({
  ...defeatedBy(`protocol.${condition}`),
  heard: [condition],
  closings: 1,
  breaches: [],
  delivered: [],
})

/** Whether the client still takes what comes next, and stays where it is. */
async function takes({ client, peer, send }: Awaited<ReturnType<typeof attackOnline>>, more: string) {
  const arrived = new Promise((resolve) => client.message$.subscribe(({ body }) => resolve(body)))
  send(more)
  const body = await Promise.race([arrived, peer.end()])
  return { body, status: client.state.status, closings: peer.closings }
}

const alive = { body: 'still there', status: 'online', closings: 0 }

describe('A6, A7: a client that is online over TCP', () => {
  it.each(inside.filter(({ expected }) => expected !== null))('answers $what: $expected', async (hostile) => {
    const victim = await attackOnline(overTcp, 'bytes')
    victim.send(toBytes(hostile))
    expect(await refusalOf(victim)).toEqual(refused(hostile.expected))
  })
})

/** What is right, but ends the stream by what it says. */
const endings: Readonly<Record<string, string>> = {
  'the stream error': 'stream.not-authorized',
  'the end of the stream': 'transport.closed',
  'the end of the stream and white space': 'transport.closed',
}
/** What is right as far as it goes. */
const completions: Readonly<Record<string, string>> = {
  'sixty-four open elements': '</a>'.repeat(64),
}

describe('A6, A7: a client that is online over TCP stays so', () => {
  const valid = inside.filter(({ expected }) => expected === null)

  it.each(valid.filter(({ what }) => endings[what] === undefined))('with $what', async (hostile) => {
    const victim = await attackOnline(overTcp, 'bytes')
    victim.send(toBytes(hostile))
    expect(
      await takes(victim, `${completions[hostile.what] ?? ''}<message><body>still there</body></message>`),
    ).toEqual(alive)
  })

  it.each(valid.filter(({ what }) => endings[what] !== undefined))('until $what', async (hostile) => {
    const victim = await attackOnline(overTcp, 'bytes')
    victim.send(toBytes(hostile))
    await victim.peer.end()
    expect(victim.client.state).toMatchObject({ status: 'halted', error: { code: endings[hostile.what] } })
    expect(victim.peer.raw).not.toContain('<stream:error>')
    expect(victim.peer.closings).toBe(1)
  })
})

describe('A6, A7: a client whose server begins over TCP', () => {
  // A root that could be read is judged before what is wrong behind it: it is none of XMPP.
  const conditionOf = (hostile: HostileCase) => {
    const [first] = readAll([toBytes(hostile)])
    if (first?.kind !== 'opened') return hostile.expected
    return hostile.input.includes('<stream/>') ? 'invalid-namespace' : 'bad-format'
  }

  it.each(whole.map((hostile) => ({ ...hostile, condition: conditionOf(hostile) })))(
    'with $what answers $condition',
    async (hostile) => {
      const { client, outcome, peer, send } = await attack(overTcp)
      await peer.header()
      send(toBytes(hostile))
      await peer.end()
      const error = await outcome
      expect(error).toMatchObject({ code: `protocol.${hostile.condition}` })
      expect(client.state).toMatchObject({ status: 'halted', error })
      expect(peer.elements).toMatchObject([{ name: 'error', children: [{ name: hostile.condition }] }])
      expect(peer.raw).not.toMatch(/auth|alice/)
    },
  )
})

/**
 * A frame is a whole document (RFC 7395 §3.3.3): nothing stands beside its element, nothing is declared but by itself, and what
 * does not end is cut off.
 */
const noDocument = [
  'white space between stanzas',
  'white space wherever it may be',
  'sixty-four open elements',
  'the stream error',
  'the end of the stream',
  'the end of the stream and white space',
  'text between stanzas',
  'a reference between stanzas',
  'a CDATA section between stanzas',
  'an empty CDATA section between stanzas',
  'a no-break space between stanzas',
  'a stream in the stream',
  'a stream in a stanza',
  'a start tag of more than 64 KiB',
]
/** What the WebSocket refuses before anybody reads it. */
const tooLong = [
  'a text of more than 4 MiB',
  'a CDATA section of more than 4 MiB',
  'elements of more than 4 MiB',
]

describe('A6, A7: a client that is online over WebSocket', () => {
  const frames = inside.flatMap(({ what, input, expected }) =>
    input.every((part) => typeof part === 'string')
      ? [{ what, frame: input.join(''), expected: noDocument.includes(what) ? 'not-well-formed' : expected }]
      : [],
  )

  it.each(frames.filter(({ what, expected }) => expected !== null && !tooLong.includes(what)))(
    'answers a frame with $what: $expected',
    async ({ frame, expected }) => {
      const victim = await attackOnline(overWebSocket, 'frames')
      victim.send(frame)
      expect(await refusalOf(victim)).toEqual(refused(expected))
    },
  )

  it.each(frames.filter(({ expected }) => expected === null))('stays so with $what', async ({ frame }) => {
    const victim = await attackOnline(overWebSocket, 'frames')
    victim.send(frame)
    expect(await takes(victim, "<message xmlns='jabber:client'><body>still there</body></message>")).toEqual(
      alive,
    )
  })

  it.each(frames.filter(({ what }) => tooLong.includes(what)))('leaves at $what', async ({ frame }) => {
    const victim = await attackOnline(overWebSocket, 'frames')
    victim.send(frame)
    await victim.peer.end()
    const error: unknown = expect.objectContaining({ code: 'transport.overflow' })
    expect(victim.client.state).toMatchObject({ status: 'halted', error })
    expect(await victim.request).toMatchObject({ code: 'transport.not-connected', cause: error })
  })

  it.each([
    ['two stanzas', '<message xmlns="jabber:client"/><message xmlns="jabber:client"/>'],
    ['a stanza and white space that hides another', '<message xmlns="jabber:client"/> <presence/>'],
    ['half a stanza', '<message xmlns="jabber:client"><body>'],
    ['the other half', '</body></message>'],
    ['nothing', ''],
    ['the keep-alive of another transport', ' '],
  ])('takes no frame of %s', async (_what, frame) => {
    const victim = await attackOnline(overWebSocket, 'frames')
    victim.send(frame)
    expect(await refusalOf(victim)).toEqual(refused('not-well-formed'))
  })
})
