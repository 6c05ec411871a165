import { mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = new URL('../../', import.meta.url)
const path = (file) => fileURLToPath(new URL(file, root))
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
      external: ['#*'],
      alias: {
        '#dialer': path('src/transport/dial-node.ts'),
        '#inbound': path('src/router/inbound.ts'),
      },
      outfile: fileURLToPath(file),
      logLevel: 'warning',
    })
    return await import(file.href)
  } finally {
    rmSync(file, { force: true })
  }
}
