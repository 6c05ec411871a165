import type { InspectionEvent } from 'xstate'
import type { SessionSecurity } from '../../features/security.js'
import type { Crossing } from '../../router/crossing.js'
import type { RecordingLine } from './record.js'

export interface RecorderOptions {
  /** For people, e.g. `alice@example.test`. */
  readonly name: string
  /** Names this source among others in one recording. Default: a random word. */
  readonly source?: string
  /** Default `xmpp-machines`. */
  readonly engine?: string
  /** What the page may send to this source; see `SourceLine`. Default nothing. */
  readonly commands?: readonly string[]
  /** Lets bodies, subjects and the status of presences through. Default false. */
  readonly showBodies?: boolean
  /** Records that are kept for whoever looks later; what is older is dropped. Default 50 000. */
  readonly recordsLimit?: number
  /** About how much of memory they may take, in bytes. Default 32 MiB. */
  readonly bytesLimit?: number
}

/** Writes down what a client does, for whoever looks now or later; secrets are left out. */
export interface Recorder {
  /** Options of a client: `createClient({ ...account, ...recorder.taps })`. */
  readonly taps: {
    readonly inspect: (event: InspectionEvent) => void
    readonly wire: (crossing: Crossing) => void
    readonly security: (security: SessionSecurity) => void
  }
  /** Hears everything so far at once and then whatever follows, every 50 ms; until the returned function is called. */
  subscribe(listener: (lines: readonly RecordingLine[]) => void): () => void
  /** Everything so far that is still kept. */
  history(): readonly RecordingLine[]
  /** Takes in an actor that runs already, with all its children. */
  attach(actor: object): void
  /** Tells what is left to tell, and records nothing any more. */
  close(): void
}
