import { fromPromise } from 'xstate'
import type { BindAnswer, BindInput, ResumeAnswer } from '../../machines/binding.js'
import type { StreamFeatureFacts, StreamHeaderFacts } from '../../machines/stream-facts.js'
import { ProtocolError } from '../errors.js'
import { parseBindResult, toBindElement } from '../stanza/bind.js'
import { toSessionElement } from '../stanza/session.js'
import { detach } from '../xml/interner.js'
import { openStream, receiveFeatures } from './connection.js'
import { meansOf } from './means.js'
import { askOnStream } from './stream-request.js'

/** The deeds of the binding chart. */
export const bindingActors = {
  reopenStream: fromPromise<StreamHeaderFacts, { readonly previd: string | undefined }>(
    async ({ input: { previd }, signal, system }) => {
      const means = meansOf(system)
      const { link, management, memory } = means
      // The server is told nothing that a process after this one would not know, and by one process alone.
      await memory?.settle()
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
    const answer = await management.hearResumed(link.stream, input.previd, signal)
    if (answer.kind === 'failed') return { kind: 'refused' }
    link.account = account
    return { kind: 'resumed', jid: account.full, heard: answer.heard }
  }),

  bindResource: fromPromise<BindAnswer, BindInput>(
    async ({ input: { mayRefuseBefore, resource }, signal, system }) => {
      const means = meansOf(system)
      const { link } = means
      const payload = toBindElement(resource)
      const answer = await askOnStream(means, { type: 'set', payload }, signal, mayRefuseBefore)
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
    const answer = await askOnStream(meansOf(system), { type: 'set', payload: toSessionElement() }, signal)
    if (answer.type === 'error') throw answer.error
  }),
}
