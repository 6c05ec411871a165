import {
  defaultBefriendingTimeouts,
  type BefriendingInput,
  type BefriendingTimeouts,
} from '../../machines/befriending.js'
import { toTimeouts } from '../../machines/timeouts.js'
import { tryParseJid, Jid } from '../stanza/jid.js'
import type { Json } from '../store/store.js'

/** What a process finds of a handshake that an earlier one has begun. */
export interface BefriendingIntent {
  readonly input: BefriendingInput
  /** It was taken back, and the server has yet to hear of it. */
  readonly isWithdrawn: boolean
}

/** A handshake as another process can go on with it: how far it has come the server knows. */
export function toIntent(
  { name, groups, mustList, message, requestId, timeouts, leftMs = timeouts.patienceMs }: BefriendingInput,
  isWithdrawn: boolean,
): Json {
  return {
    isWithdrawn,
    name: name ?? null,
    groups,
    mustList,
    message: message ?? null,
    requestId,
    timeouts: { ...timeouts },
    until: Date.now() + leftMs,
  }
}

/** Reads it; `undefined` for anything else. */
export function parseIntent(jid: string, value: Json): BefriendingIntent | undefined {
  if (!(tryParseJid(jid) instanceof Jid)) return undefined
  if (typeof value !== 'object' || value === null || !('requestId' in value)) return undefined
  const { name, groups, isWithdrawn, mustList, message, requestId, timeouts, until } = value
  if (typeof requestId !== 'string' || !Array.isArray(groups)) return undefined
  const waits = parseTimeouts(timeouts ?? null)
  const input = {
    jid,
    name: typeof name === 'string' ? name : undefined,
    groups: groups.filter((group) => typeof group === 'string'),
    mustList: mustList === true,
    message: typeof message === 'string' ? message : undefined,
    requestId,
    timeouts: waits,
    leftMs: toLeft(waits, until ?? null),
  }
  return { input, isWithdrawn: isWithdrawn === true }
}

/**
 * What is left of its patience: all of it where nothing says since when it lasts, and never more, whatever the clock says. Where it
 * ran out meanwhile, there is time yet to come online, and to take back what was approved in advance.
 */
function toLeft({ confirmMs, patienceMs }: BefriendingTimeouts, until: Json): number {
  if (typeof until !== 'number') return patienceMs
  return Math.min(patienceMs, Math.max(confirmMs, until - Date.now()))
}

function parseTimeouts(value: Json): BefriendingTimeouts {
  const given = typeof value === 'object' && value !== null ? Object.entries(value) : []
  const known = given.filter(([name, wait]) => name in defaultBefriendingTimeouts && typeof wait === 'number')
  try {
    return toTimeouts(defaultBefriendingTimeouts, Object.fromEntries(known))
  } catch {
    return defaultBefriendingTimeouts
  }
}
