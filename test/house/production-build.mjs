// Puts the production build beside the other one: the same modules, their charts without the prose that only people read, in
// the inspector and in drawings. Bundlers choose it by the condition `production`: the prose is 2 kB of a browser app.
// The inspector's page is there once. Lines stay where they are, so that the source maps of the other build hold.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, relative } from 'node:path'

const dist = new URL('../../dist/', import.meta.url)
const production = new URL('production/', dist)

await rm(production, { recursive: true, force: true })
for (const room of ['src', 'machines']) {
  for (const path of await readdir(new URL(room, dist), { recursive: true })) {
    if (path.endsWith('.js') && !path.startsWith('inspector/page/')) await produce(`${room}/${path}`)
  }
}

async function produce(path) {
  const target = new URL(path, production)
  const source = await readFile(new URL(path, dist), 'utf8')
  const code = path.startsWith('machines/') ? withoutProse(source) : source
  await mkdir(new URL('.', target), { recursive: true })
  await writeFile(target, withMapOf(path, code))
}

/** No prose holds a brace. */
function withoutProse(source) {
  return source.replace(/\b(?:description|meta):\s*(?:'(?:[^'\\\n]|\\.)*'|\{[^{}]*\}),?/g, (prose) =>
    prose.replace(/[^\n]/g, ''),
  )
}

function withMapOf(path, code) {
  const folder = relative(dirname(`production/${path}`), dirname(path))
  return code.replace(/^(\/\/# sourceMappingURL=)/m, `$1${folder}/`)
}
