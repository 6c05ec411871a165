import type { Recorder } from '../recording/recorder.js'
import { Link } from './link.js'
import { toSubject, type Observation, type ObservationOptions } from './observation.js'

/** Which inspector shows what. */
export interface InspectorConnectionOptions extends ObservationOptions {
  /** The address that the inspector has printed: `http://127.0.0.1:PORT/?token=TOKEN`. */
  readonly url: string
  /** What is shown. */
  readonly recorder: Recorder
  /** Told whenever the inspector is reached, and when it is lost; it is looked for until `close()`. */
  readonly changed?: ((isOpen: boolean) => void) | undefined
}

/**
 * Shows a client in an inspector of another process, from Node or from a browser. The inspector may come later, or go and come
 * back: it is told then what it has missed. The client does not notice any of this.
 * @throws RangeError for what is no address of an inspector
 * @example
 * const recorder = createRecorder({ name: 'alice@example.test' })
 * const client = createClient({ jid: 'alice@example.test', password: 'secret', ...recorder.taps })
 * connectInspector({ url, recorder })
 */
export function connectInspector({
  changed = () => undefined,
  recorder,
  url,
  ...options
}: InspectorConnectionOptions): Observation {
  const { follow, obey, settle } = toSubject(recorder, options)
  const link = new Link({ url, follow, settle, obey, changed })
  const close = () => link.close()
  return { close, [Symbol.asyncDispose]: close }
}
