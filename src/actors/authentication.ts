import { fromPromise } from 'xstate'
import type { InitiateInput, SaslAnswer } from '../../machines/authentication.js'
import type { MechanismCandidate } from '../../machines/mechanism-choice.js'
import { AuthenticationError } from '../errors.js'
import { channelBindingTypes } from '../sasl/channel-binding.js'
import type { Gs2Binding } from '../sasl/gs2.js'
import type { SaslStep } from '../sasl/mechanism.js'
import { createMechanism } from '../sasl/mechanisms.js'
import { parseSaslElement, toSaslElement, type SaslElement } from '../stanza/sasl.js'
import type { XmlStream } from '../router/xml-stream.js'
import { unexpected } from './connection.js'
import { meansOf, type SessionMeans } from './means.js'

/** A step that was taken, and what the server said to it. */
interface Exchange {
  readonly step: SaslStep
  readonly received: Uint8Array | null
}

/**
 * The exchange under way on each stream; here, so that no proof or nonce enters a snapshot, and by stream, so that what an
 * earlier attempt still computes never reaches a later one.
 */
const exchanges = new WeakMap<XmlStream, Exchange>()

/** The deeds of the authentication chart. */
export const authenticationActors = {
  initiate: fromPromise<SaslAnswer, InitiateInput>(
    async ({ input: { mechanism, offer }, signal, system }) => {
      if (mechanism === undefined) throw new AuthenticationError('no-mechanism', 'no mechanism was chosen')
      const means = meansOf(system)
      const { stream } = means.link
      const options = { ...means.credentials, offer, gs2: toGs2(stream, mechanism) }
      const step = await createMechanism(mechanism.name, options).start()
      const element = { kind: 'auth', mechanism: mechanism.name, data: step.response } as const
      return say(means, stream, step, element, signal)
    },
  ),

  answerChallenge: fromPromise<SaslAnswer>(async ({ signal, system }) => {
    const means = meansOf(system)
    const { stream } = means.link
    const { step, received } = exchangeOn(stream)
    const next = await step.next(received ?? new Uint8Array()).catch((error: unknown) => {
      if (!signal.aborted) stream.send(toSaslElement({ kind: 'abort' }))
      throw error
    })
    const element = { kind: 'response', data: next.response ?? new Uint8Array() } as const
    return say(means, stream, next, element, signal)
  }),

  verifyServer: fromPromise<void>(async ({ system }) => {
    const { stream } = meansOf(system).link
    const { step, received } = exchangeOn(stream)
    exchanges.delete(stream)
    await step.finish(received)
  }),
}

function exchangeOn(stream: XmlStream): Exchange {
  const exchange = exchanges.get(stream)
  if (exchange === undefined) throw new AuthenticationError('aborted', 'no exchange is under way')
  return exchange
}

/** Says `element` on the stream that the step was made for, and waits for the answer. */
async function say(
  { forgetKeys }: SessionMeans,
  stream: XmlStream,
  step: SaslStep,
  element: SaslElement,
  signal: AbortSignal,
): Promise<SaslAnswer> {
  signal.throwIfAborted()
  stream.send(toSaslElement(element))
  const answered = await stream.next(signal)
  const answer = parseSaslElement(answered)
  switch (answer.kind) {
    case 'challenge':
    case 'success':
      exchanges.set(stream, { step, received: answer.data })
      return { kind: answer.kind }
    case 'failure':
      exchanges.delete(stream)
      if (answer.condition === 'not-authorized') forgetKeys()
      return { kind: answer.kind, condition: answer.condition, text: answer.text }
    default:
      throw stream.abort(unexpected(answered, 'the answer to the authentication'))
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
