import { expect, test } from 'vitest'
import { drawJointStates } from './joint-states.js'

test('the board of joint states has a cell for each of the 81, and one more in its legend for each cause', () => {
  const svg = drawJointStates()
  const count = (cause: string) => svg.match(new RegExp(`class="cell ${cause}"`, 'g'))?.length
  expect(['agreed', 'crossed', 'answered', 'lost'].map(count)).toEqual([9 + 1, 16 + 1, 11 + 1, 45 + 1])
})

test('the board of joint states says a repair in every cell but those of the diagonal', () => {
  const svg = drawJointStates()
  const cells = svg
    .split('\n')
    .filter((line) => line.includes('class="cell ') && !line.includes('class="count"'))
  expect(cells).toHaveLength(81)
  expect(cells.filter((line) => line.includes('✓'))).toHaveLength(9)
  expect(cells.filter((line) => /[→←] (?:un)?subscribe/.test(line))).toHaveLength(72)
})
