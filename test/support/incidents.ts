import type { Fault, FaultPlan } from './fault-plan.js'
import type { Incident, Part } from './interrupted-conversation.js'
import type { Relay } from './relay.js'

/** Makes what a plan says happen to whoever talks through this relay. */
export function toParts(plan: FaultPlan, relay: Relay): readonly Part[] {
  return plan.map(({ fault, messages }) => ({
    messages,
    incident: fault === undefined ? undefined : toIncident(fault, relay),
  }))
}

/** A cut that no traffic brings about happens all the same. */
const cutLimitMs = 300

function toIncident(fault: Fault, relay: Relay): Incident {
  const { after } = fault
  if (fault.kind === 'delay') {
    return {
      after,
      strike: async () => {
        relay.delay(fault.delayMs)
        return undefined
      },
      subside: () => relay.delay(0),
    }
  }
  if (fault.kind === 'destroy') {
    return {
      after,
      strike: async ({ talker }) => {
        talker.destroySocket()
        return performance.now()
      },
    }
  }
  const { again, awayMs, cut, how, resetMs } = fault
  return {
    after,
    strike: async () => {
      if (cut === undefined) relay.break(how)
      else {
        const made = relay.breakAfter(cut.bytes, cut.direction, how)
        const timer = setTimeout(() => relay.break(how), cutLimitMs)
        await made
        clearTimeout(timer)
      }
      if (resetMs !== undefined) {
        await pause(resetMs)
        relay.break('reset')
      }
      if (again !== undefined) void relay.breakAfter(again.bytes, again.direction, 'reset')
      if (awayMs > 0) {
        relay.goAway()
        await pause(awayMs)
        relay.comeBack()
      }
      return performance.now()
    },
  }
}

/** The line is cut, and the server has forgotten the session before the client is back. */
export function toForgottenSession(after: number, relay: Relay, forget: () => Promise<void>): Incident {
  return {
    after,
    strike: async () => {
      relay.goAway()
      relay.break('reset')
      await forget()
      relay.comeBack()
      return performance.now()
    },
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
