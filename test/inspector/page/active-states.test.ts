import { describe, expect, it } from 'vitest'
import { stateWords } from '../../../src/inspector/page/model/active-states.js'

describe('stateWords()', () => {
  it.each([
    ['idle', 'idle'],
    [{ online: 'fresh' }, 'online.fresh'],
    [{ online: { fresh: {} } }, 'online.fresh'],
    [{ line: 'idle', sound: { loud: 'very' } }, '(line.idle, sound.loud.very)'],
    [{ call: { line: 'idle', sound: 'loud' } }, 'call (line.idle, sound.loud)'],
    [undefined, ''],
  ])('says %j as %s', (value, words) => {
    expect(stateWords(value)).toBe(words)
  })
})
