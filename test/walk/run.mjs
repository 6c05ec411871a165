// Walks every chart and counts what was reached: `npm run walk -- --json FILE`, `-- --only session,cells`,
// `-- --without-planted`; `-- --only session --first` ends with the first that falls short. Ends with a failure where anything does.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { importBundled } from '../house/bundled.mjs'
import { walkAll } from './walk-all.mjs'

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string' },
    first: { type: 'boolean', default: false },
    'without-planted': { type: 'boolean', default: false },
  },
})

const { charts, counters, shortcomings } =
  values.only === undefined
    ? await walkAll(new URL('../../', import.meta.url), !values['without-planted'], console.log)
    : await walkHere(values.only.split(','))
for (const { coverage, places, ways, steps, ms } of charts) {
  const { chart, states, transitions, guards } = coverage
  const figures = [states, transitions, guards]
    .map(({ reached, of }) => `${reached}/${of}`.padStart(8))
    .join('')
  console.log(`${chart.padEnd(22)}${figures}  ${places} places, ${ways} ways of ${steps} steps, ${ms} ms`)
}
for (const { name, reached, of } of counters) console.log(`${name.padEnd(64)} ${reached}/${of}`)
for (const shortcoming of shortcomings) console.log(`✗ ${shortcoming}`)
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ charts, counters, shortcomings }, null, 2)}\n`)
}
process.exitCode = shortcomings.length > 0 ? 1 : 0

async function walkHere(only) {
  const { report, firstShortcoming } = await importBundled(["export * from './test/walk/report.ts'"])
  if (!values.first) return report(only)
  const shortcoming = await firstShortcoming(only)
  return { charts: [], counters: [], shortcomings: shortcoming === undefined ? [] : [shortcoming] }
}
