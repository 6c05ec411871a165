import { basename } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Metafile, type OutputFile, type Plugin } from 'esbuild'
import { benchFile } from './places.js'
import { toRow, type Finding, type Group } from './row.js'
import { clientTitles, type Client } from './clients.js'

const apps = ['ours', 'xmpp-client', 'stanza', 'strophe'] as const satisfies readonly Client[]
const gzipLimitKb = 55
const gzipAimKb = 45

/** Kilobytes that a browser loads at first, and with what it loads later for what few apps need. */
interface Size {
  readonly minified: number
  readonly gzip: number
  readonly totalGzip: number
}

/** What Vite and webpack name when they build for production. */
const productionConditions = ['production', 'module']

/** Bytes of the smallest app for browsers: connect, log in, roster, presence, send, receive. */
export async function measureSizes(): Promise<Group> {
  const sizes = new Map<Client, Size | string>()
  for (const app of apps) sizes.set(app, await sizeOf(app, productionConditions))
  const ours = sizes.get('ours')
  if (ours === undefined || typeof ours === 'string') throw new Error(`our app does not build: ${ours ?? ''}`)
  const unconditioned = await sizeOf('ours', ['module'])
  const findings = (['minified', 'gzip'] as const).flatMap((form) =>
    apps.slice(1).map((app, index): Finding => {
      const theirs = sizes.get(app)
      return {
        ...toRow({
          name: `browser app, ${form === 'gzip' ? 'minified and gzip' : 'minified'}`,
          ours: ours[form],
          peer: clientTitles[app],
          peerValue: theirs === undefined || typeof theirs === 'string' ? null : theirs[form],
          unit: 'kB',
          runs: 1,
        }),
        target:
          form === 'gzip' && index === 0
            ? { text: `≤ ${gzipLimitKb}, aim ${gzipAimKb}`, isMet: ours.gzip <= gzipLimitKb }
            : undefined,
        remark: typeof theirs === 'string' ? theirs : undefined,
      }
    }),
  )
  return {
    title: 'The smallest browser app: connect, log in, roster, presence, send, receive',
    findings,
    remarks: [
      'esbuild, minified, ES modules for es2022, under the conditions of a production build; gzip -9; kB of 1000 bytes.',
      `What is loaded at first. Ours with what discovery and non-ASCII passwords load later: ${inWords(ours)}.`,
      `Ours where the bundler does not name the condition production: ${inWords(unconditioned)}.`,
      '@xmpp/client imports node:dns even so; here that is an empty module.',
    ],
  }
}

/** What only Node has is empty in a browser, as bundlers that are told so make it. */
const withoutNode: Plugin = {
  name: 'without Node',
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'node' }))
    onLoad({ filter: /.*/, namespace: 'node' }, () => ({ contents: 'module.exports = {}' }))
  },
}

const inWords = (size: Size | string): string =>
  typeof size === 'string'
    ? size
    : `${size.totalGzip.toFixed(1)} kB in all, ${size.gzip.toFixed(1)} kB at first`

async function sizeOf(app: Client, conditions: readonly string[]): Promise<Size | string> {
  try {
    const { metafile, outputFiles } = await build({
      entryPoints: [benchFile('apps', `${app}.mjs`)],
      bundle: true,
      splitting: true,
      minify: true,
      conditions: [...conditions],
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      write: false,
      metafile: true,
      outdir: outputFolder,
      legalComments: 'none',
      logLevel: 'silent',
      plugins: [withoutNode],
    })
    const first = loadedAtFirst(app, metafile, outputFiles)
    return {
      minified: kilobytes(first, (contents) => contents.length),
      gzip: kilobytes(first, gzipLength),
      totalGzip: kilobytes(outputFiles, gzipLength),
    }
  } catch (error) {
    return String(error).split('\n')[0] ?? ''
  }
}

/** Nothing is written there. */
const outputFolder = '/app'

/** The app, and what it imports before it runs. */
function loadedAtFirst(
  app: Client,
  { outputs }: Metafile,
  files: readonly OutputFile[],
): readonly OutputFile[] {
  const loaded = new Set<string>()
  const load = (path: string): void => {
    if (loaded.has(path)) return
    loaded.add(path)
    for (const one of outputs[path]?.imports ?? []) if (one.kind === 'import-statement') load(one.path)
  }
  for (const [path, { entryPoint }] of Object.entries(outputs)) {
    if (entryPoint?.endsWith(`/${app}.mjs`) === true) load(path)
  }
  const names = new Set([...loaded].map((path) => basename(path)))
  return files.filter(({ path }) => names.has(basename(path)))
}

function kilobytes(files: readonly OutputFile[], lengthOf: (contents: Uint8Array) => number): number {
  return files.reduce((sum, { contents }) => sum + lengthOf(contents), 0) / 1000
}

const gzipLength = (contents: Uint8Array): number => gzipSync(contents, { level: 9 }).length
