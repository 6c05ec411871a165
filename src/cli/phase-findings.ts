import type { StateEvent } from './events.js'
import { styled, type Line } from './text.js'

/** What the phase before has found out. */
export function toFindings(before: StateEvent | undefined, event: StateEvent): readonly Line[] {
  if (before === undefined || event.status === 'closing') return []
  const findings: Line[] = event.failures
    .slice(before.failures.length)
    .filter(() => event.status === 'connecting')
    .map(({ endpoint, message }) => [styled('yellow', `${endpoint}: ${message}`)])
  if (before.phase === 'dialing' && event.phase === 'opening')
    findings.push([styled('dim', `to ${event.endpoint}`)])
  if (event.tls !== undefined && before.tls === undefined) {
    const bindings = event.channelBindings.join(', ')
    const bound = bindings === '' ? 'no channel binding' : `channel binding by ${bindings}`
    findings.push([styled('dim', `${event.tls}; ${bound}`)])
  }
  return findings
}

/** The mechanism that is tried next, and why no other. */
export function toChoice(
  before: StateEvent | undefined,
  event: StateEvent,
  isVerbose: boolean,
): readonly Line[] {
  const { channelBinding, mechanism, refusals, status, tls, weaker } = event
  if (status !== 'authenticating' || mechanism === undefined || before?.mechanism === mechanism) return []
  const bound = channelBinding === undefined ? '' : `, bound to the TLS channel by ${channelBinding}`
  return [
    [styled(tls === undefined ? 'yellow' : 'magenta', `${mechanism}${bound}`)],
    ...refusals
      .slice(before?.refusals.length)
      .map(({ name, reason }): Line => [styled('dim', `not ${name}: ${reason}`)]),
    ...(isVerbose && weaker.length > 0 ? [[styled('dim', `weaker, not needed: ${weaker.join(', ')}`)]] : []),
  ]
}
