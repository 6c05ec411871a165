import { expect, it, onTestFinished } from 'vitest'
import { draw } from '../../machines/policy.js'
import { createClient } from '../../src/client.js'
import type { TransportOpener } from '../../src/client-options.js'
import { ns, xml, XmppError } from '../../src/index.js'
import { listenTcp } from '../../src/transport/listen.js'
import { login, scriptedEndpoint, ScriptedServer, type Exchange } from '../support/scripted-server.js'
import { leaveNothingBehind } from './remains.js'

leaveNothingBehind('passing')

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

function scriptsFor(count: number): readonly (readonly Exchange[])[] {
  const scripts: (readonly Exchange[])[] = []
  for (let seed = 1; scripts.length < count;) {
    const next = unreliable(seed)
    scripts.push(next.script)
    seed = next.seed
  }
  return scripts
}

interface Unreliable {
  readonly endpoint: string | TransportOpener
  readonly servers: readonly ScriptedServer[]
}

const places = {
  memory: async (scripts: readonly (readonly Exchange[])[]): Promise<Unreliable> => {
    const { open, servers } = scriptedEndpoint(scripts)
    return { endpoint: open, servers }
  },
  TCP: async (scripts: readonly (readonly Exchange[])[]): Promise<Unreliable> => {
    const servers: ScriptedServer[] = []
    const listener = await listenTcp({
      onTransport: (transport) =>
        void servers.push(new ScriptedServer(transport, scripts[servers.length] ?? login)),
    })
    onTestFinished(() => listener.close())
    return { endpoint: `xmpp://127.0.0.1:${listener.port}`, servers }
  },
} as const

it.each([
  { count: cycles, where: 'memory' },
  { count: Math.ceil(cycles / 5), where: 'TCP' },
] as const)(
  '$count cycles over $where with a server that fails at random leave nothing behind',
  { timeout: 300_000 },
  async ({ count, where }) => {
    const { endpoint, servers } = await places[where](scriptsFor(count))
    const client = createClient({
      jid: 'alice@example.test',
      password: 'secret',
      endpoint,
      dangerouslyAllowPlaintext: true,
      reconnect: 'never',
    })
    const outcomes = new Map<string, number>()
    let unanswered = 0
    for (let cycle = 0; cycle < count; cycle++) {
      const outcome = await client.connect().then(
        () => 'online',
        (error: unknown) => (error instanceof XmppError ? error.code : `untyped: ${String(error)}`),
      )
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      client.request({ type: 'get', payload: xml('ping', ns.ping) }).catch(() => (unanswered += 1))
      await client.disconnect()
      if (client.state.status !== 'offline') throw new Error(`cycle ${cycle} ended ${client.state.status}`)
    }
    await client.close()
    await new Promise((resolve) => setImmediate(resolve))
    expect(unanswered).toBe(count)
    expect(servers).toHaveLength(count)
    const codes = [...outcomes.keys()]
    expect(codes.filter((code) => !/^(online|transport\.|stream\.|protocol\.)/.test(code))).toEqual([])
    expect(codes.length).toBeGreaterThan(4)
    while (servers.some((server) => !server.ended)) await new Promise((resolve) => setImmediate(resolve))
  },
)
