import { isContinuous } from './continuous-integration.js'
import { startEjabberd } from './ejabberd.js'
import { startProsody } from './prosody.js'
import type { RealServer, RealServers } from './real-server.js'
import { installMissing, isOff } from './server-packages.js'

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

const starts = { prosody: startProsody, ejabberd: startEjabberd }
const names = ['prosody', 'ejabberd'] as const

/**
 * Starts every real server, and installs first what is missing where that is possible. What stays missing is reported,
 * or in continuous integration (`CI` is set) an error. `XMPP_MACHINES_INTEROP=off` starts none.
 */
export async function startRealServers(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<StartedServers> {
  const missing = await installMissing(names, environment)
  if (missing.length > 0 && !isOff(environment) && isContinuous(environment)) {
    throw new Error(missing.map(({ name, reason }) => `${name}: ${reason}`).join(', '))
  }
  const present = names.filter((name) => !missing.some((one) => one.name === name))
  const attempts = await Promise.allSettled(present.map((name) => starts[name]()))
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
  return { facts: { running: started.map((server) => server.facts), missing }, stop }
}
