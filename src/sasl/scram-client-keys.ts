import { prepareCredential, takePassword } from './credentials.js'
import { areKeysFor } from './scram-key-cache.js'
import { deriveKeys } from './scram-keys.js'
import type { ScramKeyParameters, ScramKeys } from './scram-keys.js'
import type { ServerFirst } from './scram-message.js'
import type { ScramSettings } from './scram-settings.js'

/** Keys for the salt that the server wants: from the cache, else from the password. */
export async function findKeys(
  settings: ScramSettings,
  username: string,
  first: ServerFirst,
): Promise<ScramKeys> {
  const parameters: ScramKeyParameters = {
    username,
    hash: settings.hash,
    salt: first.salt,
    iterations: first.iterations,
  }
  const cached = await cachedKeys(settings, parameters)
  if (cached !== undefined) return cached
  const password = await takePassword(settings.password, settings.name)
  return deriveKeys(await prepareCredential(password, 'password', settings.name), parameters)
}

/** How long keys are looked for; of what a server waits for an answer that leaves enough to derive them anew. */
const cacheMs = 10_000

/** A cache only saves time: what goes wrong in it, or stalls, costs no login. */
async function cachedKeys(
  settings: ScramSettings,
  parameters: ScramKeyParameters,
): Promise<ScramKeys | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    const keys = await Promise.race([
      settings.cache?.find(parameters),
      new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), cacheMs))),
    ])
    return keys !== undefined && areKeysFor(keys, parameters) ? keys : undefined
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}

/** Leaves the keys for the next login; called once the server has proven itself, and not waited for. */
export async function keepKeys(settings: ScramSettings, keys: ScramKeys): Promise<void> {
  try {
    await settings.cache?.keep(keys)
  } catch {
    // see `cachedKeys`
  }
}
