// Plants each fault of test/walk/planted in a copy of the house, and demands that the walks named in it notice.
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const copied = ['package.json', 'tsconfig.json', 'vitest.config.ts', 'machines', 'src', 'test']
/** Brings packages of its own, which no check needs. */
const isNeeded = (path) => !path.includes(join('test', 'bench'))

/** How many planted faults were noticed; `tell` hears of each. */
export async function countPlanted(root, tell) {
  const folder = fileURLToPath(new URL('test/walk/planted/', root))
  const names = (await readdir(folder)).filter((name) => name.endsWith('.patch')).sort()
  const missed = []
  const waiting = [...names]
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const verdict = await plant(fileURLToPath(root), join(folder, name))
      if (!verdict.noticed) missed.push(`${name}: ${verdict.told}`)
      tell(`${verdict.noticed ? '✓' : '✗'} planted ${name.replace('.patch', '')}: ${verdict.told}`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
  return { name: 'planted faults noticed', of: names.length, reached: names.length - missed.length, missed }
}

/** Whether one fault is noticed, and by what; a copy that does not even run has noticed nothing. */
async function plant(root, patch) {
  const house = await mkdtemp(join(tmpdir(), 'planted-'))
  try {
    for (const name of copied)
      await cp(join(root, name), join(house, name), { recursive: true, filter: isNeeded })
    await mkdir(join(house, 'node_modules'))
    for (const name of await readdir(join(root, 'node_modules'))) {
      if (!name.startsWith('.'))
        await symlink(join(root, 'node_modules', name), join(house, 'node_modules', name))
    }
    await run('git', ['apply', patch], { cwd: house, env: { ...process.env, GIT_DIR: '/dev/null' } })
    const checks = /^Checks: (.+)$/m.exec(await readFile(patch, 'utf8'))?.[1]
    if (checks === undefined) return { noticed: false, told: 'the patch does not say which checks notice it' }
    const [first] = checks.endsWith('.test.ts')
      ? await failuresOf(house, checks)
      : await shortcomingsOf(house, checks.split(', ').join(','))
    return first === undefined
      ? { noticed: false, told: 'nobody noticed' }
      : { noticed: true, told: first.replaceAll('\n', ' ').slice(0, 160) }
  } catch (error) {
    return { noticed: false, told: `could not be planted: ${error.message}` }
  } finally {
    await rm(house, { recursive: true, force: true })
  }
}

/** What falls short of the walks that are named. */
async function shortcomingsOf(house, only) {
  const told = join(house, 'walk.json')
  await runQuietly(house, ['test/walk/run.mjs', '--only', only, '--json', told])
  return JSON.parse(await readFile(told, 'utf8')).shortcomings
}

/** The names of the tests of one file that fail. */
async function failuresOf(house, file) {
  const told = join(house, 'tests.json')
  const options = ['run', '--project', 'alone', '--reporter', 'json', '--outputFile', told, file]
  await runQuietly(house, ['node_modules/vitest/vitest.mjs', ...options])
  const { testResults } = JSON.parse(await readFile(told, 'utf8'))
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  return tests.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName)
}

/** Runs what is expected to end with a failure. */
function runQuietly(cwd, parameters) {
  return run(process.execPath, parameters, { cwd, timeout: 600_000 }).catch(() => undefined)
}
