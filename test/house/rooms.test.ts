import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { files, rooms } from './rooms.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** A line of a planted file, and the rule that must refuse it; `null` where it is allowed. */
interface Planted {
  readonly line: string
  readonly rule: string | null
}

const importRule = 'eslint(no-restricted-imports)'
const globalRule = 'eslint(no-restricted-globals)'

const all = [...rooms, ...files]
const isFile = (name: string): boolean => files.some((file) => file.name === name)
const pathOf = (name: string): string =>
  isFile(name) ? `src/${name}.ts` : `${name === 'machines' ? '' : 'src/'}${name}/planted.ts`

/** How `from` would import something out of `to`. */
function specifierOf(from: string, to: string): string {
  const up = isFile(from) ? './' : '../'
  const target = isFile(to) ? `${to}.js` : `${to}/thing.js`
  if (from === 'machines') return `../src/${target}`
  return to === 'machines' ? `${isFile(from) ? '../' : '../../'}${target}` : `${up}${target}`
}

function plantsOf(room: (typeof all)[number]): readonly Planted[] {
  const others = all.filter(({ name }) => name !== room.name)
  const foreign = [
    'lodash',
    'fs',
    'vitest',
    'xstate',
    'rxjs',
    'ws',
    'htmlparser2',
    'node:net',
    'node:fs/promises',
  ]
  const isAllowed = (name: string): boolean =>
    room.packages.some((each) => name === each || (each === 'node:' && name.startsWith(each)))
  return [
    ...others.flatMap(({ name }, index) => {
      const path = specifierOf(room.name, name)
      const mayValue = room.rooms.includes(name)
      return [
        { line: `export { a as v${index} } from '${path}'`, rule: mayValue ? null : importRule },
        {
          line: `export type { A as T${index} } from '${path}'`,
          rule: mayValue || room.types.includes(name) ? null : importRule,
        },
      ]
    }),
    ...foreign.map((name, index) => ({
      line: `export { a as p${index} } from '${name}'`,
      rule: isAllowed(name) ? null : importRule,
    })),
    ...['Date', 'setTimeout', 'globalThis', 'console'].map((name) => ({
      line: `export const g${name} = ${name}`,
      rule: room.pure ? globalRule : null,
    })),
    ...['Buffer', 'process'].map((name) => ({
      line: `export const g${name} = ${name}`,
      rule: room.packages.includes('node:') ? null : globalRule,
    })),
    {
      line: 'export const chance = Math.random()',
      rule: room.pure ? 'eslint(no-restricted-properties)' : null,
    },
  ]
}

/** Rules that hold in every room. */
const everywhere: readonly Planted[] = [
  { line: 'export const one: any = 1', rule: 'typescript(no-explicit-any)' },
  { line: 'export const two = [1][0]!', rule: 'typescript(no-non-null-assertion)' },
  { line: 'export const three = JSON.parse("3") as number', rule: 'typescript(consistent-type-assertions)' },
  { line: 'export const four = (five: number) => five == 4', rule: 'eslint(eqeqeq)' },
  {
    line: 'export const five = () => { void 0; Promise.resolve(5) }',
    rule: 'typescript(no-floating-promises)',
  },
  { line: 'export const six = async () => { await 6 }', rule: 'typescript(await-thenable)' },
  {
    line: 'export const seven = () => { [7].forEach(async () => {}) }',
    rule: 'typescript(no-misused-promises)',
  },
  {
    line: "export const eight = (a: 'x' | 'y') => { switch (a) { case 'x': return 8 } return 0 }",
    rule: 'typescript(switch-exhaustiveness-check)',
  },
  { line: 'export const nine = () => { throw 9 }', rule: 'typescript(only-throw-error)' },
  { line: 'export const ten = JSON.parse("10").length', rule: 'typescript(no-unsafe-assignment)' },
]

let house = ''
/** By file: the rules that refused a line, by its number. */
const found = new Map<string, Map<number, Set<string>>>()

beforeAll(async () => {
  house = await mkdtemp(join(tmpdir(), 'house-'))
  await cp(join(root, '.oxlintrc.json'), join(house, '.oxlintrc.json'))
  const compilerOptions = { module: 'nodenext', target: 'es2023', strict: true, types: [] }
  await plant('tsconfig.json', JSON.stringify({ compilerOptions }))
  for (const room of all) await plant(pathOf(room.name), textOf(plantsOf(room)))
  await plant('src/xml/everywhere.ts', textOf(everywhere))
  await plant('src/xml/notKebab.ts', 'export const a = 1\n')
  await plant('src/xml/long.ts', 'export {}\n'.repeat(401))
  await plant('src/xml/here.ts', "export { b } from './there.js'\n")
  await plant('src/xml/there.ts', "export { a as b } from './here.js'\n")
  const report: { readonly diagnostics: readonly Diagnostic[] } = JSON.parse(await lint())
  for (const { filename, code, labels } of report.diagnostics) {
    const lines = found.get(filename) ?? new Map<number, Set<string>>()
    const number = labels[0]?.span.line ?? 0
    lines.set(number, (lines.get(number) ?? new Set()).add(code))
    found.set(filename, lines)
  }
}, 60_000)

afterAll(() => rm(house, { recursive: true, force: true }))

interface Diagnostic {
  readonly filename: string
  readonly code: string
  readonly labels: readonly { readonly span: { readonly line: number } }[]
}

describe.each(all.map((room) => ({ name: room.name, plants: plantsOf(room) })))(
  '$name',
  ({ name, plants }) => {
    test('refuses what the table does not allow, and only that', () => {
      const isOfTheTable = /no-restricted-(?:imports|globals|properties)/
      const refused = plants.flatMap(({ line }, index) =>
        [...codesAt(pathOf(name), index + 1)]
          .filter((code) => isOfTheTable.test(code))
          .map((code) => `${line} — ${code}`),
      )
      expect(refused).toEqual(
        plants.flatMap(({ line, rule }) => (rule === null ? [] : [`${line} — ${rule}`])),
      )
    })
  },
)

describe('every room', () => {
  test.each(everywhere.map((planted, index) => ({ ...planted, number: index + 1 })))(
    '$rule refuses `$line`',
    ({ rule, number }) => {
      expect([...codesAt('src/xml/everywhere.ts', number)]).toContain(rule)
    },
  )

  test.each([
    ['src/xml/notKebab.ts', 'unicorn(filename-case)'],
    ['src/xml/long.ts', 'eslint(max-lines)'],
    ['src/xml/here.ts', 'import(no-cycle)'],
  ])('%s is refused by %s', (file, rule) => {
    expect([...(found.get(file)?.values() ?? [])].flatMap((codes) => [...codes])).toContain(rule)
  })
})

function codesAt(file: string, number: number): ReadonlySet<string> {
  return found.get(file)?.get(number) ?? new Set()
}

function textOf(planted: readonly Planted[]): string {
  return planted.map(({ line }) => `${line}\n`).join('')
}

async function plant(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(house, path)), { recursive: true })
  await writeFile(join(house, path), text)
}

function lint(): Promise<string> {
  return new Promise((resolve) => {
    const oxlint = join(root, 'node_modules/.bin/oxlint')
    // oxlint ends with a failure where it finds something, as it must here.
    execFile(
      oxlint,
      ['--type-aware', '--format', 'json'],
      { cwd: house, maxBuffer: 2 ** 26 },
      (_error, stdout) => resolve(stdout),
    )
  })
}
