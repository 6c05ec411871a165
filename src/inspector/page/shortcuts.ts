/** Keys that work wherever nothing else takes them. */
export const shortcuts: readonly (readonly [keys: string, deed: string])[] = [
  ['Space', 'play all of it again, or from here on'],
  ['← →', 'one record back or on; with Shift ten'],
  ['0', 'all of the chart'],
  ['?', 'every key'],
  ['+ − F', 'nearer, farther, follow what is active'],
  ['Home End', 'the first record, the live end'],
  ['/', 'search'],
  ['T', 'light or dark'],
]
