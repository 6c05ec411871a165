import type { StanzaErrorCondition, StanzaErrorType } from '../errors.js'

/** The error type that goes with each condition; the first where the specification names two. @see RFC 6120 §8.3.3 */
export const defaultErrorTypes: Readonly<Record<StanzaErrorCondition, StanzaErrorType>> = {
  'bad-request': 'modify',
  conflict: 'cancel',
  'feature-not-implemented': 'cancel',
  forbidden: 'auth',
  gone: 'cancel',
  'internal-server-error': 'cancel',
  'item-not-found': 'cancel',
  'jid-malformed': 'modify',
  'not-acceptable': 'modify',
  'not-allowed': 'cancel',
  'not-authorized': 'auth',
  'policy-violation': 'modify',
  'recipient-unavailable': 'wait',
  redirect: 'modify',
  'registration-required': 'auth',
  'remote-server-not-found': 'cancel',
  'remote-server-timeout': 'wait',
  'resource-constraint': 'wait',
  'service-unavailable': 'cancel',
  'subscription-required': 'auth',
  'undefined-condition': 'cancel',
  'unexpected-request': 'wait',
}

export function isStanzaErrorCondition(name: string): name is StanzaErrorCondition {
  return Object.hasOwn(defaultErrorTypes, name)
}

interface LegacyError {
  readonly condition: StanzaErrorCondition
  /** Where it is not that which goes with the condition. */
  readonly type?: StanzaErrorType
}

/** What the numeric codes before XMPP 1.0 mean; 402 has lost its condition since. @see XEP-0086 §3 */
export const legacyErrors: ReadonlyMap<string, LegacyError> = new Map<string, LegacyError>([
  ['302', { condition: 'redirect' }],
  ['400', { condition: 'bad-request' }],
  ['401', { condition: 'not-authorized' }],
  ['402', { condition: 'undefined-condition', type: 'auth' }],
  ['403', { condition: 'forbidden' }],
  ['404', { condition: 'item-not-found' }],
  ['405', { condition: 'not-allowed' }],
  ['406', { condition: 'not-acceptable' }],
  ['407', { condition: 'registration-required' }],
  ['408', { condition: 'remote-server-timeout' }],
  ['409', { condition: 'conflict' }],
  ['500', { condition: 'internal-server-error', type: 'wait' }],
  ['501', { condition: 'feature-not-implemented' }],
  ['502', { condition: 'service-unavailable', type: 'wait' }],
  ['503', { condition: 'service-unavailable' }],
  ['504', { condition: 'remote-server-timeout' }],
  ['510', { condition: 'service-unavailable' }],
])
