// Bundles the inspector's page into the build: one script, one style sheet, what saves charts, what failures mean, what a session is protected by, the worker that lays charts out, and ELK as its own author built it, for what that worker does not know.
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { argv, pid } from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = new URL('../../', import.meta.url)
const source = new URL('src/inspector/page/', root)

/**
 * Writes all files of the page into a folder.
 * @param {string} folder
 */
export async function buildPage(folder) {
  const target = new URL(`${pathToFileURL(folder)}/`)
  await mkdir(target, { recursive: true })
  await build({
    absWorkingDir: fileURLToPath(root),
    entryPoints: [
      { in: 'src/inspector/page/page.tsx', out: 'page' },
      { in: 'src/inspector/page/page.css', out: 'page' },
      { in: 'src/inspector/page/panes/save/drawing.ts', out: 'drawing' },
      { in: 'src/inspector/page/panes/details/failures.ts', out: 'failures' },
      { in: 'src/inspector/page/panes/security/judge.ts', out: 'security' },
      { in: 'src/inspector/page/chart/layouts.ts', out: 'layouts' },
    ],
    outdir: folder,
    bundle: true,
    // A classic script: a page that is opened from a file may load no module.
    format: 'iife',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    minify: true,
    tsconfigRaw: {
      compilerOptions: {
        jsx: 'react',
        jsxFactory: 'h',
        jsxFragmentFactory: 'Fragment',
        useDefineForClassFields: false,
      },
    },
    inject: ['node_modules/preact/dist/preact.mjs'],
    plugins: [evaluated],
    banner: { js: '/*! xmpp-machines, MIT. With preact and @preact/signals, MIT: licences.txt */' },
    logLevel: 'warning',
  })
  await copyFile(new URL('index.html', source), new URL('index.html', target))
  await writeFile(
    new URL('layout-worker.js', target),
    `/*! elkjs ${await versionOf('elkjs')}, unchanged. EPL-2.0, see licences.txt. Source: https://github.com/kieler/elkjs */\n` +
      (await read('elkjs/lib/elk-worker.min.js')),
  )
  await writeFile(new URL('licences.txt', target), await licences())
}

/**
 * Modules that need what the page need not have: they are run here, and what they export becomes a constant.
 * @type {import('esbuild').Plugin}
 */
const evaluated = {
  name: 'evaluated',
  setup: (pipeline) => {
    pipeline.onLoad({ filter: /[/\\](?:subscription|failure|layout)-table\.ts$/ }, async ({ path }) => {
      const { outputFiles } = await build({
        entryPoints: [path],
        bundle: true,
        format: 'esm',
        platform: 'node',
        write: false,
      })
      const found = await resultOf(outputFiles.map(({ text }) => text).join(''))
      const constants = Object.entries(found).map(
        ([name, value]) => `export const ${name} = ${toExpression(JSON.stringify(value))}`,
      )
      return { contents: constants.join('\n'), loader: 'js' }
    })
  },
}

/** V8 parses much JSON in a string several times faster than the same as code, which it goes over twice. */
const muchJson = 10_000

/** @param {string} json */
const toExpression = (json) => (json.length < muchJson ? json : `JSON.parse(${JSON.stringify(json)})`)

/**
 * What a module exports. Kept under the digest of its code, all that it imports included: laying charts out takes seconds.
 * @param {string} code
 */
async function resultOf(code) {
  const kept = new URL(
    `node_modules/.cache/xmpp-machines/${createHash('sha256').update(code).digest('hex')}.json`,
    root,
  )
  const text = await readFile(kept, 'utf8').catch(() => undefined)
  if (text !== undefined) return JSON.parse(text)
  const found = await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)
  await mkdir(new URL('.', kept), { recursive: true })
  const draft = new URL(`${kept}.${pid}`)
  await writeFile(draft, JSON.stringify(found))
  await rename(draft, kept)
  return found
}

const bundled = [
  ['preact', 'LICENSE'],
  ['@preact/signals', 'LICENSE'],
  ['@preact/signals-core', 'LICENSE'],
  ['elkjs', 'LICENSE.md'],
]

async function licences() {
  const texts = await Promise.all(
    bundled.map(
      async ([name, file]) =>
        `${name} ${await versionOf(name)}\n\n${(await read(`${name}/${file}`)).trim()}\n`,
    ),
  )
  return [
    'page.js contains preact and @preact/signals; layout-worker.js is elkjs, unchanged.\n' +
      'The source of elkjs is available under the EPL-2.0 at https://github.com/kieler/elkjs\n',
    ...texts,
  ].join(`\n${'-'.repeat(80)}\n\n`)
}

/** @param {string} path */
function read(path) {
  return readFile(new URL(`node_modules/${path}`, root), 'utf8')
}

/** @param {string} name */
async function versionOf(name) {
  return JSON.parse(await read(`${name}/package.json`)).version
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  await buildPage(fileURLToPath(new URL('dist/src/inspector/page', root)))
}
