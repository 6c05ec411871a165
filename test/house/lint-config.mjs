// Writes .oxlintrc.json from the table of rooms; with --check only compares.
import { readFileSync, writeFileSync } from 'node:fs'
import { files, rooms } from './rooms.mjs'

const target = new URL('../../.oxlintrc.json', import.meta.url)
const all = [...rooms.map((room) => room.name), ...files]

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
const packages = ['node:', ...Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })]

const path = (name) => (files.includes(name) ? `${name}\\.js$` : `${name}/`)
const importing = (names) => `^(\\.\\.?/)+(src/)?(${names.map(path).join('|')})`

function importRule(room) {
  const patterns = []
  const others = all.filter((name) => name !== room.name && !room.rooms.includes(name))
  const never = others.filter((name) => !room.types.includes(name))
  if (never.length > 0) {
    patterns.push({
      regex: importing(never),
      message: `${room.name}/ holds ${room.holds}: it may not import this room.`,
    })
  }
  if (room.types.length > 0) {
    const typesOnly = room.types.filter((name) => !room.rooms.includes(name))
    patterns.push({
      regex: importing(typesOnly),
      allowTypeImports: true,
      message: `${room.name}/ may import types only from here.`,
    })
  }
  const foreign = packages.filter((name) => !room.packages.includes(name))
  patterns.push({
    regex: `^(${foreign.map((name) => (name === 'node:' ? name : `${name}(/|$)`)).join('|')})`,
    message: `${room.name}/ may not import this package.`,
  })
  return ['error', { patterns }]
}

const impure = [
  'Date',
  'console',
  'crypto',
  'fetch',
  'performance',
  'process',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
]
const pureGlobals = (room) =>
  impure.map((name) => ({ name, message: `${room.name}/ reads no time, no chance and no host.` }))

const folder = (room) => (room.name === 'machines' ? 'machines/**/*.ts' : `src/${room.name}/**/*.ts`)

const config = {
  $schema: './node_modules/oxlint/configuration_schema.json',
  plugins: ['typescript', 'import', 'unicorn', 'oxc', 'promise', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: ['dist', 'coverage', 'node_modules'],
  rules: {
    'import/no-cycle': 'error',
    'import/no-unassigned-import': 'off',
    'no-shadow': 'off',
    'no-await-in-loop': 'off',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/ban-ts-comment': 'error',
    'typescript/consistent-type-imports': 'error',
    'eslint/eqeqeq': 'error',
    'eslint/no-var': 'error',
    'eslint/prefer-const': 'error',
    'eslint/max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/no-array-sort': 'off',
  },
  overrides: [
    {
      files: ['src/**/*.ts', 'machines/**/*.ts'],
      rules: { 'typescript/consistent-type-assertions': ['error', { assertionStyle: 'never' }] },
    },
    { files: ['machines/**/*.ts'], rules: { 'typescript/consistent-type-assertions': 'off' } },
    ...rooms.map((room) => ({
      files: [folder(room)],
      rules: {
        'no-restricted-imports': importRule(room),
        ...(room.pure ? { 'no-restricted-globals': ['error', ...pureGlobals(room)] } : {}),
        ...(room.name === 'machines'
          ? {
              'no-restricted-properties': [
                'error',
                { object: 'Math', property: 'random', message: 'machines/ knows no chance: take a seed.' },
              ],
            }
          : {}),
      },
    })),
  ],
}

const text = `${JSON.stringify(config, null, 2)}\n`
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error('.oxlintrc.json is stale: run `npm run lint:rules`')
    process.exit(1)
  }
} else writeFileSync(target, text)
