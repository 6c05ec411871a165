import { fileURLToPath, pathToFileURL } from 'node:url'
import { join } from 'node:path'

/** The root of the project, where npm runs its scripts. */
export const projectFolder = pathToFileURL(`${process.cwd()}/`)

const benchFolder = new URL('test/bench/', projectFolder)

/** The path of a file of the bench, which runs from its build while workers and apps run as they are. */
export function benchFile(...names: readonly string[]): string {
  return join(fileURLToPath(benchFolder), ...names)
}
