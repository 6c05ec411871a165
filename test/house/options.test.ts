import { describe, expect, test } from 'vitest'
import { declarationsOf, entries, exportsOf, read, type Exported } from './exported.js'

/** Parts of a name, an address and a company: their names say what they are, and their interfaces the rest. */
const selfEvident = new Set(['Organization', 'PersonName', 'PostalAddress'])

/** What is read by an app that is written with `exactOptionalPropertyTypes`. */
const client = /\/src\/(?:index|inspector\/index|testing\/node)\.ts$/

interface Interface extends Exported {
  /** What it extends, with what is taken out of that or left out of it. */
  readonly bases: readonly Exported[]
  readonly members: readonly Member[]
}

interface Member {
  readonly name: string
  readonly isOptional: boolean
  readonly isSilent: boolean
}

function interfacesOf({ name, file }: Exported): readonly Interface[] {
  const shape = String.raw`^export interface ${name}\b([^{]*)\{\n(.*?)^\}`
  const [, head = '', body] = new RegExp(shape, 'ms').exec(read(file)) ?? []
  if (body === undefined) return []
  const names = head.match(/[A-Z]\w+/g) ?? []
  const bases = names.flatMap((base) => declarationsOf(base, file))
  return [{ name, file, bases, members: membersIn(body) }]
}

/** Members that may be left out, but not be given as `undefined`. */
function strict({ name, file }: Exported): readonly string[] {
  const shape = String.raw`^export interface ${name}\b[^{]*\{\n(.*?)^\}`
  const [, body = ''] = new RegExp(shape, 'ms').exec(read(file)) ?? []
  const member =
    /^ {2}(?:readonly )?([\w$]+)\?:\s(.*?)(?=^ {2}(?:\/\*\*|(?:readonly )?[\w$]+\??[(:<])|$(?![^]))/gms
  return Array.from(body.matchAll(member), ([, key, type = '']) =>
    type.trimEnd().endsWith('| undefined') ? [] : [`${name}.${key}`],
  ).flat()
}

/** Whatever stands two spaces in, with or without the end of a sentence above it. */
const membersIn = (body: string): readonly Member[] =>
  Array.from(
    body.matchAll(/(\*\/\n)?^ {2}(?:readonly )?([\w$]+)(\?)?[(:<]/gm),
    ([, said, name = '', optional]) => ({
      name,
      isOptional: optional !== undefined,
      isSilent: said === undefined,
    }),
  )

/** An interface and all that it extends. */
const lineage = (each: Interface): readonly Interface[] => [
  each,
  ...each.bases.flatMap(interfacesOf).flatMap(lineage),
]

function silent(interfaces: readonly Interface[], isHeld: (member: Member) => boolean) {
  const names = interfaces
    .filter(({ name }) => !selfEvident.has(name))
    .flatMap(({ name, members }) =>
      members.filter((member) => member.isSilent && isHeld(member)).map((member) => `${name}.${member.name}`),
    )
  return [...new Set(names)]
}

describe('whatever an app can set', () => {
  const interfaces = entries.flatMap(exportsOf).flatMap(interfacesOf)

  test('says what it does', () => {
    const settings = interfaces.filter(({ name }) => /(?:Input|Limits|Options|Timeouts)$/.test(name))
    expect(settings.length).toBeGreaterThan(30)
    expect(silent(settings.flatMap(lineage), () => true)).toEqual([])
  })

  test('may be given as undefined, too', () => {
    const settings = entries
      .filter(({ pathname }) => client.test(pathname))
      .flatMap(exportsOf)
      .filter(({ name }) => /(?:Information|Input|Limits|Options)$/.test(name))
    expect(settings.length).toBeGreaterThan(20)
    expect(settings.flatMap(strict)).toEqual([])
  })

  test('says what is so where it is left out', () => {
    expect(silent(interfaces.flatMap(lineage), ({ isOptional }) => isOptional)).toEqual([])
  })
})
