/** Keys that work wherever nothing else takes them. */
export const shortcuts: readonly (readonly [keys: string, deed: string])[] = [
  ['Space', 'play, from here or from the start'],
  ['← →', 'one record on or back; Shift: ten'],
  ['0', 'all of the chart'],
  ['?', 'every key'],
  ['+ − F', 'nearer, farther, follow'],
  ['Home End', 'the first record, the live end'],
  ['/', 'search'],
  ['T', 'light or dark'],
]
