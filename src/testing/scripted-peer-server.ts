import { createTransportPair } from '../transport/memory.js'
import type { Transport } from '../transport/transport.js'
import { ScriptedPeer, type Cut, type Reaction } from './scripted-peer.js'
import { logIn, type LoginWords } from './scripted-peer-login.js'

/** What a scripted server says, and where it ends. */
export interface ScriptedServerOptions extends LoginWords {
  /** Default `bytes`; `frames` is how WebSocket carries a stream. */
  readonly framing?: Transport['framing'] | undefined
  /** Encrypted from the start, as far as both ends can tell. Default true. */
  readonly secure?: boolean | undefined
  /** Asked before the login is gone on with. */
  readonly reactions?: readonly Reaction[] | undefined
  /** Ends every connection in the middle of what is said. Default: nowhere. */
  readonly cut?: Cut | undefined
  /** Says and does nothing that the test does not say and do. Default false. */
  readonly isSilent?: boolean | undefined
}

/** A server in memory that a test plays. */
export interface ScriptedServer {
  /** For the option `endpoint` of a client. */
  readonly open: () => Transport
  /** One for each time that a client dialled. */
  readonly peers: readonly ScriptedPeer[]
  /** The latest; throws TypeError while nobody has dialled. */
  readonly peer: ScriptedPeer
}

/**
 * Makes one; by itself it lets everybody in, whatever the password.
 * @example
 * const server = createScriptedServer()
 * const client = createClient({ jid: 'alice@example.test', password: 'secret', endpoint: server.open })
 * await client.connect()
 * server.peer.fail('system-shutdown')
 * await client.close()
 */
export function createScriptedServer(options: ScriptedServerOptions = {}): ScriptedServer {
  const { framing = 'bytes', secure = true, reactions = [], isSilent = false, cut } = options
  const peers: ScriptedPeer[] = []
  return {
    peers,
    get peer() {
      const latest = peers.at(-1)
      if (latest === undefined) throw new TypeError('nobody has dialled yet')
      return latest
    },
    open: () => {
      const { client, server } = createTransportPair({ framing, secure })
      const peer = new ScriptedPeer(server, [...reactions, logIn(options)], cut)
      if (isSilent) peer.silence()
      peers.push(peer)
      return client
    },
  }
}
