import { execFile } from 'node:child_process'
import { cp, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { buildPrograms } from '../support/build-programs.js'

const run = promisify(execFile)
const workers = fileURLToPath(new URL('../bench/workers/', import.meta.url))

test(
  'the bench of faults counts what is left of a conversation whose line was cut',
  { timeout: 180_000 },
  async () => {
    const programs = await buildPrograms(['test/bench/faults.ts', 'test/bench/workers/talkers/ours.mjs'])
    onTestFinished(() => programs.remove())
    const bench = programs.file('test/bench/faults.ts')
    const folder = join(dirname(bench), 'workers')
    await rename(join(folder, 'talkers/ours.js'), join(folder, 'talkers/ours.mjs'))
    await cp(join(workers, 'converse.mjs'), join(folder, 'converse.mjs'))

    const file = join(folder, 'rows.json')
    const words = '--quick --row close --client ours --server embedded --seed 1 --json'.split(' ')
    await run(process.execPath, [bench, ...words, file], { cwd: join(dirname(bench), '../..') })
    const rows: unknown = JSON.parse(await readFile(file, 'utf8'))
    expect(rows).toEqual([
      {
        row: 'embedded: one cut: close (FIN)',
        client: 'ours',
        lost: 0,
        duplicated: 0,
        reordered: 0,
        millisecondsToOnline: expect.any(Number),
      },
    ])
  },
)
