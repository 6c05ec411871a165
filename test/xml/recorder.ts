import type { StreamErrorCondition } from '../../src/errors.js'
import type { XmlElement } from '../../src/xml/element.js'
import type { XmlLimits } from '../../src/xml/limits.js'
import { createStreamReader, type StreamReaderHandler } from '../../src/xml/stream-reader.js'

export type ReaderEvent =
  | { readonly kind: 'opened'; readonly header: XmlElement; readonly contentNamespace: string }
  | { readonly kind: 'element'; readonly element: XmlElement }
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly condition: StreamErrorCondition }

export interface Recorder extends StreamReaderHandler {
  readonly events: ReaderEvent[]
}

export function createRecorder(): Recorder {
  const events: ReaderEvent[] = []
  return {
    events,
    opened: (header, contentNamespace) => events.push({ kind: 'opened', header, contentNamespace }),
    element: (element) => events.push({ kind: 'element', element }),
    closed: () => events.push({ kind: 'closed' }),
    failed: ({ condition }) => events.push({ kind: 'failed', condition }),
  }
}

/** Everything that a fresh reader tells about these chunks. */
export function readAll(
  chunks: Iterable<Uint8Array | string>,
  limits?: Partial<XmlLimits>,
): readonly ReaderEvent[] {
  const recorder = createRecorder()
  const reader = createStreamReader(recorder, limits)
  for (const chunk of chunks) reader.write(chunk)
  return recorder.events
}

/** The condition of the failure, or `undefined` if there was none. */
export function failureOf(events: readonly ReaderEvent[]): StreamErrorCondition | undefined {
  const last = events.at(-1)
  return last?.kind === 'failed' ? last.condition : undefined
}

export const header =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " +
  "id='s1' from='example.test' version='1.0' xml:lang='en'>"

const encoder = new TextEncoder()
export const toBytes = (text: string): Uint8Array => encoder.encode(text)
