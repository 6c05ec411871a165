import { findFreePorts, isListening } from './free-ports.js'
import { startGuarded, untilReady } from './guarded-process.js'
import { installServers, isOnPath } from './install-servers.js'
import { createServerFolder } from './server-folder.js'

/** A Redis for one test file. */
export interface StartedRedis {
  readonly url: string
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}

/** Starts Redis, and installs it first where that is possible; resolves with the reason where there is none. */
export async function startRedis(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<StartedRedis | string> {
  if (environment['XMPP_MACHINES_INTEROP'] === 'off') return 'XMPP_MACHINES_INTEROP=off is set'
  const path = environment['PATH']
  if (!(await isOnPath('redis-server', path))) {
    const problem = await installServers(['redis-server'], path)
    if (!(await isOnPath('redis-server', path)))
      return `not installed; ${problem ?? 'its package does not bring it'}`
  }
  const folder = await createServerFolder('redis')
  const port = (await findFreePorts('redis')).get('redis') ?? 0
  const server = startGuarded({
    folder: folder.path,
    command: 'redis-server',
    parameters: ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder.path, '--save', ''],
  })
  await untilReady('Redis', server, () => isListening(port))
  return { url: `redis://127.0.0.1:${port}`, stop: server.stop }
}
