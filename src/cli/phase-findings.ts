import type { StateEvent } from './events.js'
import { styled, type Span } from './text.js'

/** What the phase before has found out. */
export function toFindings(before: StateEvent | undefined, event: StateEvent): readonly Span[] {
  if (before === undefined || event.status === 'closing') return []
  const findings = event.failures
    .slice(before.failures.length)
    .filter(() => event.status === 'connecting')
    .map(({ message }) => styled('yellow', message))
  if (before.phase === 'dialing' && event.phase === 'opening') {
    findings.push(styled('dim', `to ${event.endpoint}`))
  }
  if (event.tls !== undefined && before.tls === undefined) {
    const bindings = event.channelBindings.join(', ')
    const bound = bindings === '' ? 'no channel binding' : `channel binding by ${bindings}`
    findings.push(styled('dim', `${event.tls}; ${bound}`))
  }
  return findings
}

/** The mechanism that is tried next, and why no other. */
export function toChoice(
  before: StateEvent | undefined,
  event: StateEvent,
  isVerbose: boolean,
): readonly Span[] {
  const { channelBinding, mechanism, refusals, status, tls, weaker } = event
  if (status !== 'authenticating' || mechanism === undefined || before?.mechanism === mechanism) return []
  const bound = channelBinding === undefined ? '' : `, bound to the TLS channel by ${channelBinding}`
  return [
    styled(tls === undefined ? 'yellow' : 'magenta', `${mechanism}${bound}`),
    ...toReasons(refusals.slice(before?.refusals.length)),
    ...(isVerbose && weaker.length > 0 ? [styled('dim', `weaker, not needed: ${weaker.join(', ')}`)] : []),
  ]
}

/** Mechanisms that share a reason share a line. */
function toReasons(refusals: StateEvent['refusals']): readonly Span[] {
  const names = new Map<string, string[]>()
  for (const { name, reason } of refusals) names.set(reason, [...(names.get(reason) ?? []), name])
  return [...names].map(([reason, all]) => styled('dim', `not ${all.join(', ')}: ${reason}`))
}
