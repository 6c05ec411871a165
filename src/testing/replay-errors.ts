import {
  AuthenticationError,
  DefectError,
  ownAuthenticationReasons,
  ProtocolError,
  saslFailureConditions,
  StanzaError,
  stanzaErrorConditions,
  StreamError,
  streamErrorConditions,
  TimeoutError,
  TransportError,
  transportErrorReasons,
  type XmppError,
} from '../errors.js'
import type { Facts } from '../inspector/index.js'

/** An error again, as far as a chart can tell it from the one that was recorded; `undefined` for facts of something else. */
export function fromErrorFacts({ code, name, otherHost, timeoutMs, type }: Facts): XmppError | undefined {
  if (typeof code !== 'string' || typeof name !== 'string') return undefined
  const is = (known: string) => code.endsWith(`.${known}`)
  switch (name) {
    case 'AuthenticationError': {
      const condition = [...saslFailureConditions, ...ownAuthenticationReasons].find(is)
      return condition && new AuthenticationError(condition, code)
    }
    case 'ProtocolError': {
      const condition = streamErrorConditions.find(is)
      return condition && new ProtocolError(condition, code)
    }
    case 'StanzaError': {
      const condition = stanzaErrorConditions.find(is)
      return (
        condition && new StanzaError(condition, stanzaErrorTypes.find((each) => each === type) ?? 'cancel')
      )
    }
    case 'StreamError': {
      const condition = streamErrorConditions.find(is)
      return (
        condition &&
        new StreamError(condition, { otherHost: typeof otherHost === 'string' ? otherHost : undefined })
      )
    }
    case 'TimeoutError':
      return new TimeoutError(code.replace(/^timeout\./, ''), code, Number(timeoutMs))
    case 'TransportError': {
      const reason = transportErrorReasons.find(is)
      return reason && new TransportError(reason, code)
    }
    default:
      return new DefectError(code)
  }
}

const stanzaErrorTypes = ['auth', 'cancel', 'continue', 'modify', 'wait'] as const
