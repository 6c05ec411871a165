// A worker's side of its talk with the bench: what it was started with, what it says, what it is told.

/** What the bench wants measured. */
export const input = JSON.parse(process.argv[2] ?? '{}')

/** Waiters by the word they wait for; a word nobody waits for is remembered. */
const waiting = new Map()
const told = new Map()

process.on('message', ({ word }) => {
  const resolve = waiting.get(word)
  if (resolve === undefined) told.set(word, (told.get(word) ?? 0) + 1)
  else {
    waiting.delete(word)
    resolve()
  }
})

/** Tells the bench something, with numbers if there are any. */
export function say(word, figures = {}) {
  process.send({ word, figures })
}

/** Resolves once the bench has said this word. */
export function hear(word) {
  const count = told.get(word) ?? 0
  if (count > 0) {
    told.set(word, count - 1)
    return Promise.resolve()
  }
  return new Promise((resolve) => waiting.set(word, resolve))
}

/** Hands over what was measured, and ends. */
export function finish(figures) {
  process.send({ word: 'measured', figures }, () => process.exit(0))
}

/** CPU milliseconds of this process, all its threads, since `since`. */
export function cpuMs(since) {
  const { system, user } = process.cpuUsage(since)
  return (system + user) / 1000
}

/** The next turn of the event loop. */
export const turn = () => new Promise((resolve) => setImmediate(resolve))

/** This many milliseconds later. */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
