// Writes .oxlintrc.json from the table of rooms; with --check only compares.
import { readFileSync, writeFileSync } from 'node:fs'
import { files, rooms } from './rooms.mjs'

const target = new URL('../../.oxlintrc.json', import.meta.url)
const all = [...rooms.map((room) => room.name), ...files.map((file) => file.name)]

const isFile = (name) => files.some((file) => file.name === name)
const path = (name) => (isFile(name) ? `${name}(-[a-z-]+)?\\.js$` : `${name}/`)
/** Out of a folder another room is always reached by `../`: what begins with `./` alone is of the same room. */
const leaving = (name) => (isFile(name) ? '(\\./|\\.\\./)+' : '(\\./)?(\\.\\./)+')
const importing = (name, names) => `^${leaving(name)}(src/)?(${names.map(path).join('|')})`

function importRule({ name, holds, rooms: allowed, types, packages }) {
  const patterns = []
  const never = all.filter((other) => ![name, ...allowed, ...types].includes(other))
  if (never.length > 0) {
    patterns.push({
      regex: importing(name, never),
      message: `${name} holds ${holds}: it may not import this room.`,
    })
  }
  if (types.length > 0) {
    patterns.push({
      regex: importing(name, types),
      allowTypeImports: true,
      message: `${name} may import types only from here.`,
    })
  }
  const allowedPackages = packages.flatMap((each) =>
    each === 'node:' ? ['!node:*', '!node:*/**'] : [`!${each}`, `!${each}/**`],
  )
  patterns.push({
    group: ['*', '!.', '!..', '!./**', '!../**', ...allowedPackages],
    message: `${name} may not import this package.`,
  })
  return ['error', { patterns }]
}

const hostGlobals = ['Buffer', '__dirname', '__filename', 'process', 'require', 'setImmediate']
const impureGlobals = [
  'Date',
  'WebSocket',
  'clearInterval',
  'clearTimeout',
  'console',
  'crypto',
  'document',
  'fetch',
  'globalThis',
  'localStorage',
  'navigator',
  'performance',
  'queueMicrotask',
  'setInterval',
  'setTimeout',
  'window',
]

function globalRule({ name, packages, pure }) {
  const names = [
    ...(packages.includes('node:') ? [] : hostGlobals.map((each) => [each, 'runs in browsers too'])),
    ...(pure ? impureGlobals.map((each) => [each, 'reads no time, no chance and no host']) : []),
  ]
  return names.length === 0
    ? {}
    : {
        'no-restricted-globals': [
          'error',
          ...names.map(([each, why]) => ({ name: each, message: `${name} ${why}.` })),
        ],
      }
}

const chanceRule = ({ name, pure }) =>
  pure
    ? {
        'no-restricted-properties': [
          'error',
          { object: 'Math', property: 'random', message: `${name} knows no chance: take a seed.` },
        ],
      }
    : {}

const rulesOf = (room) => ({
  'no-restricted-imports': importRule(room),
  ...globalRule(room),
  ...chanceRule(room),
})

const folder = (room) => (room.name === 'machines' ? 'machines/**/*.ts' : `src/${room.name}/**/*.{ts,tsx}`)

const config = {
  $schema: './node_modules/oxlint/configuration_schema.json',
  plugins: ['typescript', 'import', 'unicorn', 'oxc', 'promise', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: ['dist', 'coverage', 'node_modules'],
  rules: {
    'import/no-cycle': 'error',
    'import/no-unassigned-import': 'off',
    // A protocol has control characters to look for.
    'no-control-regex': 'off',
    'no-shadow': 'off',
    'no-await-in-loop': 'off',
    // It does not see that what runs inside a loop may change a variable outside.
    'no-unmodified-loop-condition': 'off',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/ban-ts-comment': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-require-imports': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/await-thenable': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/return-await': ['error', 'error-handling-correctness-only'],
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/use-unknown-in-catch-callback-variable': 'error',
    // The compiler sees to it, and knows that a switch is exhaustive.
    'typescript/consistent-return': 'off',
    // Values with a toString() of their own may be written into a text; no-base-to-string finds the others.
    'typescript/restrict-template-expressions': 'off',
    'eslint/eqeqeq': 'error',
    'eslint/no-var': 'error',
    'eslint/prefer-const': 'error',
    'eslint/max-lines': ['error', { max: 400 }],
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/no-array-sort': 'off',
  },
  overrides: [
    {
      files: ['src/**/*.{ts,tsx}', 'machines/**/*.ts'],
      rules: {
        'typescript/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
        'typescript/no-deprecated': 'error',
        'typescript/no-unsafe-argument': 'error',
        'typescript/no-unsafe-assignment': 'error',
        'typescript/no-unsafe-call': 'error',
        'typescript/no-unsafe-member-access': 'error',
        'typescript/no-unsafe-return': 'error',
      },
    },
    {
      // `types: {} as { … }` is how XState's setup() is told its types.
      files: ['machines/**/*.ts', 'test/testing/**/*.ts', 'test/inspector/**/*.ts'],
      rules: {
        'typescript/consistent-type-assertions': 'off',
        'typescript/no-unnecessary-type-assertion': 'off',
        'typescript/no-unsafe-type-assertion': 'off',
      },
    },
    {
      files: ['test/**/*.ts'],
      rules: { 'typescript/no-misused-spread': 'off', 'typescript/unbound-method': 'off' },
    },
    ...rooms.map((room) => ({ files: [folder(room)], rules: rulesOf(room) })),
    ...files.map((file) => ({
      files: [`src/${file.name}.ts`, `src/${file.name}-*.ts`],
      rules: rulesOf(file),
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
