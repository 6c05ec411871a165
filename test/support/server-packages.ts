import { findEjabberd } from './ejabberd.js'
import { installPackages, isOnPath } from './install-packages.js'

type Path = string | undefined

/** How to tell whether a server is there, by the name of its package. */
const isInstalled = {
  prosody: (path: Path) => isOnPath('prosody', path),
  ejabberd: async (path: Path) => (await isOnPath('erl', path)) && (await findEjabberd()) !== undefined,
  'redis-server': (path: Path) => isOnPath('redis-server', path),
} as const satisfies Readonly<Record<string, (path: Path) => Promise<boolean>>>

export type ServerPackage = keyof typeof isInstalled

/** A server that there is not, and why. */
export interface MissingServer<Name extends ServerPackage = ServerPackage> {
  readonly name: Name
  readonly reason: string
}

/** Whether no real servers are wanted, installed or not. */
export const isOff = (environment: NodeJS.ProcessEnv): boolean =>
  environment['XMPP_MACHINES_INTEROP'] === 'off'

/** Installs what is missing of these where that is possible; resolves with what stays so. */
export async function installMissing<Name extends ServerPackage>(
  names: readonly Name[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<readonly MissingServer<Name>[]> {
  if (isOff(environment)) return names.map((name) => ({ name, reason: 'XMPP_MACHINES_INTEROP=off is set' }))
  const path = environment['PATH']
  const absent = await toAbsent(names, path)
  if (absent.length === 0) return []
  const problem = await installPackages(absent, path)
  const reason = `not installed; ${problem ?? 'its package does not bring it'}`
  return (await toAbsent(absent, path)).map((name) => ({ name, reason }))
}

async function toAbsent<Name extends ServerPackage>(
  names: readonly Name[],
  path: Path,
): Promise<readonly Name[]> {
  const checked = await Promise.all(
    names.map(async (name) => ((await isInstalled[name](path)) ? [] : [name])),
  )
  return checked.flat()
}
