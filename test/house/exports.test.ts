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

/** Where the line stands that declares what a file exports under a name, if it stands there. */
const declaration = (name: string) =>
  new RegExp(
    String.raw`^export (?:async |abstract )*(?:const|class|function\*?|interface|type) ${name}\b`,
    'm',
  )

interface Exported {
  readonly name: string
  readonly file: URL
}

/** All that a file exports, by the file that declares it. */
function exportsOf(file: URL): readonly Exported[] {
  const text = read(file)
  const own = text.matchAll(/^export (?:async |abstract )*(?:const|class|function\*?|interface|type) (\w+)/gm)
  const passedOn = text.matchAll(/^export (?:type )?\{([^}]*)\} from '(\.[^']+)'/gm)
  const all = text.matchAll(/^export \* from '(\.[^']+)'/gm)
  return [
    ...Array.from(own, ([, name = '']) => ({ name, file })),
    ...Array.from(passedOn, ([, names = '', from = '']) => {
      const source = toSource(from, file)
      return names
        .split(',')
        .map((name) =>
          name
            .trim()
            .replace(/^type /, '')
            .replace(/ as .*$/, ''),
        )
        .filter((name) => name !== '')
        .flatMap((name) => find(name, source))
    }).flat(),
    ...Array.from(all, ([, from = '']) => exportsOf(toSource(from, file))).flat(),
  ]
}

const toSource = (from: string, file: URL) => new URL(from.replace(/\.js$/, '.ts'), file)

function find(name: string, file: URL): readonly Exported[] {
  if (declaration(name).test(read(file))) return [{ name, file }]
  return exportsOf(file).filter((exported) => exported.name === name)
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
