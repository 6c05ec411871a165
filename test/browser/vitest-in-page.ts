// What the transport suite needs of vitest, for a page: vitest itself does not run there.

/** How one test ended: no error is a success. */
export interface PageOutcome {
  readonly name: string
  readonly error: string | undefined
}

type Step = () => unknown

const tests: { readonly name: string; readonly run: Step }[] = []
const before: Step[] = []
const after: Step[] = []

export const beforeAll = (step: Step): number => before.push(step)
export const afterAll = (step: Step): number => after.push(step)
export const it = Object.assign((name: string, run: Step): number => tests.push({ name, run }), {
  runIf: (isMet: boolean) => (isMet ? it : () => 0),
})
export const describe = (_name: string, define: Step): unknown => define()

const testTimeoutMs = 15_000

/** Runs what was defined so far, one after the other. */
export async function runTests(): Promise<readonly PageOutcome[]> {
  const outcomes: PageOutcome[] = []
  for (const step of before) await step()
  for (const { name, run } of tests) outcomes.push({ name, error: await errorOf(run) })
  for (const step of after) await step()
  return outcomes
}

async function errorOf(run: Step): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it took too long')), testTimeoutMs)
  })
  try {
    await Promise.race([run(), late])
    return undefined
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  } finally {
    clearTimeout(timer)
  }
}

export function expect(actual: unknown) {
  const check = (isMet: boolean, words: string, expected?: unknown): void => {
    if (!isMet)
      throw new Error(`expected ${show(actual)} ${words} ${expected === undefined ? '' : show(expected)}`)
  }
  return {
    toBe: (expected: unknown) => check(Object.is(actual, expected), 'to be', expected),
    toBeNull: () => check(actual === null, 'to be null'),
    toBeUndefined: () => check(actual === undefined, 'to be undefined'),
    toEqual: (expected: unknown) => check(show(actual) === show(expected), 'to equal', expected),
    toHaveLength: (length: number) =>
      check(Array.isArray(actual) && actual.length === length, 'to have length', length),
    toMatch: (pattern: RegExp) =>
      check(typeof actual === 'string' && pattern.test(actual), 'to match', String(pattern)),
    toBeGreaterThan: (least: number) =>
      check(typeof actual === 'number' && actual > least, 'to be above', least),
    toThrow: (kind: new (...parameters: never[]) => Error) =>
      check(throwsA(kind, actual), 'to throw', kind.name),
  }
}

function throwsA(kind: new (...parameters: never[]) => Error, deed: unknown): boolean {
  if (typeof deed !== 'function') return false
  try {
    deed()
    return false
  } catch (error) {
    return error instanceof kind
  }
}

const shownLimit = 500

const show = (value: unknown): string =>
  (
    JSON.stringify(value, (_, part: unknown) => (part === undefined ? '<undefined>' : part)) ?? 'undefined'
  ).slice(0, shownLimit)
