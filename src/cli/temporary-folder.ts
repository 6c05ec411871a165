import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toReason, UsageError } from './usage-error.js'

/** A folder for this process alone; whoever makes it removes it. @throws UsageError where there is no room for one */
export async function makeTemporaryFolder(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'xmpp-machines-'))
  } catch (error) {
    throw new UsageError(
      `There can be no temporary folder in ${tmpdir()} (${toReason(error)}).`,
      'Set the variable TMPDIR to a place with room.',
    )
  }
}
