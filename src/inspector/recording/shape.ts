/** Whether a value that came from outside is what it should be. */
export type Check = (value: unknown) => boolean

/** The longest name or sentence. */
const textLength = 65_536
/** How deep what has no shape of its own may go. */
const depthLimit = 32

export const text: Check = (value) => typeof value === 'string' && value.length <= textLength
export const flag: Check = (value) => typeof value === 'boolean'
export const number: Check = (value) => typeof value === 'number' && Number.isFinite(value)
/** A whole number from 0. */
export const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0

/** A string of at most so many characters. */
export const textUpTo =
  (length: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= length

/** One of these values. */
export const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value)

/** A list of these. */
export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every((each) => check(each))

/** An object with these fields and no others; one whose name ends with `?` may be left out. */
export function shape(fields: Readonly<Record<string, Check>>): Check {
  const checks = new Map(Object.entries(fields).map(([name, check]) => [name.replace('?', ''), check]))
  const needed = Object.keys(fields).filter((name) => !name.endsWith('?'))
  return (value) =>
    isObject(value) &&
    needed.every((name) => Object.hasOwn(value, name)) &&
    Object.keys(value).every((name) => checks.get(name)?.(value[name]) === true)
}

/** One of several shapes, told apart by the field `kind`. */
export function byKind(shapes: Readonly<Record<string, Check>>): Check {
  const checks = new Map(Object.entries(shapes))
  return (value) =>
    isObject(value) &&
    'kind' in value &&
    typeof value.kind === 'string' &&
    checks.get(value.kind)?.(value) === true
}

/** A tree: `make` gives the check of a node from that of its children; called once for each depth that comes up. */
export function treeOf(make: (child: Check) => Check): Check {
  const at = (depth: number): Check => {
    let check: Check | undefined
    return (value) => depth <= depthLimit && (check ??= make(at(depth + 1)))(value)
  }
  return at(0)
}

/** An object whose every field is one of these, whatever its name; but none may pass for what objects are made of. */
export const recordOf =
  (check: Check): Check =>
  (value) =>
    isObject(value) && Object.keys(value).every((name) => !isTrickName(name) && check(value[name]))

const trickNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Whether a value could pass for something else by a field of this name. */
export const isTrickName = (name: string): boolean => trickNames.has(name)

/** An object, and no list. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
