import type { Peer } from '../spec/peer.js'
import {
  bindFeature,
  features,
  framedFeatures,
  mechanisms,
  openFrame,
  responseHeader,
  saslSuccess,
} from '../spec/session.js'
import type { Framing } from './victim.js'

/** What the client waits for, from the connection to the address that it is given. */
export const phases = [
  'the stream header',
  'the stream features',
  'the answer to the authentication',
  'the header of the authenticated stream',
  'the features of the authenticated stream',
  'the answer to the binding',
] as const
export type Phase = (typeof phases)[number]

/** No stream has begun: only a header may come. */
export const isBeforeHeader = (phase: Phase) =>
  phase === 'the stream header' || phase === 'the header of the authenticated stream'

/** Plays the server, as it should be, until the client waits for this. */
export async function leadTo(phase: Phase, peer: Peer, framing: Framing): Promise<void> {
  const header = framing === 'bytes' ? responseHeader() : openFrame()
  const offer = framing === 'bytes' ? features : framedFeatures
  const steps: readonly (() => Promise<unknown>)[] = [
    () => peer.header(),
    async () => peer.say(header),
    () => {
      peer.say(offer(mechanisms('PLAIN')))
      return peer.next('auth')
    },
    () => {
      peer.say(saslSuccess)
      return peer.header()
    },
    async () => peer.say(header),
    () => {
      peer.say(offer(bindFeature))
      return peer.next('iq')
    },
  ]
  for (const step of steps.slice(0, phases.indexOf(phase) + 1)) await step()
}
