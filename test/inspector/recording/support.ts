import { createClient, type Client } from '../../../src/client.js'
import type { ClientOptions } from '../../../src/client-options.js'
import {
  createRecorder,
  type Recorder,
  type RecorderOptions,
} from '../../../src/inspector/recording/recorder.js'
import { login, scriptedEndpoint, type Exchange } from '../../support/scripted-server.js'

export interface RecordedSession {
  readonly client: Client
  readonly recorder: Recorder
  /** What the server says by itself. */
  readonly say: (text: string) => void
}

/** A client that has logged in on a scripted server, all of it recorded. */
export async function recordedSession(
  options: Partial<ClientOptions> = {},
  recording: Partial<RecorderOptions> = {},
  script: readonly Exchange[] = login,
): Promise<RecordedSession> {
  const recorder = createRecorder({ name: 'alice', source: 'a', ...recording })
  const { open, servers } = scriptedEndpoint([script])
  const client = createClient({
    jid: 'alice@example.test/desk',
    password: 'secret',
    endpoint: open,
    roster: false,
    streamManagement: false,
    timeouts: { closeMs: 20 },
    ...recorder.taps,
    ...options,
  })
  await client.connect().catch(() => undefined)
  return { client, recorder, say: (text) => servers[0]?.say(text) }
}

/** Until everything that was said has been heard. */
export const turn = () => new Promise<void>((resolve) => void setImmediate(resolve))
