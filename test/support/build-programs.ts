import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Programs made from the sources as they are now, so that no test runs on a stale build. */
export interface Programs {
  /** The file of one of them, by its source. */
  file(source: string): string
  remove(): Promise<void>
}

/** Builds programs that `node` can run; they stay inside the package, so that they find it by its name. */
export async function buildPrograms(sources: readonly string[]): Promise<Programs> {
  await mkdir(join(root, 'dist'), { recursive: true })
  const folder = await mkdtemp(join(root, 'dist/programs-'))
  await build({
    absWorkingDir: root,
    entryPoints: [...sources],
    outdir: folder,
    outbase: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'silent',
    plugins: [resolveSources],
  })
  return {
    file: (source) => join(folder, source.replace(/\.ts$/, '.js')),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

const entries: Readonly<Record<string, string>> = {
  '#chance': 'src/chance.ts',
  '#dialer': 'src/transport/dial-node.ts',
  '#hashing': 'src/sasl/hashing.ts',
  '#inbound': 'src/router/inbound.ts',
  '#inspector-socket': 'src/inspector/link/socket-node.ts',
  '#option-names': 'src/option-names.ts',
  'xmpp-machines': 'src/index.ts',
  'xmpp-machines/inspector': 'src/inspector/index.ts',
  'xmpp-machines/inspector/server': 'src/inspector/server/index.ts',
  'xmpp-machines/machines': 'machines/index.ts',
  'xmpp-machines/server': 'src/server/index.ts',
}

const resolveSources: Plugin = {
  name: 'sources',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^(?:#|xmpp-machines)/ }, ({ path }) => {
      const source = entries[path]
      return source === undefined ? undefined : { path: join(root, source) }
    })
  },
}
