import { fromPromise } from 'xstate'
import type { InitiateInput, SaslAnswer } from '../../machines/authentication.js'
import type { MechanismCandidate } from '../../machines/mechanism-choice.js'
import { AuthenticationError } from '../errors.js'
import { channelBindingTypes } from '../sasl/channel-binding.js'
import type { Gs2Binding } from '../sasl/gs2.js'
import type { SaslStep } from '../sasl/mechanism.js'
import { createMechanism, type MechanismOptions } from '../sasl/mechanisms.js'
import { parseSaslElement, toSaslElement } from '../stanza/sasl.js'
import type { Link } from './link.js'
import { unexpected } from './connection.js'

export interface AuthenticationDeeds {
  readonly link: Link
  /** Whatever the mechanisms need of the account; the only place where secrets are. */
  readonly credentials: Omit<MechanismOptions, 'gs2' | 'offer'>
  /** Keys kept from earlier logins belong to a password that is no longer accepted. */
  readonly forgetKeys: () => void
}

/** The deeds of the authentication chart. The exchange lives here, so that no proof or nonce enters a snapshot. */
export function authenticationActors({ link, credentials, forgetKeys }: AuthenticationDeeds) {
  let step: SaslStep | undefined
  let received: Uint8Array | null = null

  const currentStep = (): SaslStep => {
    if (step === undefined) throw new AuthenticationError('aborted', 'no exchange is under way')
    return step
  }

  const awaitAnswer = async (signal: AbortSignal): Promise<SaslAnswer> => {
    const { stream } = link
    const element = await stream.next(signal)
    const answer = parseSaslElement(element)
    switch (answer.kind) {
      case 'challenge':
        received = answer.data
        return { kind: 'challenge' }
      case 'success':
        received = answer.data
        return { kind: 'success' }
      case 'failure':
        if (answer.condition === 'not-authorized') forgetKeys()
        return { kind: 'failure', condition: answer.condition, text: answer.text }
      default:
        throw stream.abort(unexpected(element, 'the answer to the authentication'))
    }
  }

  return {
    initiate: fromPromise<SaslAnswer, InitiateInput>(async ({ input, signal }) => {
      const { mechanism, offer } = input
      if (mechanism === undefined) throw new AuthenticationError('no-mechanism', 'no mechanism was chosen')
      step = undefined
      step = await createMechanism(mechanism.name, {
        ...credentials,
        offer,
        gs2: toGs2(link, mechanism),
      }).start()
      link.stream.send(toSaslElement({ kind: 'auth', mechanism: mechanism.name, data: step.response }))
      return awaitAnswer(signal)
    }),

    answerChallenge: fromPromise<SaslAnswer>(async ({ signal }) => {
      step = await currentStep().next(received ?? new Uint8Array())
      link.stream.send(toSaslElement({ kind: 'response', data: step.response ?? new Uint8Array() }))
      return awaitAnswer(signal)
    }),

    verifyServer: fromPromise<void>(async () => {
      const last = currentStep()
      step = undefined
      await last.finish(received)
    }),
  }
}

function toGs2(link: Link, { gs2, binding }: MechanismCandidate): Gs2Binding {
  if (gs2 !== 'p') return { flag: gs2 }
  const type = channelBindingTypes.find((known) => known === binding)
  const data = type === undefined ? undefined : link.stream.transport.channelBinding(type)
  if (type === undefined || data === undefined) {
    throw new AuthenticationError('aborted', `this channel has no ${binding} any more`)
  }
  return { flag: 'p', binding: { type, data } }
}
