import { parseIq, toIqElement, type IqError, type IqRequestInput, type IqResult } from '../stanza/iq.js'
import * as ns from '../xml/namespaces.js'
import { unexpected } from './connection.js'
import type { SessionMeans } from './means.js'

/**
 * Asks the server something on a stream without a session: nothing else may come there, so that the next element is the
 * answer. Anything else ends the stream.
 * @param mayRefuseBefore a request to go on with a session was sent before, and its refusal may come first (XEP-0198 §5)
 */
export async function askOnStream(
  { link, createId }: Pick<SessionMeans, 'createId' | 'link'>,
  request: Pick<IqRequestInput, 'payload' | 'to' | 'type'>,
  signal: AbortSignal,
  mayRefuseBefore = false,
): Promise<IqResult | IqError> {
  const { stream } = link
  const id = createId()
  stream.send(toIqElement({ ...request, id }))
  let element = await stream.next(signal)
  if (mayRefuseBefore && element.is('failed', ns.streamManagement)) element = await stream.next(signal)
  const answer = parseIq(element)
  if (answer.kind === 'iq' && answer.id === id && (answer.type === 'result' || answer.type === 'error'))
    return answer
  throw stream.abort(unexpected(element, 'the answer to a request'))
}
