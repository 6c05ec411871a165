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

/** A cache only saves time: what goes wrong in it costs no login. */
async function cachedKeys(
  settings: ScramSettings,
  parameters: ScramKeyParameters,
): Promise<ScramKeys | undefined> {
  try {
    const keys = await settings.cache?.find(parameters)
    return keys !== undefined && areKeysFor(keys, parameters) ? keys : undefined
  } catch {
    return undefined
  }
}

/** Leaves the keys for the next login; called once the server has proven itself. */
export async function keepKeys(settings: ScramSettings, keys: ScramKeys): Promise<void> {
  try {
    await settings.cache?.keep(keys)
  } catch {
    // see `cachedKeys`
  }
}
