import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { RegistrationReason } from '../../machines/registration.js'
import * as entry from '../../src/index.js'
import { XmppError } from '../../src/errors.js'

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')

/** The row of a table that begins with these words. */
const row = (first: string) => readme.split('\n').find((line) => line.startsWith(`| ${first}`)) ?? ''

describe('the README', () => {
  test('lists every class of errors that an app can meet', () => {
    const classes = Object.entries(entry).flatMap(([name, value]) =>
      typeof value === 'function' && value.prototype instanceof XmppError ? [name] : [],
    )
    expect(classes.length).toBeGreaterThan(8)
    expect(classes.filter((name) => row(`\`${name}\``) === '')).toEqual([])
  })

  test('names whatever can come of a registration', () => {
    const reasons = {
      conflict: true,
      exposed: true,
      incomplete: true,
      invitation: true,
      later: true,
      'not-acceptable': true,
      'not-allowed': true,
      redirected: true,
      refused: true,
      unsupported: true,
      withdrawn: true,
    } satisfies Record<RegistrationReason, true>
    const outcomes = ['registered', ...Object.keys(reasons)]
    expect(outcomes.filter((name) => !row('make the account').includes(`\`${name}\``))).toEqual([])
  })
})
