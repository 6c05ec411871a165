import { startEjabberd, findEjabberd } from './ejabberd.js'
import { installServers, isOnPath } from './install-servers.js'
import { startProsody } from './prosody.js'
import type { RealServer, RealServers } from './real-server.js'

/** A real server with the means to end it. */
export interface StartedServer {
  readonly facts: RealServer
  /** Ends it and starts it again, with the same data on the same ports; resolves when it is ready. */
  restart(): Promise<void>
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}

/** What one run wants of a server. */
export interface ServerSetting {
  /** Whose messages the archive of an account keeps; default `contacts`. */
  readonly archives?: 'contacts' | 'everybody'
}

/** All real servers of a run. */
export interface StartedServers {
  readonly facts: RealServers
  stop(): Promise<void>
}

const kinds = [
  {
    name: 'prosody',
    isInstalled: (path: string | undefined) => isOnPath('prosody', path),
    start: startProsody,
  },
  {
    name: 'ejabberd',
    isInstalled: async (path: string | undefined) =>
      (await isOnPath('erl', path)) && (await findEjabberd()) !== undefined,
    start: startEjabberd,
  },
] as const

/** Turns the real servers off. */
const off = 'XMPP_MACHINES_INTEROP=off'

/**
 * Starts every real server, and installs first what is missing where that is possible. What stays missing is reported,
 * or in continuous integration (`CI` is set) an error. `XMPP_MACHINES_INTEROP=off` starts none.
 */
export async function startRealServers(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<StartedServers> {
  if (environment['XMPP_MACHINES_INTEROP'] === 'off') return withoutServers(`${off} is set`)
  const path = environment['PATH']
  const absent = await namesOfAbsent(path)
  const problem = absent.length > 0 ? await installServers(absent, path) : undefined
  const missing = absent.length > 0 ? await namesOfAbsent(path) : absent
  const reason = `not installed; ${problem ?? 'its package does not bring it'}`
  if (missing.length > 0 && isSet(environment['CI'])) throw new Error(`${missing.join(', ')}: ${reason}`)
  const attempts = await Promise.allSettled(
    kinds.filter(({ name }) => !missing.includes(name)).map(({ start }) => start()),
  )
  const started = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
  const stop = async () => {
    await Promise.all(started.map((server) => server.stop()))
  }
  const failures: unknown[] = attempts.flatMap((attempt) =>
    attempt.status === 'rejected' ? [attempt.reason] : [],
  )
  if (failures.length > 0) {
    await stop()
    throw new AggregateError(failures, failures.map(String).join('\n'))
  }
  const facts = {
    running: started.map((server) => server.facts),
    missing: missing.map((name) => ({ name, reason })),
  }
  return { facts, stop }
}

function withoutServers(reason: string): StartedServers {
  const missing = kinds.map(({ name }) => ({ name, reason }))
  return { facts: { running: [], missing }, stop: async () => undefined }
}

async function namesOfAbsent(path: string | undefined): Promise<readonly string[]> {
  const checked = await Promise.all(
    kinds.map(async ({ isInstalled, name }) => ((await isInstalled(path)) ? [] : [name])),
  )
  return checked.flat()
}

function isSet(variable: string | undefined): boolean {
  return variable !== undefined && !['', '0', 'false'].includes(variable)
}
