import { fromPromise } from 'xstate'
import type { InitiateInput, SaslAnswer } from '../../machines/authentication.js'
import type { MechanismCandidate } from '../../machines/mechanism-choice.js'
import { AuthenticationError } from '../errors.js'
import { channelBindingTypes } from '../sasl/channel-binding.js'
import type { Gs2Binding } from '../sasl/gs2.js'
import type { SaslStep } from '../sasl/mechanism.js'
import { createMechanism, type MechanismOptions } from '../sasl/mechanisms.js'
import { parseSaslElement, toSaslElement, type SaslElement } from '../stanza/sasl.js'
import type { XmlStream } from '../router/xml-stream.js'
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
  /** The exchange of one stream: what an earlier attempt still computes must never reach a later one. */
  let exchange:
    { readonly stream: XmlStream; readonly step: SaslStep; readonly received: Uint8Array | null } | undefined

  const current = () => {
    if (exchange === undefined || exchange.stream !== link.stream) {
      throw new AuthenticationError('aborted', 'no exchange is under way')
    }
    return exchange
  }

  /** Says `element` on the stream that the step was made for, and waits for the answer. */
  const say = async (stream: XmlStream, step: SaslStep, element: SaslElement, signal: AbortSignal) => {
    signal.throwIfAborted()
    stream.send(toSaslElement(element))
    const answered = await stream.next(signal)
    const answer = parseSaslElement(answered)
    switch (answer.kind) {
      case 'challenge':
      case 'success':
        exchange = { stream, step, received: answer.data }
        return { kind: answer.kind }
      case 'failure':
        exchange = undefined
        if (answer.condition === 'not-authorized') forgetKeys()
        return { kind: answer.kind, condition: answer.condition, text: answer.text }
      default:
        throw stream.abort(unexpected(answered, 'the answer to the authentication'))
    }
  }

  return {
    initiate: fromPromise<SaslAnswer, InitiateInput>(async ({ input: { mechanism, offer }, signal }) => {
      if (mechanism === undefined) throw new AuthenticationError('no-mechanism', 'no mechanism was chosen')
      const { stream } = link
      const options = { ...credentials, offer, gs2: toGs2(stream, mechanism) }
      const step = await createMechanism(mechanism.name, options).start()
      return say(stream, step, { kind: 'auth', mechanism: mechanism.name, data: step.response }, signal)
    }),

    answerChallenge: fromPromise<SaslAnswer>(async ({ signal }) => {
      const { stream, step, received } = current()
      const next = await step.next(received ?? new Uint8Array()).catch((error: unknown) => {
        if (!signal.aborted) stream.send(toSaslElement({ kind: 'abort' }))
        throw error
      })
      return say(stream, next, { kind: 'response', data: next.response ?? new Uint8Array() }, signal)
    }),

    verifyServer: fromPromise<void>(async () => {
      const { step, received } = current()
      exchange = undefined
      await step.finish(received)
    }),
  }
}

function toGs2({ transport }: XmlStream, { gs2, binding }: MechanismCandidate): Gs2Binding {
  if (gs2 !== 'p') return { flag: gs2 }
  const type = channelBindingTypes.find((known) => known === binding)
  const data = type === undefined ? undefined : transport.channelBinding(type)
  if (type === undefined || data === undefined) {
    throw new AuthenticationError('aborted', `this channel has no ${binding} any more`)
  }
  return { flag: 'p', binding: { type, data } }
}
