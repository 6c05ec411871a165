import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { declaration, entries, exportsOf, read } from './exported.js'

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
