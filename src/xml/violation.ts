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
