import { expect } from 'vitest'
import type { ClientOptions } from '../../src/client-options.js'
import type { Restoration } from '../../src/features/memory.js'
import { sessionIn, type Client } from '../../src/index.js'
import { logInManaged } from '../spec/managed.js'
import { rest, start } from '../spec/session.js'
import { mountKillable, type Disk } from '../store/disk.js'

/** A process that begins a session, or goes on with one that an earlier process has left on the disk. */
export async function begin(
  disk: Disk,
  options: Partial<ClientOptions> = {},
  use?: (client: Client) => void,
) {
  const { store, kill } = mountKillable(disk)
  const restored: Restoration[] = []
  const session = start({ reconnect: 'afterOnline', store: sessionIn(store), ...options })
  session.client.restored$.subscribe((restoration) => restored.push(restoration))
  use?.(session.client)
  const first = await session.peer()
  return {
    ...session,
    first,
    restored,
    /** The process is gone: nothing more reaches the store or the server. */
    kill: async () => {
      await rest()
      kill()
      first.cut()
      await rest()
    },
  }
}

/** The same, logged in and managed. */
export async function managed(
  disk: Disk,
  options: Partial<ClientOptions> = {},
  use?: (client: Client) => void,
) {
  const session = await begin(disk, options, use)
  await logInManaged(session.first)
  expect(await session.outcome).toBeUndefined()
  return session
}
