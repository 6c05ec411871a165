// A script of its own, which the page loads when there is something to judge.
import { overallOf, toFindings, toPassedOver } from './security-card.js'

/** How the security of a session is judged. */
export interface Judge {
  readonly overallOf: typeof overallOf
  readonly toFindings: typeof toFindings
  readonly toPassedOver: typeof toPassedOver
}

const securityJudge: Judge = { overallOf, toFindings, toPassedOver }
Object.assign(globalThis, { securityJudge })
