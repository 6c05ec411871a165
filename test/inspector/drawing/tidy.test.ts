import { describe, expect, test } from 'vitest'
import { measure, wrap } from '../../../src/inspector/drawing/metrics.js'
import { straighten } from '../../../src/inspector/drawing/tidy.js'

const at = (...pairs: readonly (readonly [number, number])[]) => pairs.map(([x, y]) => ({ x, y }))

describe('straighten()', () => {
  test('leaves only the corners', () => {
    expect(straighten(at([0, 0], [0, 20], [0, 40], [50, 40], [50, 90]))).toEqual(
      at([0, 0], [0, 40], [50, 40], [50, 90]),
    )
  })

  test('irons out little steps', () => {
    expect(straighten(at([0, 0], [0, 40], [4, 40], [4, 90]))).toEqual(at([0, 0], [0, 90]))
  })

  test('keeps a step that is meant', () => {
    const step = at([0, 0], [0, 40], [9, 40], [9, 90])
    expect(straighten(step)).toEqual(step)
  })

  test('keeps a step to which little ones add up', () => {
    expect(straighten(at([0, 0], [0, 20], [6, 20], [6.2, 180], [50, 180]))).toEqual(
      at([0, 0], [0, 20], [6.2, 20], [6.2, 180], [50, 180]),
    )
    expect(straighten(at([0, 0], [50, 0], [50, 6], [200, 6.2], [200, 90]))).toEqual(
      at([0, 0], [50, 0], [50, 6.2], [200, 6.2], [200, 90]),
    )
  })

  test('keeps a corner at which a little step was', () => {
    expect(straighten(at([0, 0], [0, 20], [4, 20], [4, 23], [50, 23]))).toEqual(at([0, 0], [0, 20], [50, 20]))
  })
})

describe('measure()', () => {
  test('grows with every character, and leaves room for wide ones', () => {
    expect(measure('', 'note')).toBe(0)
    expect(measure('il', 'note')).toBeLessThan(measure('MW', 'note'))
    expect(measure('漢', 'note')).toBeGreaterThan(measure('m', 'note'))
    expect(measure('name', 'name')).toBeGreaterThan(measure('name', 'note'))
  })
})

describe('wrap()', () => {
  test('breaks at spaces, within the limit', () => {
    const lines = wrap('one two  three four five six', 'note', 60)
    expect(lines.join(' ')).toBe('one two three four five six')
    expect(lines.length).toBeGreaterThan(1)
    for (const line of lines) expect(measure(line, 'note')).toBeLessThanOrEqual(60)
  })

  test('lets a word that is too long stand alone', () => {
    expect(wrap('a incomprehensibilities b', 'note', 20)).toEqual(['a', 'incomprehensibilities', 'b'])
  })

  test('gives no line for an empty text', () => {
    expect(wrap(' ', 'note', 60)).toEqual([])
  })
})
