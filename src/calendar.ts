/**
 * The moment of a date and time in UTC, `2002-09-10T23:08:25`, in milliseconds since 1970 began; `undefined` for one that no
 * calendar and no clock has.
 */
export function toMoment(text: string): number | undefined {
  const moment = Date.parse(`${text}Z`)
  // Engines take 30 February and 24:00 for another moment, or for none.
  return Number.isNaN(moment) || toText(moment) !== `${text}.000Z` ? undefined : moment
}

/** Writes a moment with its milliseconds, rounded down; throws `RangeError` outside the years 0 to 9999. */
export function toText(moment: number): string {
  const text = new Date(Math.floor(moment)).toISOString()
  if (text.length > '2002-09-10T23:08:25.000Z'.length)
    throw new RangeError('a moment must lie in the years 0 to 9999')
  return text
}
