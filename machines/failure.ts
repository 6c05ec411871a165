import { DefectError, StanzaError, TimeoutError, XmppError } from '../src/errors.js'
import type { Timeouts } from './timeouts.js'

/** A typed error as it is; anything else is a defect, kept as the cause of one that says so. */
export function toXmppError(error: unknown): XmppError {
  return error instanceof XmppError ? error : new DefectError(error)
}

/** What a deed has failed with, as guards and actions get it. */
export const failed = ({ event }: { readonly event: { readonly error: unknown } }) => event
export const failure = { type: 'noteFailure', params: failed } as const

/** Whether it is what a server says to a request that it does not know. @see RFC 6120 §8.4 */
export const isUnknownRequest = (error: unknown): boolean =>
  error instanceof StanzaError &&
  (error.condition === 'service-unavailable' || error.condition === 'feature-not-implemented')

/** What each time-out waits for, in words. */
const awaited = {
  restore: 'what an earlier process has left in the store',
  discovery: 'an answer about where the domain is served',
  dial: 'the connection',
  header: 'the stream header',
  features: 'the stream features',
  proceed: 'the answer to STARTTLS',
  tls: 'the end of the TLS handshake',
  sasl: 'the answer to the authentication',
  registration: 'the answer about the account',
  removal: 'the answer to the request to remove the account',
  bind: 'the answer to the resource binding',
  enable: 'the answer to the request for stream management',
  ack: 'the acknowledgement of what was sent',
  roster: 'the contact list',
  visibility: 'the answer to the change of visibility',
  probe: 'any sign of life',
  doubt: 'the answer to a ping, after the machine slept or the network changed,',
  close: 'the end of the stream',
} as const
export type Wait = keyof typeof awaited

/** The error of a wait that has run out. */
export function timedOut(wait: Wait, timeouts: Timeouts, where?: string): TimeoutError {
  return new TimeoutError(
    wait,
    where === undefined ? awaited[wait] : `${awaited[wait]} (${where})`,
    timeouts[`${wait}Ms`],
  )
}
