import { findFreePorts, isListening } from './free-ports.js'
import { startGuarded, untilReady } from './guarded-process.js'
import { createServerFolder } from './server-folder.js'
import { installMissing } from './server-packages.js'

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
  const [missing] = await installMissing(['redis-server'], environment)
  if (missing !== undefined) return missing.reason
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
