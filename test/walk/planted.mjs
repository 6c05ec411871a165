import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { runQuietly, walkOf } from './walk-process.mjs'

const run = promisify(execFile)
const copied = ['package.json', 'tsconfig.json', 'vitest.config.ts', 'machines', 'src', 'test']
/** Brings packages of its own, which no check needs. */
const isNeeded = (path) => !path.includes(join('test', 'bench'))

/** Every fault of test/walk/planted, and the checks that are to notice it; those that take long first. */
export async function plantedFaults(root) {
  const folder = join(root, 'test', 'walk', 'planted')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.patch')).sort()
  const faults = await Promise.all(
    names.map(async (name) => {
      const patch = join(folder, name)
      const checks = /^Checks: (.+)$/m.exec(await readFile(patch, 'utf8'))?.[1]
      if (checks === undefined) throw new Error(`${patch} does not say which checks notice it`)
      return { name: name.replace('.patch', ''), patch, checks }
    }),
  )
  const isTest = ({ checks }) => Number(checks.endsWith('.test.ts'))
  return faults.sort((one, other) => isTest(other) - isTest(one))
}

/** A copy of the house, in which one fault after the other is planted. */
export class PlantingHouse {
  #root
  #copy

  constructor(root) {
    this.#root = root
  }

  /** Whether one fault is noticed, and by what; a copy that does not even run has noticed nothing. */
  async plant({ name, patch, checks }) {
    this.#copy ??= copyOf(this.#root)
    const house = await this.#copy
    const apply = (...options) =>
      run('git', ['apply', ...options, patch], { cwd: house, env: { ...process.env, GIT_DIR: '/dev/null' } })
    try {
      await apply()
    } catch (error) {
      return { name, noticed: false, told: `could not be planted: ${error.message}` }
    }
    try {
      const [first] = checks.endsWith('.test.ts')
        ? await failuresOf(house, checks)
        : (await walkOf(house, checks.replaceAll(', ', ','), '--first')).shortcomings
      return first === undefined
        ? { name, noticed: false, told: 'nobody noticed' }
        : { name, noticed: true, told: first.replaceAll('\n', ' ').slice(0, 160) }
    } catch (error) {
      return { name, noticed: false, told: `could not be checked: ${error.message}` }
    } finally {
      await apply('--reverse')
    }
  }

  async remove() {
    if (this.#copy !== undefined) await rm(await this.#copy, { recursive: true, force: true })
  }
}

async function copyOf(root) {
  const house = await mkdtemp(join(tmpdir(), 'planted-'))
  for (const name of copied)
    await cp(join(root, name), join(house, name), { recursive: true, filter: isNeeded })
  await mkdir(join(house, 'node_modules'))
  for (const name of await readdir(join(root, 'node_modules'))) {
    if (!name.startsWith('.'))
      await symlink(join(root, 'node_modules', name), join(house, 'node_modules', name))
  }
  return house
}

/** The names of the tests of one file that fail, as far as the first one. */
async function failuresOf(house, file) {
  const told = join(house, 'tests.json')
  await rm(told, { force: true })
  const options = ['run', '--project', '!interop', '--bail', '1', '--reporter', 'json', '--outputFile', told]
  await runQuietly(house, ['node_modules/vitest/vitest.mjs', ...options, file])
  const { testResults } = JSON.parse(await readFile(told, 'utf8'))
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  return tests.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName)
}
