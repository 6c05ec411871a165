import { Interner } from './interner.js'

/** Those that occur are few, and kept as long as a session. */
const known = new Interner((raw) => ({ raw }))

/** Of those that are kept: who asks for what may be anybody. */
const longestKept = 256

/** `{namespace}name`: the same string for the same name, in all sessions. */
export function toExpandedName({
  name,
  namespace,
}: {
  readonly name: string
  readonly namespace: string
}): string {
  const expanded = `{${namespace}}${name}`
  if (expanded.length > longestKept) return expanded
  return known.read(expanded, 0, expanded.length)?.raw ?? expanded
}
