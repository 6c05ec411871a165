import { fromPromise } from 'xstate'
import type { IdentifyAnswer, IdentifyInput, LegacyFieldsAnswer } from '../../machines/authentication.js'
import { AuthenticationError, ProtocolError, type StanzaError, type XmppError } from '../errors.js'
import { takePassword } from '../sasl/credentials.js'
import { legacyDigest } from '../sasl/legacy-digest.js'
import { parseLegacyAuthFields, toLegacyAuthElement, toLegacyAuthRequest } from '../stanza/legacy-auth.js'
import { toJid } from '../stanza/jid.js'
import { detach } from '../xml/interner.js'
import { meansOf } from './means.js'
import { askOnStream } from './stream-request.js'

/** The deeds of the authentication chart where there is no SASL. Password and digest never leave them. */
export const legacyAuthenticationActors = {
  requestFields: fromPromise<LegacyFieldsAnswer>(async ({ signal, system }) => {
    const means = meansOf(system)
    const { link, identity, credentials } = means
    const payload = toLegacyAuthRequest(credentials.username ?? '')
    const answer = await askOnStream(means, { type: 'get', to: { domain: identity.domain }, payload }, signal)
    if (answer.type === 'error') return { kind: 'refused', error: toError(answer.error) }
    const fields = answer.payload === undefined ? undefined : parseLegacyAuthFields(answer.payload)
    if (fields === undefined) {
      throw link.stream.abort(
        new ProtocolError('bad-format', 'the server does not say which fields it takes'),
      )
    }
    const { digest, password } = fields
    return { kind: 'fields', digest: digest && link.streamId !== undefined, password }
  }),

  identify: fromPromise<IdentifyAnswer, IdentifyInput>(async ({ input, signal, system }) => {
    const means = meansOf(system)
    const { link, identity, credentials, createId, memory } = means
    const { username = '' } = credentials
    // No binding follows, which is where a store that has failed is tried again otherwise.
    await memory?.settle()
    const resource = input.resource ?? createId()
    const { domain } = identity
    const password = await takePassword(credentials.password ?? (() => undefined), mechanism)
    const digest = input.form === 'digest' ? await legacyDigest(link.streamId ?? '', password) : undefined
    signal.throwIfAborted()
    const payload = toLegacyAuthElement({
      username,
      resource,
      digest,
      password: digest === undefined ? password : undefined,
    })
    const answer = await askOnStream(means, { type: 'set', to: { domain }, payload }, signal)
    if (answer.type === 'error') {
      const { condition } = answer.error
      if (condition === 'not-authorized') means.forgetKeys()
      return { kind: 'refused', error: toError(answer.error), conflict: condition === 'conflict' }
    }
    signal.throwIfAborted()
    const jid = toJid({ local: username, domain, resource })
    const full = detach(jid.toString())
    link.account = { bare: detach(jid.bare.toString()), full }
    return { kind: 'identified', jid: full }
  }),
}

const mechanism = 'jabber:iq:auth'

/** Refused credentials are what they are by SASL too. */
function toError(error: StanzaError): XmppError {
  if (error.condition !== 'not-authorized') return error
  const said = error.text === undefined ? '' : ` (${error.text})`
  return new AuthenticationError('not-authorized', `the server refused ${mechanism}: not-authorized${said}`, {
    mechanism,
    text: error.text,
  })
}
