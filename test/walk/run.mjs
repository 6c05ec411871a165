// Walks every chart and counts what was reached: `npm run walk -- --json FILE`, `-- --only session,cells`,
// `-- --without-planted`. Ends with a failure where anything falls short.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { countPlanted } from './planted.mjs'

const root = new URL('../../', import.meta.url)
const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string' },
    'without-planted': { type: 'boolean', default: false },
  },
})

const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
const only = values.only?.split(',') ?? []
const { report } = await load()
const walked = await report(only)
for (const { coverage, places, ways, steps, ms } of walked.charts) {
  const { chart, states, transitions, guards } = coverage
  const figures = [states, transitions, guards]
    .map(({ reached, of }) => `${reached}/${of}`.padStart(8))
    .join('')
  console.log(`${chart.padEnd(22)}${figures}  ${places} places, ${ways} ways of ${steps} steps, ${ms} ms`)
}
const planted = only.length === 0 && !values['without-planted'] ? [await countPlanted(root, console.log)] : []
const counters = [...walked.counters, ...planted]
for (const { name, reached, of } of counters) console.log(`${name.padEnd(64)} ${reached}/${of}`)
const shortcomings = [
  ...walked.shortcomings,
  ...planted.flatMap(({ name, missed }) => missed.map((each) => `${name}: ${each}`)),
]
for (const shortcoming of shortcomings) console.log(`✗ ${shortcoming}`)
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ ...walked, counters, shortcomings }, null, 2)}\n`)
}
process.exitCode = shortcomings.length > 0 ? 1 : 0

/** What the package imports by its own names, in Node, as sources. */
function sourcesOf(imports) {
  const toSource = ({ default: built }) => built.replace('/dist/', '/').replace(/\.js$/, '.ts')
  return Object.fromEntries(
    Object.entries(imports).map(([name, target]) => [name, fileURLToPath(new URL(toSource(target), root))]),
  )
}

/** Bundles the sources in memory, so that nothing has to be built before. */
async function load() {
  const cache = new URL('node_modules/.cache/', root)
  const file = new URL(`walk-${process.pid}.mjs`, cache)
  mkdirSync(cache, { recursive: true })
  try {
    await build({
      entryPoints: [fileURLToPath(new URL('test/walk/report.ts', root))],
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      alias: sourcesOf(manifest.imports),
      outfile: fileURLToPath(file),
      logLevel: 'warning',
    })
    return await import(file.href)
  } finally {
    rmSync(file, { force: true })
  }
}
