import type { InitiateInput } from '../../machines/authentication.js'
import type { MechanismCandidate } from '../../machines/mechanism-choice.js'
import { AuthenticationError } from '../errors.js'
import type { XmlStream } from '../router/xml-stream.js'
import { channelBindingTypes } from '../sasl/channel-binding.js'
import type { Gs2Binding } from '../sasl/gs2.js'
import type { SaslStep } from '../sasl/mechanism.js'
import { createMechanism } from '../sasl/mechanisms.js'
import { toClientSasl } from '../stanza/sasl.js'
import type { SessionMeans } from './means.js'

/** A mechanism as it was chosen, and the step that its initial response is of. */
interface Initiated {
  readonly input: InitiateInput
  readonly step: SaslStep
}

/** What each account's last login was done with, and where: whoever comes back says it together with the stream header. */
const lastLogins = new WeakMap<SessionMeans, { readonly address: string; readonly input: InitiateInput }>()

/** What was said before the offer of this stream was seen. */
const saidAhead = new WeakMap<XmlStream, Initiated>()

/** The next login to the same place may go ahead; with SCRAM alone, whose initial response gives nothing away. */
export function rememberLogin(means: SessionMeans, input: InitiateInput): void {
  const { address } = means.link.stream.transport
  if (input.mechanism?.name.startsWith('SCRAM-') === true) lastLogins.set(means, { address, input })
}

export function forgetLogin(means: SessionMeans): void {
  lastLogins.delete(means)
}

/**
 * Gets ready to authenticate as the last time, on a verified channel only; the returned function says it, in the flight of
 * the stream header.
 */
export async function prepareLogin(means: SessionMeans): Promise<(() => void) | undefined> {
  const { stream } = means.link
  const last = lastLogins.get(means)
  // Who makes an account says something else first.
  if (
    last === undefined ||
    means.account.make !== undefined ||
    stream.transport.tls === null ||
    stream.transport.address !== last.address
  ) {
    return undefined
  }
  try {
    const step = await startMechanism(means, stream, last.input)
    return () => {
      // A server that does not bear it hears it in its turn next time; one that takes it is remembered anew.
      lastLogins.delete(means)
      saidAhead.set(stream, { input: last.input, step })
      stream.send(toAuthElement(last.input, step))
    }
  } catch {
    // What stands in the way is told when it is chosen for good.
    return undefined
  }
}

/** What was said ahead on this stream, once. */
export function takeAhead(stream: XmlStream): Initiated | undefined {
  const ahead = saidAhead.get(stream)
  saidAhead.delete(stream)
  return ahead
}

/** Begins an exchange; nothing is sent. */
export function startMechanism(
  means: SessionMeans,
  stream: XmlStream,
  { mechanism, offer }: InitiateInput,
): Promise<SaslStep> {
  if (mechanism === undefined) throw new AuthenticationError('no-mechanism', 'no mechanism was chosen')
  const { credentials, dialer, identity } = means
  // Nobody else needs to be told whose the login is (RFC 6120 §6.3.8).
  const authzid = mechanism.name === 'EXTERNAL' && dialer.namesSeveral?.() ? identity.bare : undefined
  const options = { ...credentials, offer, gs2: toGs2(stream, mechanism), authzid }
  return createMechanism(mechanism.name, options).start()
}

export const toAuthElement = ({ mechanism }: InitiateInput, { response: data }: SaslStep) =>
  toClientSasl({ kind: 'auth', mechanism: mechanism?.name ?? '', data })

function toGs2({ transport }: XmlStream, { gs2, binding }: MechanismCandidate): Gs2Binding {
  if (gs2 !== 'p') return { flag: gs2 }
  const type = channelBindingTypes.find((known) => known === binding)
  const data = type === undefined ? undefined : transport.channelBinding(type)
  if (type === undefined || data === undefined) {
    throw new AuthenticationError('aborted', `this channel has no ${binding} any more`)
  }
  return { flag: 'p', binding: { type, data } }
}
