// Draws every chart that machines/index.ts exports into docs/charts, and the joint states of two servers into docs; with
// --check only compares.
import { fileURLToPath } from 'node:url'
import { StateMachine } from 'xstate'
import { importBundled } from './bundled.mjs'
import { keepMadeFiles } from './made-files.mjs'

const { machines, drawJointStates, drawMermaid, drawChart } = await importBundled([
  `export * as machines from '${process.env.CHARTS_ENTRY ?? './machines/index.ts'}'`,
  "export { drawChart, drawMermaid } from './src/inspector/index.ts'",
  "export * from './test/house/joint-states.ts'",
])
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

keepMadeFiles({
  folder: process.env.DOCS_FOLDER ?? fileURLToPath(new URL('../../docs', import.meta.url)),
  made: drawings,
  ours: /^charts\/.*\.(svg|mmd|md)$/,
  leftOver: 'no chart is called so',
  mend: 'npm run draw',
})
