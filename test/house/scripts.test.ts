import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const run = (script: string, ...words: readonly string[]) => {
  const file = fileURLToPath(new URL(`../${script}`, import.meta.url))
  const { status, stderr } = spawnSync(process.execPath, [file, ...words], { encoding: 'utf8' })
  return { status, stderr }
}

test.each(['seed/report.mjs', 'walk/run.mjs'])(
  '%s gives advice for an option that there is not',
  (script) => {
    expect(run(script, '--jsn')).toEqual({
      status: 2,
      stderr: 'There is no option --jsn. Did you mean --json?\n',
    })
  },
)

test('a walk of what there is not fails, and says what there is', () => {
  const { status, stderr } = run('walk/run.mjs', '--only', 'sesion')
  expect(status).toBe(2)
  expect(stderr).toMatch(/^--only knows no "sesion"\. There are charts, .*\bsession\b/)
})

test('a picture of what there is not is not taken, and it is said what there is', () => {
  const { status, stderr } = run('house/screenshots.mjs', 'chart', 'chrat')
  expect(status).toBe(2)
  expect(stderr).toMatch(/^There is no picture "chrat"\. There are chart, far, .*\bnarrow\.\n$/)
})
