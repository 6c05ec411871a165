import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

const root = new URL('../../', import.meta.url)

/** A page's script, and what it was made of. */
export interface Bundle {
  readonly code: string
  /** Every file in it, by its path in the project. */
  readonly inputs: readonly string[]
}

/**
 * Bundles one file of this folder as a browser build does: under the `browser` condition of the package, but from the
 * sources. Fails on anything that only Node has.
 */
export async function bundleForBrowser(entry: string): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: fileURLToPath(root),
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    metafile: true,
    logLevel: 'silent',
    plugins: [sourcesOf(await browserImports()), vitestInPage],
  })
  return { code: outputFiles.map(({ text }) => text).join('\n'), inputs: Object.keys(metafile.inputs) }
}

/** The package's subpath imports under the `browser` condition. */
async function browserImports(): Promise<ReadonlyMap<string, string>> {
  const manifest: { readonly imports: Readonly<Record<string, { readonly browser: string }>> } = JSON.parse(
    await readFile(new URL('package.json', root), 'utf8'),
  )
  return new Map(Object.entries(manifest.imports).map(([name, { browser }]) => [name, browser]))
}

/** The sources of what the package names by its build. */
function sourcesOf(imports: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'sources',
    setup: ({ onResolve }) => {
      onResolve({ filter: /^#/ }, ({ path }) => {
        const target = imports.get(path)
        if (target === undefined) return { errors: [{ text: `package.json has no browser import ${path}` }] }
        const source = target.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts')
        return { path: fileURLToPath(new URL(source, root)) }
      })
    },
  }
}

const vitestInPage: Plugin = {
  name: 'vitest in a page',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^vitest$/ }, () => ({
      path: fileURLToPath(new URL('vitest-in-page.ts', import.meta.url)),
    }))
  },
}
