import { describe, expect, it } from 'vitest'
import { stateWords } from '../../../src/inspector/page/model/active-states.js'
import { readRecording } from '../../../src/inspector/page/link/read-recording.js'
import { began, opening } from './sample.js'

describe('readRecording()', () => {
  it('reads one line after another and counts what is none', () => {
    const lines = [...opening('a'), began('root', 0)]
    const texts = lines.map((line) => JSON.stringify(line))
    expect(readRecording(texts.join('\n'))).toEqual({ lines, bad: 0 })
    expect(readRecording(['{"kind":"start"}', ...texts, 'no JSON', ''].join('\n'))).toEqual({ lines, bad: 2 })
  })
})

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
