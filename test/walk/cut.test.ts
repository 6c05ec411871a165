import { describe, expect, it } from 'vitest'
import { createClient, XmppError } from '../../src/index.js'
import { createScriptedServer, type ScriptedServerOptions } from '../../src/testing/scripted-peer-server.js'
import type { ScriptedPeer } from '../../src/testing/scripted-peer.js'
import { VirtualClock } from '../../src/testing/virtual-clock.js'

/** Logs in, lets time pass, and closes; gives the error, and what the server said. */
async function logIn(options: ScriptedServerOptions, forMs = 400_000) {
  using clock = new VirtualClock()
  const server = createScriptedServer(options)
  const client = createClient({
    jid: 'alice@example.test',
    password: 'secret',
    endpoint: server.open,
    reconnect: 'never',
  })
  const outcome = client.connect().then(
    () => undefined,
    (error: unknown) => error,
  )
  await clock.drain(forMs)
  const error = await outcome
  const { state } = client
  const said = server.peer.transcript
    .filter((line) => line.startsWith('server: '))
    .join('')
    .replaceAll('server: ', '')
  const closed = client.close()
  await clock.drain()
  await closed
  return { error, state, said, timers: clock.timerCount, ended: server.peer.ended }
}

const ends: readonly (readonly [string, (peer: ScriptedPeer) => void])[] = [
  ['cuts the connection', (peer) => peer.reset()],
  ['hangs up', (peer) => peer.hangUp()],
  ['falls silent', () => undefined],
]

describe.each(['bytes', 'frames'] as const)('a server over %s that', (framing) => {
  it.each(ends)(
    '%s after any character of a login leaves nothing but a typed error',
    { timeout: 120_000 },
    async (_how, end) => {
      const { said, error: none } = await logIn({ framing }, 0)
      expect(none).toBeUndefined()
      let onlineFrom = Number.POSITIVE_INFINITY
      for (let afterUnits = 0; afterUnits <= said.length; afterUnits += 1) {
        const { error, state, timers, ended } = await logIn({ framing, cut: { afterUnits, end } })
        const where = `after ${said.slice(0, afterUnits).slice(-40)}`
        if (error === undefined) onlineFrom = Math.min(onlineFrom, afterUnits)
        else expect(error, where).toBeInstanceOf(XmppError)
        expect({ status: state.status, timers, ended }, where).toEqual({
          status: 'halted',
          timers: 0,
          ended: true,
        })
      }
      // The last that is said is the roster, which nobody waits for to be online.
      expect(onlineFrom).toBe(said.lastIndexOf('<iq'))
    },
  )
})
