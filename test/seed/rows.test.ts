import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { examples } from '../document/examples.js'
import { judge, type TestResult } from './judge.js'
import { report } from './report.js'
import { rows, type SeedRow } from './rows.js'

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))

describe('the rows of the founding document', () => {
  it('are all nineteen, in order', () => {
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 19 }, (_, index) => `S${index + 1}`))
  })

  it('take in every example', () => {
    const known = new Set(rows.map(({ id }) => id))
    expect(examples.filter(({ id }) => !known.has(id.split('.')[0] ?? ''))).toEqual([])
  })

  it.each(rows)('$id names only tests, charts and programs that exist', ({ charts, examples, proofs }) => {
    expect(proofs.length).toBeGreaterThan(0)
    expect(examples.length).toBeGreaterThan(0)
    const missing = proofs.filter(({ file, test }) => {
      const source = readFileSync(path(file), 'utf8')
      return !["'", '`'].some(
        (quote) =>
          source.includes(`(${quote}${test}${quote},`) ||
          source.includes(`\n        ${quote}${test}${quote},`),
      )
    })
    expect(missing).toEqual([])
    const files = [
      ...charts.map((name) => `docs/charts/${name}.svg`),
      ...examples.map((name) => `examples/${name}.ts`),
    ]
    expect(files.filter((file) => !existsSync(path(file)))).toEqual([])
  })
})

describe('a verdict', () => {
  const row: SeedRow = {
    id: 'S99',
    title: 'a row',
    what: '',
    charts: [],
    examples: [],
    proofs: [
      { file: 'test/conversations/people.ts', test: 'works with %s' },
      { file: 'test/conversations/people.ts', test: 'hides', unless: 'hides nobody' },
    ],
  }
  const ran = (title: string, status = 'passed', server = 'prosody'): TestResult => ({
    file: 'test/interop/conversations.test.ts',
    title,
    ancestors: [`on ${server}`, 'example.test'],
    status,
  })

  it('is pass where every proof has passed, on this server', () => {
    const results = [ran('works with one'), ran('works with two'), ran('hides')]
    expect(judge(row, 'prosody', results, [])).toEqual({ verdict: 'pass', passed: 3, reasons: [] })
    expect(judge(row, 'ejabberd', results, [])).toMatchObject({ verdict: 'fail', passed: 0 })
  })

  it('is fail where a proof has failed, was skipped or was not run', () => {
    const failed = [ran('works with one'), ran('works with two', 'failed'), ran('hides')]
    expect(judge(row, 'prosody', failed, [])).toMatchObject({
      verdict: 'fail',
      reasons: ['failed: works with two'],
    })
    const skipped = [ran('works with one'), ran('hides', 'skipped')]
    expect(judge(row, 'prosody', skipped, [])).toMatchObject({ verdict: 'fail', reasons: ['not run: hides'] })
    expect(report([]).isProven).toBe(false)
  })

  it('names what a server does not offer, once the server was held to that', () => {
    const told = ['not offered by this server: invisibility (XEP-0186)']
    expect(judge(row, 'prosody', [ran('works with one'), ran('hides')], ['hides nobody'])).toEqual({
      verdict: 'pass',
      passed: 1,
      reasons: told,
    })
    const [, hidden] = row.proofs
    const alone = { ...row, proofs: hidden === undefined ? [] : [hidden] }
    expect(judge(alone, 'prosody', [ran('hides')], ['hides nobody'])).toEqual({
      verdict: 'not offered',
      passed: 0,
      reasons: told,
    })
    expect(judge(alone, 'prosody', [ran('hides', 'failed')], ['hides nobody'])).toMatchObject({
      verdict: 'fail',
    })
  })
})
