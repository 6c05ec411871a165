// Run when the page is built: what stays are the words.
import { judge } from '../../../../../machines/policy.js'
import {
  AuthenticationError,
  DefectError,
  ownAuthenticationReasons,
  ProtocolError,
  saslFailureConditions,
  StanzaError,
  StoreError,
  StreamError,
  streamErrorConditions,
  TimeoutError,
  TransportError,
  transportErrorReasons,
  type XmppError,
} from '../../../../errors.js'

const errors: readonly (readonly [key: string, error: XmppError])[] = [
  ...[...saslFailureConditions, ...ownAuthenticationReasons].map((reason) =>
    keyed(new AuthenticationError(reason, '')),
  ),
  ...streamErrorConditions.map((condition) => keyed(new ProtocolError(condition, ''))),
  ...streamErrorConditions.map((condition) => keyed(new StreamError(condition))),
  ...transportErrorReasons.map((reason) => keyed(new TransportError(reason, ''))),
  ...(['failed', 'garbage', 'taken', 'version'] as const).map((reason) => keyed(new StoreError(reason, ''))),
  ...(['auth', 'cancel', 'continue', 'modify', 'wait'] as const).map(
    (type) => [`stanza ${type}`, new StanzaError('undefined-condition', type)] as const,
  ),
  ['timeout', new TimeoutError('', '', 0)],
  keyed(new TimeoutError('bind', '', 0)),
  keyed(new DefectError('')),
]

/** Every reason and every advice. */
export const failureSentences: readonly string[] = [
  ...new Set(errors.flatMap(([, error]) => [judge(error).because, error.advice])),
]

/** By the code of an error (of a stanza error: by its type; of most time-outs: `timeout`): where its reason and its advice stand. */
export const failureTable: Readonly<Record<string, readonly [because: number, advice: number]>> =
  Object.fromEntries(
    errors.map(([key, error]) => [
      key,
      [failureSentences.indexOf(judge(error).because), failureSentences.indexOf(error.advice)],
    ]),
  )

function keyed(error: XmppError): readonly [string, XmppError] {
  return [error.code, error]
}
