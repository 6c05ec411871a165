// `npm run seed-report`: runs what proves each row of the founding document, on each server, and prints row × server. Ends
// with a failure where a row is proven neither to work nor to be what a server does not offer.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { importBundled } from '../house/bundled.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const { files, readOptions, report, titles, toText } = await importBundled([
  "export * from './test/seed/report.ts'",
  "export { readOptions } from './test/support/script-options.ts'",
])
const json = readOptions(
  'seed-report',
  'Runs what proves each row of the founding document, on each server.',
  {
    json: { value: 'FILE', help: 'Write what was proven there' },
  },
).text('json')

console.log('Running what proves each row, which takes minutes …')
const made = report(await run())
console.log(toText(made))
if (json !== undefined) await writeFile(json, `${JSON.stringify(made, null, 2)}\n`)
process.exitCode = made.isProven ? 0 : 1

/** Everything that a row names, and every example of the document. */
async function run() {
  const folder = await mkdtemp(join(tmpdir(), 'seed-report-'))
  const file = join(folder, 'results.json')
  const options = ['--reporter=json', `--outputFile=${file}`, '-t', titles.source]
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...options, ...files]
  try {
    const child = spawn(process.execPath, vitest, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    await new Promise((resolve) => child.on('close', resolve))
    const { testResults } = JSON.parse(await readFile(file, 'utf8'))
    return testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ title, ancestorTitles, status }) => ({
        file: relative(root, name),
        title,
        ancestors: ancestorTitles,
        status,
      })),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
