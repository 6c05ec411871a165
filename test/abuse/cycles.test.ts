import { expect, it } from 'vitest'
import { draw } from '../../machines/policy.js'
import { createClient } from '../../src/client.js'
import { XmppError } from '../../src/index.js'
import { login, scriptedEndpoint, type Exchange } from '../support/scripted-server.js'

/** `XMPP_MACHINES_CYCLES=10000` for the whole of it. */
const cycles = Number(process.env['XMPP_MACHINES_CYCLES'] ?? 1_000)
const mishaps = [
  'hang up',
  'cut',
  '</stream:stream>',
  '<a b=1>',
  "<message/><iq type='get'/>",
  '<stream:error/>',
]

/** A server that fails at random: after any step, in any way, or not at all; seeded, so that a failure can be met again. */
function unreliable(seed: number): { readonly script: readonly Exchange[]; readonly seed: number } {
  const where = draw(seed)
  const how = draw(where.seed)
  const step = Math.floor(where.chance * (login.length + 3))
  if (step >= login.length) return { script: login, seed: how.seed }
  const says = mishaps[Math.floor(how.chance * mishaps.length)] ?? 'cut'
  return { script: [...login.slice(0, step), { hears: /^/, says }], seed: how.seed }
}

it(
  `${cycles} cycles with a server that fails at random leave nothing behind`,
  { timeout: 120_000 },
  async () => {
    const scripts: (readonly Exchange[])[] = []
    for (let seed = 1; scripts.length < cycles;) {
      const next = unreliable(seed)
      scripts.push(next.script)
      seed = next.seed
    }
    const { open, servers } = scriptedEndpoint(scripts)
    const client = createClient({
      jid: 'alice@example.test',
      password: 'secret',
      endpoint: open,
      reconnect: 'never',
    })
    const outcomes = new Map<string, number>()
    for (let cycle = 0; cycle < cycles; cycle++) {
      const outcome = await client.connect().then(
        () => 'online',
        (error: unknown) => (error instanceof XmppError ? error.code : `untyped: ${String(error)}`),
      )
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      await client.disconnect()
      if (client.state.status !== 'offline') throw new Error(`cycle ${cycle} ended ${client.state.status}`)
    }
    await client.close()
    await new Promise((resolve) => setImmediate(resolve))
    expect(servers).toHaveLength(cycles)
    expect(servers.filter((server) => !server.ended)).toEqual([])
    const codes = [...outcomes.keys()]
    expect(codes.filter((code) => !/^(online|transport\.|stream\.|protocol\.)/.test(code))).toEqual([])
    expect(codes.length).toBeGreaterThan(4)
  },
)
