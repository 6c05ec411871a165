import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }

const root = new URL('../../', import.meta.url)

/** The source that each name of the package stands for. */
const entries = Object.values(packageJson.exports).flatMap((target) =>
  typeof target === 'string'
    ? []
    : [new URL(target.types.replace('./dist/', '').replace('.d.ts', '.ts'), root)],
)

const read = (file: URL) => readFileSync(file, 'utf8')

/** Where the line stands that declares what a file exports under a name. */
const declaration = (name: string, flags = 'm') =>
  new RegExp(
    String.raw`^export (?:async |abstract )*(?:const|class|function\*?|interface|type) ${name}\b`,
    flags,
  )

interface Exported {
  readonly name: string
  readonly file: URL
}

/** All that a file exports, by the file that declares it. */
function exportsOf(file: URL): readonly Exported[] {
  const text = read(file)
  const own = text.matchAll(declaration(String.raw`(\w+)`, 'gm'))
  const passedOn = text.matchAll(/^export (?:type )?\{([^}]*)\}(?: from '(\.[^']+)')?/gm)
  const all = text.matchAll(/^export \* from '(\.[^']+)'/gm)
  return [
    ...Array.from(own, ([, name = '']) => ({ name, file })),
    ...Array.from(passedOn, ([, names = '', from]) =>
      namesIn(names).flatMap((name) => find(name, toSource(from ?? importOf(name, text), file))),
    ).flat(),
    ...Array.from(all, ([, from = '']) => exportsOf(toSource(from, file))).flat(),
  ]
}

/** Without their aliases. */
const namesIn = (list: string): readonly string[] =>
  Array.from(list.matchAll(/(?:^|,)\s*(?:type )?(\w+)/g), ([, name = '']) => name)

/** Where a name comes from that a file has imported and exports. */
function importOf(name: string, text: string): string {
  const imports = text.matchAll(/^import (?:type )?\{([^}]*)\} from '(\.[^']+)'/gm)
  const [, , from] = [...imports].find(([, names = '']) => namesIn(names).includes(name)) ?? []
  return from ?? `./no import of ${name}`
}

const toSource = (from: string, file: URL) => new URL(from.replace(/\.js$/, '.ts'), file)

function find(name: string, file: URL): readonly Exported[] {
  if (declaration(name).test(read(file))) return [{ name, file }]
  const found = exportsOf(file).filter((exported) => exported.name === name)
  if (found.length === 0) throw new Error(`nothing declares ${name} in ${fileURLToPath(file)}`)
  return found
}

describe('whatever an app can import', () => {
  const exported = entries.flatMap(exportsOf)

  test('is found: several hundred names', () => {
    expect(entries.length).toBe(Object.keys(packageJson.exports).length - 1)
    expect(new Set(exported.map(({ name }) => name)).size).toBeGreaterThan(300)
  })

  test('says what it is', () => {
    const silent = exported.filter(({ name, file }) => {
      const [before = ''] = read(file).split(declaration(name))
      return !before.trimEnd().endsWith('*/')
    })
    expect(silent.map(({ name, file }) => `${name} in ${fileURLToPath(file)}`)).toEqual([])
  })
})
