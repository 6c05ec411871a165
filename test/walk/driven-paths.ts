import { expect, it } from 'vitest'
import { drive, type Drivable, type Running } from '../../src/testing/drive.js'
import type { Model } from '../../src/testing/drive-model.js'
import { findPaths, transitionsOfTree } from '../../src/testing/drive-paths.js'
import { driveAtRandom, inputOf } from './driving.js'

/** What several drivables of one chart share. */
export interface Driven {
  readonly key?: ((model: Model) => unknown) | undefined
  /** Transitions that need no path of their own; those that these paths lead over are added. */
  readonly known: Set<string>
  /** Transitions taken, added as the paths are driven. */
  readonly driven: Set<string>
}

/** Promises that the running thing goes where its chart says: along every path to a transition not known yet, and at random. */
export async function promisePaths<Rig extends Running>(
  drivable: Drivable<Rig>,
  { driven, key, known }: Driven,
): Promise<void> {
  const { paths, missed } = findPaths(drivable, { input: await inputOf(drivable), key, known })
  for (const id of transitionsOfTree(drivable.machine)) if (!missed.has(id)) known.add(id)

  it.each(paths.map((path) => [path.join(', '), path] as const))(
    'goes where its chart says: %s',
    async (_words, path) => {
      const taken = await drive(drivable, path)
      for (const id of taken) driven.add(id)
      expect(taken).not.toEqual([])
    },
  )

  it('goes where its chart says, whatever happens', { timeout: 120_000 }, async () => {
    expect(await driveAtRandom(drivable)).toBeNull()
  })
}
