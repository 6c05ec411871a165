// Makes docs/seed: a page for each row, out of the data and the code of its cases and examples; with --check only compares.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { importBundled } from '../house/bundled.mjs'
import { keepMadeFiles } from '../house/made-files.mjs'

const root = new URL('../../', import.meta.url)
const { toPages } = await importBundled(["export { toPages } from './test/seed/page.ts'"])

keepMadeFiles({
  folder: fileURLToPath(new URL('docs', root)),
  made: toPages({
    cases: textsIn('test/document/cases/'),
    programs: textsIn('examples/'),
  }),
  ours: /^seed\//,
  leftOver: 'no row makes it',
  mend: 'npm run docs',
})

/** The files of a folder by their names without an extension. */
function textsIn(folder) {
  const names = readdirSync(new URL(folder, root)).filter((name) => name.endsWith('.ts'))
  return new Map(
    names.map((name) => [name.replace(/\.ts$/, ''), readFileSync(new URL(folder + name, root), 'utf8')]),
  )
}
