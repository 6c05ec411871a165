import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Much of what a walk makes lives long, and errors are made by the thousand to be told apart by their names. */
const engine = ['--max-semi-space-size=64', '--stack-trace-limit=1']

/** Whatever takes longer hangs: a busy machine may need ten times what a quiet one does. */
const patienceMs = 1_800_000

/** Runs what may well end with a failure; gives what it has said. */
export async function runQuietly(house, parameters) {
  const options = { cwd: house, timeout: patienceMs, maxBuffer: 2 ** 26 }
  try {
    const { stdout, stderr } = await run(process.execPath, parameters, options)
    return `${stdout}${stderr}`
  } catch (error) {
    return `${error.stdout}${error.stderr}`
  }
}

/** What a process of its own reports of the walks that are named, in this house; as `options` say. */
export async function walkOf(house, only, ...options) {
  const folder = await mkdtemp(join(tmpdir(), 'walk-'))
  const told = join(folder, 'walk.json')
  try {
    const said = await runQuietly(house, [
      ...engine,
      'test/walk/run.mjs',
      '--only',
      only,
      '--json',
      told,
      ...options,
    ])
    if (!existsSync(told)) throw new Error(`the walk of ${only} did not end: ${said}`)
    return JSON.parse(await readFile(told, 'utf8'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
