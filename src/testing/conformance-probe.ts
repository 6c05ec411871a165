import {
  ProtocolError,
  StanzaError,
  StreamError,
  TransportError,
  type StanzaErrorCondition,
  type StreamErrorCondition,
  type XmppError,
} from '../errors.js'
import type { XmlStream } from '../router/xml-stream.js'
import type { Answer, Visit } from './conformance-visit.js'
import { right, wrong, type Judgement, type Subject } from './finding.js'

/** One thing that is tried at a server. */
export interface Probe extends Subject {
  /** It takes a second account. Default false. */
  readonly needsOther?: boolean
  readonly run: (visit: Visit) => Promise<Judgement>
}

/** Several that only the server can say how many they are. */
export type ProbeSource = (visit: Visit) => Promise<readonly Probe[]>

/** Reads on until the stream ends; `undefined`: it goes on. */
export async function endOf(stream: XmlStream, signal: AbortSignal): Promise<XmppError | undefined> {
  try {
    for (;;) await stream.next(signal)
  } catch (error) {
    if (signal.aborted || error instanceof TypeError) return undefined
    return stream.end
  }
}

/** A stream has to end with one of these errors. */
export function judgeEnd(
  end: XmppError | undefined,
  ...conditions: readonly StreamErrorCondition[]
): Judgement {
  if (end === undefined) return wrong('it goes on')
  if (end instanceof StreamError) {
    return conditions.includes(end.condition) ? right(end.condition) : wrong(end.condition)
  }
  if (end instanceof TransportError) return wrong('it hangs up without a stream error')
  return wrong(end instanceof ProtocolError ? `it breaks the protocol itself: ${end.message}` : end.code)
}

/** Of a request that is not answered. @see RFC 6120 §8.2.3 */
export const unanswered = wrong('nothing comes back')

/** A request has to be refused with one of these errors. */
export function judgeRefusal(answer: Answer, ...conditions: readonly StanzaErrorCondition[]): Judgement {
  if (answer === undefined) return unanswered
  if (!(answer instanceof StanzaError)) return wrong('it is taken')
  return conditions.includes(answer.condition) ? right(answer.condition) : wrong(answer.condition)
}
