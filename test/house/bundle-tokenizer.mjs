// Puts htmlparser2's tokenizer into the build, without the tables of HTML entities: with `decodeEntities: false` it never
// looks at them, but a bundler cannot know that.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = new URL('../../', import.meta.url)
const file = (path) => fileURLToPath(new URL(path, root))
const license = await readFile(file('node_modules/htmlparser2/LICENSE'), 'utf8')
const { version } = JSON.parse(await readFile(file('node_modules/htmlparser2/package.json'), 'utf8'))

/** What the tokenizer asks of `entities` when it is made; none of it is called. */
const noEntities = `
export class EntityDecoder {}
export const DecodingMode = {}, htmlDecodeTree = undefined, xmlDecodeTree = undefined
`

await build({
  stdin: { contents: `export { QuoteType, Tokenizer } from 'htmlparser2'`, resolveDir: file('.') },
  outfile: file('dist/src/xml/tokenizer.js'),
  bundle: true,
  format: 'esm',
  target: 'es2022',
  treeShaking: true,
  charset: 'utf8',
  logLevel: 'warning',
  banner: { js: `/*! htmlparser2 ${version}, its tokenizer alone\n${license}*/` },
  plugins: [
    {
      name: 'no entities',
      setup: (bundler) => {
        bundler.onResolve({ filter: /^entities\/decode$/ }, () => ({ path: 'entities', namespace: 'none' }))
        bundler.onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: noEntities }))
      },
    },
  ],
})
