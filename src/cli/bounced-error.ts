import { StanzaError } from '../errors.js'

/** A message that came back, in words that name the addressee. */
export class BouncedError extends StanzaError {
  constructor(reason: StanzaError, to: string) {
    super(reason.condition, reason.type, reason)
    const text = reason.text === undefined ? '' : ` (${reason.text})`
    this.message = `the message to ${to} came back: ${reason.condition}${text}`
  }
}
