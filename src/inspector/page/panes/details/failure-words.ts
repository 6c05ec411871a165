import { judge } from '../../../../../machines/policy.js'
import {
  AuthenticationError,
  DefectError,
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
} from '../../../../errors.js'
import type { Fact, Facts } from '../../../recording/record.js'
import { factAt, isFacts, wordAt } from '../facts.js'
import { toLegibleLine } from '../legible.js'

/** Why something failed, for people. */
export interface FailureWords {
  /** E.g. `transport.refused`. */
  readonly code: string
  /** What it means for the session. */
  readonly because: string
  /** What to do about it; `undefined` for an error that is not of this engine. */
  readonly advice: string | undefined
}

/** Says in words what the facts of an error mean. */
export function toFailureWords(facts: Facts): FailureWords {
  const code = wordAt(facts, 'code') ?? wordAt(facts, 'name') ?? 'unknown'
  const error = toError(code, facts)
  return {
    code: toLegibleLine(code, 120),
    because: error === undefined ? 'the recording does not tell more' : judge(error).because,
    advice: error?.advice,
  }
}

/** The first facts of an error that an event, an output or a context tells of. */
export function findError(fact: Fact | undefined, depth = 0): Facts | undefined {
  if (!isFacts(fact) || depth > 4) return undefined
  if (wordAt(fact, 'code') !== undefined && wordAt(fact, 'name') !== undefined) return fact
  for (const inner of Object.values(fact)) {
    const found = findError(inner, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}

function toError(code: string, facts: Facts): XmppError | undefined {
  const { 1: kind, 2: rest = '' } = /^([a-z]+)\.(.+)$/.exec(code) ?? []
  const of = <Word extends string>(known: readonly Word[]): Word | undefined => known.find((word) => word === rest)
  switch (kind) {
    case 'authentication': {
      const condition = of([...saslFailureConditions, 'no-mechanism', 'server-not-verified', 'credentials-missing'])
      return condition && new AuthenticationError(condition, code)
    }
    case 'protocol': {
      const condition = of(streamErrorConditions)
      return condition && new ProtocolError(condition, code)
    }
    case 'stanza': {
      const condition = of(stanzaErrorConditions)
      const type = stanzaErrorTypes.find((known) => known === factAt(facts, 'type'))
      return condition && new StanzaError(condition, type ?? 'cancel')
    }
    case 'stream': {
      const condition = of(streamErrorConditions)
      return condition && new StreamError(condition)
    }
    case 'timeout':
      return new TimeoutError(rest, code, Number(factAt(facts, 'timeoutMs')))
    case 'transport': {
      const reason = of(transportErrorReasons)
      return reason && new TransportError(reason, code)
    }
    case 'defect':
      return new DefectError(code)
    default:
      return undefined
  }
}

const stanzaErrorTypes = ['auth', 'cancel', 'continue', 'modify', 'wait'] as const
