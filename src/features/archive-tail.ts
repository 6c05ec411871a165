import { toResultName, type ArchiveResult } from '../stanza/archive.js'

/** How long an archive may take to store what it has given a name and a moment, in milliseconds. */
const storingMs = 10_000

/**
 * The end of a page that is not the last: ejabberd names a message before it stores it, so that it turns up before others
 * that were on a page already. Whatever was named before a question is stored by the next one, which therefore asks for the
 * youngest once more: what has come twice has nothing missing before it. What is older than that by the clock of the archive need
 * not come twice.
 */
export class ArchiveTail {
  #seen: ReadonlySet<string> = new Set()
  #clock = 0

  /** How many are to be asked for once more. */
  get length(): number {
    return this.#seen.size
  }

  /** The archive has a message of this moment, and so had its clock before what is asked from now on. */
  hear(moment: number | undefined): void {
    this.#clock = moment ?? 0
  }

  /** What of a page has nothing missing before it; the rest is the tail. @param isLast nothing more is asked for */
  cut(page: readonly ArchiveResult[], isLast: boolean): readonly ArchiveResult[] {
    const newest = page.reduce((latest, { moment = 0 }) => Math.max(latest, moment), this.#clock)
    const isSure = (result: ArchiveResult) =>
      this.#seen.has(toResultName(result)) ||
      (result.moment !== undefined && result.moment < newest - storingMs)
    const end = isLast ? page.length : cutBetween(page, page.findLastIndex(isSure) + 1)
    this.#seen = new Set(page.slice(end).map(toResultName))
    return page.slice(0, end)
  }
}

/** Where to cut so that all that are called alike stay together: what follows one of them follows the other too. */
function cutBetween(page: readonly ArchiveResult[], end: number): number {
  if (end === 0 || (end < page.length && page[end]?.id !== page[end - 1]?.id)) return end
  const start = startOfAlike(page.slice(0, end))
  // Nothing else comes by a server that sends no larger page.
  return start === 0 && end === page.length ? end : start
}

/** Where those begin that are called as the last one is; the next question may find more of them. */
export function startOfAlike(results: readonly ArchiveResult[]): number {
  const last = results.at(-1)
  return results.findLastIndex(({ id }) => id !== last?.id) + 1
}
