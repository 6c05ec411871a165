import type { SaslFailureCondition, StreamErrorCondition } from '../src/errors.js'
import type { AccountVerdict, SaslVerdict } from './served-facts.js'

/** Why a stream ends. */
export function fault(condition: StreamErrorCondition, text: string) {
  return { type: 'noteFault', params: { condition, text } } as const
}

/** Why somebody is not authenticated. */
export function refusal(condition: SaslFailureCondition) {
  return { type: 'sendSaslFailure', params: { condition } } as const
}

/** Stream management before there is a session (XEP-0198 §3). */
export const premature = {
  actions: { type: 'sendManagementRefusal', params: { condition: 'unexpected-request' } },
} as const

/** What is no element of XMPP, or not here. */
export const misplaced = {
  target: 'closing',
  actions: fault('unsupported-stanza-type', 'this element has no place here'),
} as const

/** Stream management once more. */
export const repeated = {
  target: '#servedSession.closing',
  actions: fault('policy-violation', 'stream management is enabled already'),
} as const

/** Why nothing times out once there is a session. */
export const silence = 'a client may be silent as long as it likes'

/** A stanza before there is a session (RFC 6120 §4.9.3.12). */
export const unauthorized = {
  target: '#servedSession.closing',
  actions: fault('not-authorized', 'no stanza before authentication and resource binding'),
} as const

/** Why a mechanism refuses. */
export function conditionOf(verdict: SaslVerdict): SaslFailureCondition {
  return verdict.kind === 'refused' ? verdict.condition : 'not-authorized'
}

const verdictOf = ({ event }: { readonly event: { readonly output: AccountVerdict } }) => ({
  verdict: event.output,
})

/** What follows from how a request about an account was served. */
export const isIdentified = { type: 'isIdentified', params: verdictOf } as const
export const isAnswered = { type: 'isAnswered', params: verdictOf } as const
export const identified = { type: 'keepIdentity', params: verdictOf } as const
