// Draws every chart that machines/index.ts exports into docs/charts, and the joint states of two servers into docs; with
// --check only compares.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { StateMachine } from 'xstate'

const root = new URL('../../', import.meta.url)
const folder = process.env.DOCS_FOLDER ?? fileURLToPath(new URL('docs/', root))

const { machines, drawJointStates, drawMermaid, drawChart } = await load(
  process.env.CHARTS_ENTRY ?? './machines/index.ts',
)
const drawings = new Map([['subscription-joint-states.svg', drawJointStates()]])
const index = [
  '# Charts',
  '',
  'Drawn from `machines/` by `npm run draw`; edit the charts, not the drawings.',
  '',
]
for (const machine of Object.values(machines)) {
  if (!(machine instanceof StateMachine)) continue
  const name = machine.id.replace(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()
  if (drawings.has(`charts/${name}.svg`)) throw new Error(`two charts would be drawn as ${name}.svg`)
  drawings.set(`charts/${name}.svg`, await drawChart(machine))
  drawings.set(`charts/${name}.mmd`, drawMermaid(machine))
  index.push(`## ${machine.id}`, '', machine.root.description ?? '', '')
  index.push(`![${machine.id}](${name}.svg)`, '', `As text: [${name}.mmd](${name}.mmd)`, '')
}
index.push(
  '## Where two servers can end',
  '',
  'What becomes of a subscription whose stanzas cross or get lost.',
  '',
)
index.push('![The joint states of two servers](../subscription-joint-states.svg)', '')
drawings.set('charts/README.md', index.join('\n'))

mkdirSync(`${folder}/charts`, { recursive: true })
const found = new Map(
  [...readdirSync(folder), ...readdirSync(`${folder}/charts`).map((name) => `charts/${name}`)]
    .filter((name) => drawings.has(name) || /^charts\/.*\.(svg|mmd|md)$/.test(name))
    .map((name) => [name, readFileSync(`${folder}/${name}`, 'utf8')]),
)
const missing = [...drawings.keys()].filter((name) => !found.has(name))
const stale = [...drawings].filter(([name, text]) => found.has(name) && found.get(name) !== text)
const leftOver = [...found.keys()].filter((name) => !drawings.has(name))

if (process.argv.includes('--check')) {
  const complaints = [
    ...missing.map((name) => `${name} is missing`),
    ...stale.map(([name]) => `${name} is stale`),
    ...leftOver.map((name) => `${name} is left over: no chart is called so`),
  ]
  for (const complaint of complaints) console.error(`docs/${complaint}`)
  if (complaints.length > 0) {
    console.error('run `npm run draw`, look at the result and commit it')
    process.exit(1)
  }
} else {
  for (const name of leftOver) rmSync(`${folder}/${name}`)
  for (const [name, text] of drawings) if (found.get(name) !== text) writeFileSync(`${folder}/${name}`, text)
}

/** Bundles the sources in memory, so that nothing has to be built before. */
async function load(entry) {
  const cache = new URL('node_modules/.cache/', root)
  const file = new URL(`draw-${process.pid}.mjs`, cache)
  mkdirSync(cache, { recursive: true })
  try {
    await build({
      stdin: {
        contents: [
          `export * as machines from '${entry}'`,
          "export { drawChart, drawMermaid } from './src/inspector/index.ts'",
          "export * from './test/house/joint-states.ts'",
        ].join('\n'),
        resolveDir: fileURLToPath(root),
      },
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      external: ['#*'],
      outfile: fileURLToPath(file),
      logLevel: 'warning',
    })
    return await import(file.href)
  } finally {
    rmSync(file, { force: true })
  }
}
