import { fromPromise } from 'xstate'
import type { BindAnswer, ResumeAnswer } from '../../machines/binding.js'
import type { StreamFeatureFacts, StreamHeaderFacts } from '../../machines/stream-facts.js'
import { ProtocolError } from '../errors.js'
import { parseBindResult, toBindElement } from '../stanza/bind.js'
import { parseIq, toIqElement, type IqError, type IqResult } from '../stanza/iq.js'
import { toSessionElement } from '../stanza/session.js'
import type { XmlElement } from '../xml/element.js'
import { detach } from '../xml/interner.js'
import { openStream, receiveFeatures, unexpected } from './connection.js'
import { meansOf, type SessionMeans } from './means.js'

/** The deeds of the binding chart. */
export const bindingActors = {
  reopenStream: fromPromise<StreamHeaderFacts, { readonly previd: string | undefined }>(
    ({ input: { previd }, signal, system }) => {
      const means = meansOf(system)
      const { link, management } = means
      const sayResume = previd === undefined ? undefined : () => management.askToResume(link.stream, previd)
      return openStream(means, signal, sayResume)
    },
  ),

  receiveFeatures: fromPromise<StreamFeatureFacts>(({ signal, system }) =>
    receiveFeatures(meansOf(system), signal),
  ),

  resumeSession: fromPromise<ResumeAnswer, { readonly previd: string }>(async ({ input, signal, system }) => {
    const { link, bus, management } = meansOf(system)
    const { account } = bus
    if (account === undefined) return { kind: 'refused' }
    const refusal = await management.hearResumed(link.stream, input.previd, signal)
    if (refusal !== undefined) return { kind: 'refused' }
    link.account = account
    return { kind: 'resumed', jid: account.full }
  }),

  bindResource: fromPromise<BindAnswer, { readonly resource: string | undefined }>(
    async ({ input, signal, system }) => {
      const means = meansOf(system)
      const { link } = means
      const answer = await ask(means, toBindElement(input.resource), signal)
      if (answer.type === 'error') {
        return { kind: 'refused', error: answer.error, conflict: answer.error.condition === 'conflict' }
      }
      signal.throwIfAborted()
      const jid = answer.payload === undefined ? undefined : parseBindResult(answer.payload)
      if (jid === undefined) {
        throw link.stream.abort(new ProtocolError('bad-format', 'the server bound no full JID'))
      }
      const full = detach(jid.toString())
      link.account = { bare: detach(jid.bare.toString()), full }
      return { kind: 'bound', jid: full }
    },
  ),

  establishSession: fromPromise<void>(async ({ signal, system }) => {
    const answer = await ask(meansOf(system), toSessionElement(), signal)
    if (answer.type === 'error') throw answer.error
  }),
}

/** Nothing else may come here: there is no session yet, so the next element is the answer. */
async function ask(
  { link, createId }: SessionMeans,
  payload: XmlElement,
  signal: AbortSignal,
): Promise<IqResult | IqError> {
  const { stream } = link
  const id = createId()
  stream.send(toIqElement({ type: 'set', id, payload }))
  const element = await stream.next(signal)
  const answer = parseIq(element)
  if (answer.kind === 'iq' && answer.id === id && (answer.type === 'result' || answer.type === 'error'))
    return answer
  throw stream.abort(unexpected(element, 'the answer to a request'))
}
