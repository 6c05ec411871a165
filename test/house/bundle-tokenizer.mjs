// Puts htmlparser2's tokenizer into the build, folded to what `src/xml/tokenizer.ts` promises of it: to load HTML's half and
// the tables of its entities takes ten times as long.
import { readFile, writeFile } from 'node:fs/promises'
import { foldTokenizer } from './fold-tokenizer.mjs'

const root = new URL('../../', import.meta.url)
const read = (path) => readFile(new URL(`node_modules/htmlparser2/${path}`, root), 'utf8')

const { version } = JSON.parse(await read('package.json'))
const banner = `/*! htmlparser2 ${version}, its tokenizer alone\n${await read('LICENSE')}*/\n`
const tokenizer = await foldTokenizer(await read('dist/Tokenizer.js'), [
  'constructor',
  'reset',
  'write',
  'pause',
])
await writeFile(new URL('dist/src/xml/tokenizer.js', root), banner + tokenizer)
