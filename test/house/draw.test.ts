import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const script = fileURLToPath(new URL('draw.mjs', import.meta.url))
const names = [
  'charts',
  'charts/README.md',
  'charts/session.mmd',
  'charts/session.svg',
  'subscription-joint-states.svg',
]
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docs-'))
  await draw()
}, 60_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

test('drawings that were just made are not blamed', { timeout: 60_000 }, async () => {
  expect(await drawn()).toEqual(names)
  expect(await draw('--check')).toEqual({ failed: false, told: '' })
})

test(
  'a stale, a missing and a left over drawing are each blamed, and mended',
  { timeout: 60_000 },
  async () => {
    const drawing = await readFile(join(folder, 'charts/session.svg'), 'utf8')
    await writeFile(join(folder, 'charts/session.svg'), `${drawing}<!-- by hand -->`)
    await writeFile(join(folder, 'charts/retired.svg'), drawing)
    await rm(join(folder, 'charts/session.mmd'))
    await writeFile(join(folder, 'subscription-joint-states.svg'), '')
    await writeFile(join(folder, 'guide.md'), 'is not drawn')
    expect(await draw('--check')).toEqual({
      failed: true,
      told: [
        'docs/charts/session.mmd is missing',
        'docs/subscription-joint-states.svg is stale',
        'docs/charts/session.svg is stale',
        'docs/charts/retired.svg is left over: no chart is called so',
        'run `npm run draw`, look at the result and commit it',
        '',
      ].join('\n'),
    })

    await draw()
    await rm(join(folder, 'guide.md'))
    expect(await drawn()).toEqual(names)
    expect(await readFile(join(folder, 'charts/session.svg'), 'utf8')).toBe(drawing)
  },
)

async function drawn(): Promise<readonly string[]> {
  return (await readdir(folder, { recursive: true })).sort()
}

function draw(...options: readonly string[]): Promise<{ readonly failed: boolean; readonly told: string }> {
  const env = {
    ...process.env,
    DOCS_FOLDER: folder,
    CHARTS_ENTRY: './test/inspector/drawing/sample-session.ts',
  }
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...options], { env }, (error, _stdout, told) =>
      resolve({ failed: error !== null, told }),
    )
  })
}
