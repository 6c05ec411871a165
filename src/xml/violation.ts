import type { StreamErrorCondition } from '../errors.js'

/** Why reading stops: thrown inside the reader, and turned into a `ProtocolError` where it leaves it. */
export class Violation extends Error {
  readonly condition: StreamErrorCondition
  /** Index of the offending character in the text at hand; `-1`: the item being read. */
  readonly at: number

  constructor(condition: StreamErrorCondition, message: string, at = -1) {
    super(message)
    this.condition = condition
    this.at = at
  }
}

/** Breaks XML or Namespaces in XML. */
export function malformed(message: string, at = -1): Violation {
  return new Violation('not-well-formed', message, at)
}

/** Breaks a limit: `exceeded('a name is longer than', 256, 'characters')`. */
export function exceeded(what: string, limit: number, unit: string): Violation {
  return new Violation('policy-violation', `${what} ${limit} ${unit}`)
}
