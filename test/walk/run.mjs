// `npm run walk`: walks every chart and counts what was reached. Ends with a failure where anything falls short.
import { writeFileSync } from 'node:fs'
import { importBundled } from '../house/bundled.mjs'
import { walkAll } from './walk-all.mjs'

const { choose, readOptions } = await importBundled(["export * from './test/support/script-options.ts'"])
const options = readOptions('walk', 'Walks every chart and counts what was reached.', {
  only: { value: 'NAME[,NAME]', help: 'Some charts, or charts for all of them; some counts, e.g. cells' },
  first: { help: 'With --only: end with the first thing that falls short' },
  'without-planted': { help: 'Plant no faults to see them noticed' },
  json: { value: 'FILE', help: 'Write what was reached there' },
})
const only = options.text('only')
const json = options.text('json')

const { charts, counters, shortcomings } =
  only === undefined
    ? await walkAll(new URL('../../', import.meta.url), !options.has('without-planted'), console.log)
    : await walkHere(only)
for (const { coverage, places, ways, steps, ms } of charts) {
  const { chart, states, transitions, guards } = coverage
  const figures = [states, transitions, guards]
    .map(({ reached, of }) => `${reached}/${of}`.padStart(8))
    .join('')
  console.log(`${chart.padEnd(22)}${figures}  ${places} places, ${ways} ways of ${steps} steps, ${ms} ms`)
}
for (const { name, reached, of } of counters) console.log(`${name.padEnd(64)} ${reached}/${of}`)
for (const shortcoming of shortcomings) console.log(`✗ ${shortcoming}`)
if (json !== undefined) {
  writeFileSync(json, `${JSON.stringify({ charts, counters, shortcomings }, null, 2)}\n`)
}
process.exitCode = shortcomings.length > 0 ? 1 : 0

async function walkHere(wanted) {
  const { firstShortcoming, names, report } = await importBundled(["export * from './test/walk/report.ts'"])
  const chosen = choose('only', names, wanted)
  if (!options.has('first')) return report(chosen)
  const shortcoming = await firstShortcoming(chosen)
  return { charts: [], counters: [], shortcomings: shortcoming === undefined ? [] : [shortcoming] }
}
