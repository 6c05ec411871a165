import { equalInConstantTime } from './bytes.js'
import { scramHashBytes } from './scram-hashes.js'
import type { ScramKeyParameters, ScramKeys } from './scram-keys.js'

/**
 * Keeps derived keys between logins of one account, so that neither the password nor PBKDF2 is needed again. Whoever
 * owns it empties it when the server refuses the account or the password changes. What it throws is ignored.
 */
export interface ScramKeyCache {
  /** `undefined` where there are none for what the server names, or after ten seconds: then they are derived from the password. */
  find(parameters: ScramKeyParameters): ScramKeys | undefined | Promise<ScramKeys | undefined>
  /** Called only after the server has proven that it knows the same keys. */
  keep(keys: ScramKeys): void | Promise<void>
  /** Forgets all of them: the server refuses them, or the password is another. What has no such function is not asked. */
  clear?(): void | Promise<void>
}

/** A cache in memory that holds the latest keys of each hash, so three at most. */
export class ScramMemoryCache implements ScramKeyCache {
  #latest: readonly ScramKeys[] = []

  find(parameters: ScramKeyParameters): ScramKeys | undefined {
    return this.#latest.find((keys) => areKeysFor(keys, parameters))
  }

  keep(keys: ScramKeys): void {
    this.#latest = [...this.#latest.filter(({ hash }) => hash !== keys.hash), keys]
  }

  clear(): void {
    this.#latest = []
  }
}

/** Whether these keys are whole, and derived from just these parameters. */
export function areKeysFor(keys: ScramKeys, parameters: ScramKeyParameters): boolean {
  const bytes = scramHashBytes[parameters.hash]
  return (
    keys.username === parameters.username &&
    keys.hash === parameters.hash &&
    keys.iterations === parameters.iterations &&
    equalInConstantTime(keys.salt, parameters.salt) &&
    keys.clientKey.length === bytes &&
    keys.serverKey.length === bytes
  )
}

/** A cache whose keys can be forgotten at once, whether or how soon it forgets them itself. */
export class ForgettableKeys implements ScramKeyCache {
  readonly #cache: ScramKeyCache
  /** Hashes whose keys are from after the last time that all were forgotten; all of them, if they never were. */
  #fresh: Set<ScramKeys['hash']> | undefined

  constructor(cache: ScramKeyCache) {
    this.#cache = cache
  }

  find(parameters: ScramKeyParameters): ReturnType<ScramKeyCache['find']> {
    return this.#fresh?.has(parameters.hash) === false ? undefined : this.#cache.find(parameters)
  }

  keep(keys: ScramKeys): ReturnType<ScramKeyCache['keep']> {
    this.#fresh?.add(keys.hash)
    return this.#cache.keep(keys)
  }

  clear(): void {
    this.#fresh = new Set()
    // What is forgotten here is not asked for there, whether it is forgotten there or not.
    this.#clearCache().catch(() => undefined)
  }

  async #clearCache(): Promise<void> {
    await this.#cache.clear?.()
  }
}
