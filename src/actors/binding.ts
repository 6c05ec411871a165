import { fromPromise } from 'xstate'
import type { BindAnswer } from '../../machines/binding.js'
import type { StreamFeatureFacts } from '../../machines/stream-facts.js'
import { parseBindResult, toBindElement } from '../stanza/bind.js'
import { parseStanzaError } from '../stanza/stanza-error.js'
import { xml, type XmlElement } from '../xml/element.js'
import { ns } from '../xml/namespaces.js'
import { openStream, receiveFeatures, unexpected } from './connection.js'
import type { Identity, Link } from './link.js'

export interface BindingDeeds {
  readonly link: Link
  readonly identity: Identity
  readonly createId: () => string
}

/** The deeds of the binding chart. */
export function bindingActors({ link, identity, createId }: BindingDeeds) {
  /** Nothing else may answer here: no session exists yet, so the next element is the answer or an error of the peer. */
  const ask = async (payload: XmlElement, signal: AbortSignal): Promise<XmlElement> => {
    const { stream } = link
    const id = createId()
    stream.send(xml('iq', ns.client, { type: 'set', id }, payload))
    const answer = await stream.next(signal)
    const type = answer.attribute('type')
    const isAnswer = answer.is('iq', ns.client) && answer.attribute('id') === id
    if (!isAnswer || (type !== 'result' && type !== 'error'))
      throw stream.abort(unexpected(answer, 'the answer to a request'))
    return answer
  }

  return {
    reopenStream: fromPromise<void>(async ({ signal }) => {
      await openStream(link, identity, signal)
    }),

    receiveFeatures: fromPromise<StreamFeatureFacts>(({ signal }) => receiveFeatures(link, signal)),

    bindResource: fromPromise<BindAnswer, { readonly resource: string | undefined }>(
      async ({ input, signal }) => {
        const answer = await ask(toBindElement(input.resource), signal)
        if (answer.attribute('type') === 'error') {
          const error = parseStanzaError(answer)
          return { kind: 'refused', error, conflict: error.condition === 'conflict' }
        }
        const jid = parseBindResult(answer)
        link.account = { bare: jid.bare.toString(), full: jid.toString() }
        return { kind: 'bound', jid: jid.toString() }
      },
    ),

    establishSession: fromPromise<void>(async ({ signal }) => {
      const answer = await ask(xml('session', ns.session), signal)
      if (answer.attribute('type') === 'error') throw parseStanzaError(answer)
    }),
  }
}
