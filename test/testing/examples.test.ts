import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createMachine } from 'xstate'
import * as testing from 'xmpp-machines/testing'

const folder = new URL('../../src/testing/', import.meta.url)
const examples = readdirSync(folder).flatMap((file) =>
  [
    ...readFileSync(new URL(file, folder), 'utf8').matchAll(/ \* @example\n((?: \*.*\n)+?)(?= \*\/| \* @)/g),
  ].map(([, text = '']) => ({ file, code: text.replaceAll(/^ \* ?/gm, '') })),
)

const trafficLight = createMachine({
  id: 'light',
  initial: 'red',
  states: {
    red: { after: { 1000: 'green' } },
    green: { after: { 1000: 'yellow' } },
    yellow: { after: { 500: 'red' } },
  },
})

/** What every example may name. */
const scope = { ...testing, trafficLight, console: { log: () => undefined } }

describe('the examples of xmpp-machines/testing', () => {
  test('are there', () => expect(examples.length).toBeGreaterThanOrEqual(3))

  test.each(examples)('of $file runs', async ({ code }) => {
    const body = `return (async () => { ${code} })()`
    const run: unknown = Reflect.construct(Function, [...Object.keys(scope), body])
    if (typeof run !== 'function') throw new Error('unreachable')
    await expect(Reflect.apply(run, undefined, Object.values(scope))).resolves.toBeUndefined()
  })
})
