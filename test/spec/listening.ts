import type { Listener } from '../../src/transport/listen.js'
import type { Transport } from '../../src/transport/transport.js'
import { Peer } from './peer.js'

/** A listening port, and the peers that it becomes as it is dialled. */
export interface Listening {
  readonly port: number
  readonly peers: readonly Peer[]
  /** The peer of the next dial that nobody asked for yet. */
  next(): Promise<Peer>
  close(): Promise<void>
}

/** Listens on a port of its own. */
export async function listenForPeers(
  listen: (onTransport: (transport: Transport) => void) => Promise<Listener>,
): Promise<Listening> {
  const peers: Peer[] = []
  const waiting: ((peer: Peer) => void)[] = []
  let taken = 0
  const listener = await listen((transport) => {
    const peer = new Peer(transport)
    peers.push(peer)
    waiting.shift()?.(peer)
  })
  return {
    port: listener.port,
    peers,
    next: () => {
      const peer = peers[taken]
      taken += 1
      return peer === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(peer)
    },
    close: async () => {
      for (const peer of peers) peer.cut()
      await listener.close()
    },
  }
}
