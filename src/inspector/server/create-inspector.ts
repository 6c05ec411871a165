/// <reference lib="esnext.disposable" preserve="true" />
import { toSubject, type Observation, type ObservationOptions } from '../link/observation.js'
import type { Recorder } from '../recording/recorder.js'
import type { RecordingLine } from '../recording/record.js'
import { openInspector, type InspectorOptions } from './inspector.js'
import type { Feed, Sources } from './sources.js'

/** A running inspector: a page that shows whoever is observed, here and in other processes. */
export interface Inspector extends AsyncDisposable {
  /** The page, token included: whoever has it can look. Apps elsewhere attach with it (`connectInspector`). */
  readonly url: string
  /**
   * Shows a client of this process.
   * @throws RangeError where it is shown already, or as many as can be
   * @example
   * const recorder = createRecorder({ name: 'alice@example.test' })
   * const client = createClient({ jid: 'alice@example.test', password: 'secret', ...recorder.taps })
   * inspector.observe(recorder)
   */
  observe(recorder: Recorder, options?: ObservationOptions): Observation
  /**
   * An address that leads to the page once, within a minute: for a command line, which others on the machine can read, where
   * `url` would give the token away.
   */
  invite(): string
  /** Pages that look at the moment. */
  readonly watchers: number
  /**
   * Shows a recording that was made before.
   * @throws RangeError where it has a source that is here already, or more than can be shown (`limits`)
   */
  show(lines: Iterable<RecordingLine>): void
  /** Ends the page’s connection and every other, and resolves when nothing is left. */
  close(): Promise<void>
}

/**
 * Starts an inspector on 127.0.0.1. Rejects with an `Error` (`EADDRINUSE`) where the port cannot be had, with RangeError for a
 * token of less than 16 characters.
 * @example
 * await using inspector = await createInspector()
 * console.log(inspector.url) // http://127.0.0.1:40123/?token=…
 */
export async function createInspector(options: InspectorOptions = {}): Promise<Inspector> {
  const { close, invite, sources, url } = await openInspector(options)
  return {
    url,
    invite,
    get watchers() {
      return sources.watchers
    },
    observe: (recorder, how = {}) => observe(sources, recorder, how),
    show: (lines) => show(sources, lines),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function observe(sources: Sources, recorder: Recorder, options: ObservationOptions): Observation {
  const { follow, history, obey } = toSubject(recorder, options)
  const [source] = history()
  const feed = source?.kind === 'source' ? sources.open(source, obey) : undefined
  if (feed === undefined) throw new RangeError('the inspector shows too many, or this one, already')
  const take = (lines: readonly RecordingLine[]) => {
    for (const line of lines) feed.append(line)
  }
  // What nobody looks at is not written down: the recorder keeps it as it is.
  const rest = sources.whileWatched(() => follow(take))
  let isOver = false
  const close = async () => {
    if (isOver) return
    isOver = true
    rest()
    take(history())
    feed.end()
  }
  return { close, [Symbol.asyncDispose]: close }
}

function show(sources: Sources, lines: Iterable<RecordingLine>): void {
  const feeds = new Map<string, { readonly feed: Feed; startedAt: number; endedAt: number }>()
  try {
    for (const line of lines) {
      const known = feeds.get(line.source)
      if (known !== undefined) {
        known.feed.append(line)
        if ('t' in line) known.endedAt = known.startedAt + line.t
        continue
      }
      if (line.kind !== 'source') continue
      const feed = sources.open(line, refuse)
      if (feed === undefined) throw new RangeError('the inspector shows too many, or one of these, already')
      feeds.set(line.source, { feed, startedAt: line.startedAt, endedAt: line.startedAt })
    }
  } finally {
    for (const { endedAt, feed } of feeds.values()) feed.end(endedAt)
  }
}

const refuse = async () => ({ outcome: 'refused', reason: 'this is a recording' }) as const
