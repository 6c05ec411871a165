import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import packageJson from '../../package.json' with { type: 'json' }

const root = new URL('../../', import.meta.url)

/** The source that each name of the package stands for. */
export const entries = Object.values(packageJson.exports).flatMap((target) =>
  typeof target === 'string'
    ? []
    : [new URL(target.types.replace('./dist/', '').replace('.d.ts', '.ts'), root)],
)

/** Something that an app can import, and the file that declares it. */
export interface Exported {
  readonly name: string
  readonly file: URL
}

export const read = (file: URL) => readFileSync(file, 'utf8')

/** Where the line stands that declares what a file exports under a name. */
export const declaration = (name: string, flags = 'm') =>
  new RegExp(
    String.raw`^export (?:async |abstract )*(?:const|class|function\*?|interface|type) ${name}\b`,
    flags,
  )

/** All that a file exports, by the file that declares it. */
export function exportsOf(file: URL): readonly Exported[] {
  const text = read(file)
  const own = text.matchAll(declaration(String.raw`(\w+)`, 'gm'))
  const passedOn = text.matchAll(/^export (?:type )?\{([^}]*)\}(?: from '(\.[^']+)')?/gm)
  const all = text.matchAll(/^export \* from '(\.[^']+)'/gm)
  return [
    ...Array.from(own, ([, name = '']) => ({ name, file })),
    ...Array.from(passedOn, ([, names = '', from]) =>
      namesIn(names).flatMap((name) =>
        find(name, toSource(from ?? importOf(name, text) ?? `./no import of ${name}`, file)),
      ),
    ).flat(),
    ...Array.from(all, ([, from = '']) => exportsOf(toSource(from, file))).flat(),
  ]
}

/** What stands under a name in a file, wherever it is declared; nothing where that is another package, or the platform. */
export function declarationsOf(name: string, file: URL): readonly Exported[] {
  const text = read(file)
  if (declaration(name).test(text)) return [{ name, file }]
  const from = importOf(name, text)
  return from === undefined ? [] : find(name, toSource(from, file))
}

/** Without their aliases. */
const namesIn = (list: string): readonly string[] =>
  Array.from(list.matchAll(/(?:^|,)\s*(?:type )?(\w+)/g), ([, name = '']) => name)

/** Where a name comes from that a file has imported and exports. */
function importOf(name: string, text: string): string | undefined {
  const imports = text.matchAll(/^import (?:type )?\{([^}]*)\} from '(\.[^']+)'/gm)
  const [, , from] = [...imports].find(([, names = '']) => namesIn(names).includes(name)) ?? []
  return from
}

const toSource = (from: string, file: URL) => new URL(from.replace(/\.js$/, '.ts'), file)

function find(name: string, file: URL): readonly Exported[] {
  if (declaration(name).test(read(file))) return [{ name, file }]
  const found = exportsOf(file).filter((exported) => exported.name === name)
  if (found.length === 0) throw new Error(`nothing declares ${name} in ${fileURLToPath(file)}`)
  return found
}
