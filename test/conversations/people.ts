import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type TestContext } from 'vitest'
import { firstValueFrom, filter, timeout, type Observable } from 'rxjs'
import { createClient, type Client } from '../../src/client.js'
import type { ClientOptions } from '../../src/client-options.js'
import { parseRecording, toRecordingText } from '../../src/inspector/recording/recording-text.js'
import { createRecorder, type Recorder } from '../../src/inspector/recording/recorder.js'
import { replayRecording } from '../../src/testing/replay.js'
import type { ServerUnderTest } from './server-under-test.js'

const clients: { readonly client: Client; readonly recorder: Recorder }[] = []

/**
 * A client of one of the server's users, with a resource of its own so that runs do not meet; closed after the test. What
 * its charts do is recorded.
 */
export function person(server: ServerUnderTest, user: string, options: Partial<ClientOptions> = {}): Client {
  // All of it is replayed.
  const recorder = createRecorder({ name: `${user}@${server.domain}`, recordsLimit: 50_000 })
  const client = createClient({
    ...recorder.taps,
    jid: `${user}@${server.domain}/${crypto.randomUUID()}`,
    password: server.password,
    endpoint: Object.values(server.endpoints)[0],
    tls: { ca: server.ca },
    dangerouslyAllowPlaintext: typeof options.endpoint === 'string' && options.endpoint.startsWith('ws:'),
    ...options,
  })
  clients.push({ client, recorder })
  return client
}

/** The same, already online. */
export async function online(
  server: ServerUnderTest,
  user: string,
  options: Partial<ClientOptions> = {},
): Promise<Client> {
  const client = person(server, user, options)
  await client.connect()
  return client
}

/**
 * Closes every client, and holds what each has done against the pure charts. What a failing test has recorded is left as files,
 * for a report.
 */
export async function everybodyLeaves({ task }: TestContext): Promise<void> {
  const gone = clients.splice(0)
  await Promise.all(gone.map(({ client }) => client.close()))
  const recordings = gone.map(({ recorder }) => toRecordingText(recorder.history()))
  if (task.result?.state === 'fail') await keepRecordings(task.name, recordings)
  for (const recording of recordings) {
    const lines = parseRecording(recording)
    expect(recording).not.toContain('"secret"')
    expect(replayRecording(lines)).toEqual([])
    const session = lines.findLast((line) => 'actorPath' in line && line.actorPath === 'session')
    expect(session).toMatchObject({ value: 'closed', status: 'done' })
  }
}

async function keepRecordings(test: string, recordings: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'xmpp-machines-recordings-'))
  for (const [index, recording] of recordings.entries())
    await writeFile(join(folder, `${index}.jsonl`), recording)
  console.error(`${test}: recorded in ${folder}`)
}

/** The next value that fits; fails with a sentence when none comes before the test would time out. */
export function next<T>(
  source: Observable<T>,
  fits: (value: T) => boolean,
  what: string,
  withinMs = 45_000,
): Promise<T> {
  const missing = () => {
    throw new Error(`${what} did not come`)
  }
  return firstValueFrom(source.pipe(filter(fits), timeout({ first: withinMs, with: missing })))
}

/** A word that no other run has used: servers keep messages for later. */
export const tag = (): string => crypto.randomUUID()
