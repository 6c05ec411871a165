import { initialTransition } from 'xstate'
import { describe, expect, it } from 'vitest'
import { toFacts } from '../../../src/inspector/recording/facts.js'
import { charts } from '../../walk/charts/index.js'

const isPlain = (value: unknown) => typeof value === 'boolean' || typeof value === 'number'

describe('what a recording may say of a chart', () => {
  it.each(charts.map(({ machine, catalogue: { inputs } }) => ({ machine, inputs, id: machine.id })))(
    'is every flag and number that $id begins with',
    ({ inputs, machine }) => {
      for (const input of inputs ?? [undefined]) {
        const [{ context }] = initialTransition(machine, input)
        const plain = Object.keys(context).filter((name) => isPlain(context[name]))
        expect(Object.keys(toFacts(context))).toEqual(expect.arrayContaining(plain))
      }
    },
  )
})
