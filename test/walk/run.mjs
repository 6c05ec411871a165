// Walks every chart and counts what was reached: `npm run walk -- --json FILE`, `-- --only session,cells`,
// `-- --without-planted`. Ends with a failure where anything falls short.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { importBundled } from '../house/bundled.mjs'
import { countPlanted } from './planted.mjs'

const root = new URL('../../', import.meta.url)
const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string' },
    'without-planted': { type: 'boolean', default: false },
  },
})

const only = values.only?.split(',') ?? []
const { report } = await importBundled(["export { report } from './test/walk/report.ts'"])
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
