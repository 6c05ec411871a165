import { describe, expect, test } from 'vitest'
import { createClient } from '../../src/client.js'
import type { ClientOptions } from '../../src/client-options.js'
import { loginScenes } from '../../src/testing/challenge-login.js'
import { NotReached } from '../../src/testing/challenge-phases.js'
import {
  openTheatre,
  Stage,
  type Invitation,
  type TheatreOptions,
} from '../../src/testing/challenge-stage.js'
import type { Judgement } from '../../src/testing/finding.js'
import { createDialer } from '../../src/transport/dial-node.js'

/** Has a client come, and gives what ends it. */
type Invite = (place: Invitation) => () => Promise<void>

/** Plays one scene of a login. */
async function play(id: string, invite: Invite, options: TheatreOptions = {}): Promise<Judgement> {
  const scene = loginScenes.find(({ subjects }) => subjects.some((subject) => subject.id === id))
  if (scene === undefined) throw new RangeError(id)
  const theatre = await openTheatre({ arrivalMs: 30_000, patienceMs: 300, ...options })
  const stage = await Stage.open(theatre, scene.shown ?? 'own')
  const leave = invite(stage.place)
  let judged: Judgement = { verdict: 'unseen', detail: 'it came to nothing' }
  try {
    await scene.run(stage, (_id, judgement) => (judged = judgement))
  } catch (error) {
    if (!(error instanceof NotReached)) throw error
    judged = { verdict: 'unseen', detail: error.message }
  } finally {
    await leave()
    await stage.close()
  }
  return judged
}

/** Our own client, which hears what the server says as it is changed. */
function ours(options: Partial<ClientOptions> = {}, change = (text: string) => text): Invite {
  return ({ ca, endpoint, jid, password }) => {
    const dialer = createDialer({ ca })
    const dial = async () => {
      const transport = await dialer.dial(endpoint, 'localhost', AbortSignal.timeout(30_000))
      const start = transport.start.bind(transport)
      transport.start = (sink) => {
        start({
          data: (chunk) =>
            sink.data(change(typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk))),
          closed: (error) => sink.closed(error),
        })
      }
      return transport
    }
    const client = createClient({
      jid,
      password,
      endpoint: dial,
      tls: { ca },
      reconnect: 'never',
      ...options,
    })
    client.connect().catch(() => undefined)
    return () => client.close()
  }
}

const nobody: Invite = () => async () => {}

describe('a client is praised only for what it was asked:', () => {
  const scram = ['nonce', 'iterations', 'mandatory', 'no-signature', 'wrong-signature', 'early-success']

  test.each(scram)('one that chooses no SCRAM shows nothing of scram.%s', async (name) => {
    expect(await play(`scram.${name}`, ours({ mechanisms: ['PLAIN'] }))).toMatchObject({
      verdict: 'unseen',
      detail: 'it closes the stream instead of <auth/>',
    })
    const takesPlain = (text: string) => text.replace('>SCRAM-SHA-256<', '>PLAIN<')
    expect(await play(`scram.${name}`, ours({ mechanisms: ['PLAIN'] }, takesPlain))).toEqual({
      verdict: 'unseen',
      detail: 'it chooses PLAIN',
    })
    expect(await play(`scram.${name}`, ours())).toMatchObject({ verdict: 'right' })
  })

  test('one that hears no refusal of its resource still waits', async () => {
    const deaf = (text: string) => (/<iq[^>]*type=['"]error/.test(text) ? '' : text)
    const waits = ours({ timeouts: { bindMs: 60_000 } }, deaf)
    expect(await play('bind.conflict', waits, { arrivalMs: 8_000 })).toEqual({
      verdict: 'absent',
      detail: 'it still waits',
    })
    expect(await play('bind.conflict', ours())).toMatchObject({ verdict: 'right' })
  })

  test.each(['tls', 'websocket', 'starttls'] as const)(
    'one that never comes over %s has refused no certificate, and ours has',
    async (way) => {
      for (const shown of ['otherName', 'otherAuthority']) {
        expect(await play(`certificate.${shown}`, nobody, { way, arrivalMs: 100 })).toEqual({
          verdict: 'unseen',
          detail: 'it does not come',
        })
        expect(await play(`certificate.${shown}`, ours(), { way, arrivalMs: 3_000 })).toMatchObject({
          verdict: 'right',
        })
      }
    },
  )

  test('one that asks for no STARTTLS was shown no certificate', async () => {
    const mute = (text: string) => (text.includes('<starttls') ? '' : text)
    const leaves = ours({ timeouts: { headerMs: 300, featuresMs: 300 } }, mute)
    expect(await play('certificate.otherName', leaves)).toMatchObject({ verdict: 'unseen' })
  })
})
