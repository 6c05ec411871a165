import { fromPromise } from 'xstate'
import type { InitiateInput, SaslAnswer } from '../../machines/authentication.js'
import { AuthenticationError } from '../errors.js'
import type { SaslStep } from '../sasl/mechanism.js'
import { parseServerSasl, toClientSasl } from '../stanza/sasl.js'
import type { XmlStream } from '../router/xml-stream.js'
import { unexpected } from './connection.js'
import { legacyAuthenticationActors } from './legacy-authentication.js'
import { forgetLogin, rememberLogin, startMechanism, takeAhead, toAuthElement } from './login-ahead.js'
import { meansOf, type SessionMeans } from './means.js'

/** A step that was taken, and what the server said to it. */
interface Exchange {
  readonly input: InitiateInput
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
  ...legacyAuthenticationActors,

  initiate: fromPromise<SaslAnswer, InitiateInput>(async ({ input, signal, system }) => {
    const means = meansOf(system)
    const { stream } = means.link
    const ahead = takeAhead(stream)
    if (ahead !== undefined && isSame(ahead.input, input)) return hear(means, stream, ahead, signal)
    if (ahead !== undefined) await discard(stream, signal)
    const step = await startMechanism(means, stream, input)
    signal.throwIfAborted()
    stream.send(toAuthElement(input, step))
    return hear(means, stream, { input, step }, signal)
  }),

  answerChallenge: fromPromise<SaslAnswer>(async ({ signal, system }) => {
    const means = meansOf(system)
    const { stream } = means.link
    const { input, step, received } = exchangeOn(stream)
    const next = await step.next(received ?? new Uint8Array()).catch((error: unknown) => {
      if (!signal.aborted) stream.send(toClientSasl({ kind: 'abort' }))
      throw error
    })
    signal.throwIfAborted()
    stream.send(toClientSasl({ kind: 'response', data: next.response ?? new Uint8Array() }))
    return hear(means, stream, { input, step: next }, signal)
  }),

  verifyServer: fromPromise<void>(async ({ signal, system }) => {
    const means = meansOf(system)
    const { stream } = means.link
    const { input, step, received } = exchangeOn(stream)
    exchanges.delete(stream)
    await step.finish(received)
    signal.throwIfAborted()
    means.link.offerVerified = step.offerVerified ?? false
    rememberLogin(means, input)
    if (input.mechanism?.name.startsWith('SCRAM-') === true) means.memory?.pinScram()
  }),
}

function exchangeOn(stream: XmlStream): Exchange {
  const exchange = exchanges.get(stream)
  if (exchange === undefined) throw new AuthenticationError('aborted', 'no exchange is under way')
  return exchange
}

/** Waits for the answer to what was said of a step. */
async function hear(
  means: SessionMeans,
  stream: XmlStream,
  said: Omit<Exchange, 'received'>,
  signal: AbortSignal,
): Promise<SaslAnswer> {
  const answered = await stream.next(signal)
  const answer = parseServerSasl(answered)
  switch (answer.kind) {
    case 'challenge':
    case 'success':
      exchanges.set(stream, { ...said, received: answer.data })
      return { kind: answer.kind }
    case 'failure':
      exchanges.delete(stream)
      if (answer.condition === 'not-authorized') {
        means.forgetKeys()
        forgetLogin(means)
      }
      return { kind: answer.kind, condition: answer.condition, text: answer.text }
    default:
      throw stream.abort(unexpected(answered, 'the answer to the authentication'))
  }
}

/** The offer is another by now: ends the exchange that was begun ahead of it (RFC 6120 §6.4.4). */
async function discard(stream: XmlStream, signal: AbortSignal): Promise<void> {
  const answer = parseServerSasl(await stream.next(signal))
  if (answer.kind !== 'challenge') return
  stream.send(toClientSasl({ kind: 'abort' }))
  await stream.next(signal)
}

/** Facts of the charts are plain data. */
const isSame = (one: InitiateInput, other: InitiateInput) => JSON.stringify(one) === JSON.stringify(other)
