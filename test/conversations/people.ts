import { expect } from 'vitest'
import { firstValueFrom, filter, timeout, type Observable } from 'rxjs'
import { createClient, type Client } from '../../src/client.js'
import type { ClientOptions } from '../../src/client-options.js'
import { parseTrace, toTraceText } from '../../src/testing/trace.js'
import { createTraceRecorder, type TraceRecorder } from '../../src/testing/trace-recorder.js'
import { replayTrace } from '../../src/testing/trace-replay.js'
import type { ServerUnderTest } from './server-under-test.js'

const clients: { readonly client: Client; readonly recorder: TraceRecorder }[] = []

/**
 * A client of one of the server's users, with a resource of its own so that runs do not meet; closed after the test. What
 * its charts do is recorded.
 */
export function person(server: ServerUnderTest, user: string, options: Partial<ClientOptions> = {}): Client {
  const recorder = createTraceRecorder()
  const client = createClient({
    inspect: recorder.inspect,
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

/** Closes every client, and holds what each has done against the pure charts. */
export async function everybodyLeaves(): Promise<void> {
  const gone = clients.splice(0)
  await Promise.all(gone.map(({ client }) => client.close()))
  for (const { recorder } of gone) {
    const trace = toTraceText(recorder.records)
    expect(trace).not.toContain('"secret"')
    expect(replayTrace(parseTrace(trace))).toEqual([])
    const session = recorder.records.findLast(({ actorPath }) => actorPath === 'session')
    expect(session).toMatchObject({ value: 'closed', status: 'done' })
  }
}

/** The next value that fits; fails with a sentence when none comes. */
export function next<T>(
  source: Observable<T>,
  fits: (value: T) => boolean,
  what: string,
  withinMs = 10_000,
): Promise<T> {
  const missing = () => {
    throw new Error(`${what} did not come`)
  }
  return firstValueFrom(source.pipe(filter(fits), timeout({ first: withinMs, with: missing })))
}

/** A word that no other run has used: servers keep messages for later. */
export const tag = (): string => crypto.randomUUID()
