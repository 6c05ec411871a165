import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = new URL('../../', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
let count = 0

/**
 * Bundles sources in memory and imports them, so that nothing has to be built before.
 * @param {readonly string[]} lines of a module at the root, which exports what is wanted
 */
export async function importBundled(lines) {
  const file = new URL(`node_modules/.cache/bundled-${process.pid}-${(count += 1)}.mjs`, root)
  mkdirSync(new URL('.', file), { recursive: true })
  try {
    await build({
      stdin: { contents: lines.join('\n'), resolveDir: fileURLToPath(root) },
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

/** What the package imports by its own names, in Node, as sources. */
function sourcesOf(imports) {
  const toSource = ({ default: built }) => built.replace('/dist/', '/').replace(/\.js$/, '.ts')
  return Object.fromEntries(
    Object.entries(imports).map(([name, target]) => [name, fileURLToPath(new URL(toSource(target), root))]),
  )
}
