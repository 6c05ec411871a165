const steps: ReadonlyMap<string, number> = new Map([
  ['ArrowDown', 1],
  ['ArrowUp', -1],
  ['PageDown', 15],
  ['PageUp', -15],
  ['Home', -Infinity],
  ['End', Infinity],
])

/** The row that a key leads to, among `count` rows; takes the event from everybody else. `undefined`: another key. */
export function rowAfter(event: KeyboardEvent, current: number, count: number): number | undefined {
  const step = steps.get(event.key)
  if (step === undefined || count === 0) return undefined
  event.preventDefault()
  return Math.max(0, Math.min(current + step, count - 1))
}
