// What runs inside a page that came over plain HTTP: it has neither WebCrypto nor `crypto.randomUUID()`.
import { createClient, sessionIn, XmppError } from '../../src/index.js'
import { createRecorder } from '../../src/inspector/index.js'

export interface Kept {
  readonly isSecure: boolean
  readonly refused: string
  /** What the store has of it. */
  readonly kept: readonly string[]
}

async function keep(): Promise<Kept> {
  const store = new Map<string, unknown>()
  const recorder = createRecorder({ name: 'alice' })
  const client = createClient({
    jid: 'alice@example.test',
    password: 'secret',
    // Nobody listens there.
    endpoint: 'ws://127.0.0.1:1/',
    store: sessionIn(store),
    ...recorder.taps,
  })
  const refused = await client.connect().then(
    () => 'online',
    (error: unknown) => (error instanceof XmppError ? error.code : String(error)),
  )
  await client.close()
  const kept = Array.from(store.keys(), (key) => key.split(':').at(-2) ?? '').sort()
  return { isSecure: isSecureContext, refused, kept }
}

Object.assign(globalThis, { keep })
