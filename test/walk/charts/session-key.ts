import type { SnapshotFrom } from 'xstate'
import { judge } from '../../../machines/policy.js'
import type { SessionContext } from '../../../machines/session-context.js'
import type { sessionMachine } from '../../../machines/session.js'

export type SessionSnapshot = SnapshotFrom<typeof sessionMachine>

/**
 * What of its context tells two places of a session apart: whatever decides where it goes on. What the next step replaces
 * unread makes no other place; that nothing is lost by it, walks at random with the whole context look after.
 */
export function sessionKey(snapshot: SessionSnapshot): readonly unknown[] {
  return [
    snapshot.context.reconnect,
    snapshot.context.wantsManagement,
    snapshot.context.hasStore,
    snapshot.context.isUnread,
    snapshot.context.resumption,
    snapshot.matches({ active: 'online' }) ? silence(snapshot) : reason(snapshot),
    ...(isUnderWay(snapshot) ? whatWasMet(snapshot.context) : []),
  ]
}

/** What an attempt has met is judged with the next failure of it, and forgotten with the next wish. */
function isUnderWay(snapshot: SessionSnapshot): boolean {
  return (
    snapshot.matches('backingOff') || (snapshot.matches('active') && !snapshot.matches({ active: 'closing' }))
  )
}

function whatWasMet(context: SessionContext): readonly unknown[] {
  return [
    context.transport?.secure,
    context.wasOnline,
    context.isHaunted,
    context.registers,
    // The policy lets nothing fail more than three times for one reason: beyond it is no further than at it.
    context.failures === 0 ? 0 : Math.min(context.alike.times, 3),
    context.hops,
    context.jid,
    context.verdict?.decision,
  ]
}

/** How long it lasts counts where it is measured and where that is judged; a doubt ends with an answer or with the session. */
function silence(snapshot: SessionSnapshot): unknown {
  const { silentMs } = snapshot.context
  return snapshot.matches({ active: { online: { liveness: 'doubting' } } }) ? silentMs > 0 : silentMs
}

/** Whoever is online has none but that of an account not removed, and leaves with another one or with none. */
function reason(snapshot: SessionSnapshot): unknown {
  const { error } = snapshot.context
  return isUnderWay(snapshot) && error !== undefined ? judge(error).decision : undefined
}
