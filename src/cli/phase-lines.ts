import type { StateEvent } from './events.js'
import type { Screen } from './screen.js'
import { styled, toDuration, toGist, type Line } from './text.js'

/** A session's phases on the screen: one line each, what became known below it, a heading for each part. */
export interface PhaseLines {
  next(event: StateEvent): void
}

const headings: Readonly<Record<string, (event: StateEvent) => string>> = {
  connecting: ({ account }) => `Connecting to ${account.split('@').at(-1)}`,
  authenticating: ({ account }) => `Authenticating as ${account}`,
  binding: () => 'Getting an address',
}

/** Shows every phase in full. */
export function createPhaseLines(screen: Screen, isVerbose: boolean): PhaseLines {
  const shown = new Map<string, StateEvent>()
  const begun = new Map<string, number>()

  return {
    next: (event) => {
      const before = shown.get(event.account)
      shown.set(event.account, event)
      if (event.status === 'connecting' && before?.status !== 'connecting') {
        begun.set(event.account, event.elapsedMs)
      }
      if (before !== undefined && isPassing(before)) {
        const isFailed = hasFailed(before, event)
        screen.print(
          ...toLine(before, isFailed ? '✗' : '✓', screen.columns, event.elapsedMs - before.elapsedMs),
        )
      }
      for (const detail of toFindings(before, event)) screen.print('     ', ...detail)
      const heading = headings[event.status]
      if (event.status !== before?.status && (heading !== undefined || event.status === 'closing'))
        screen.print()
      if (heading !== undefined && event.status !== before?.status)
        screen.print(styled('bold', heading(event)))
      for (const detail of toChoice(before, event, isVerbose)) screen.print('     ', ...detail)
      const tookMs = event.elapsedMs - (begun.get(event.account) ?? 0)
      for (const line of toArrival(event, before, tookMs)) screen.print(...line)
      if (isPassing(event)) screen.show(...toLine(event, '·', screen.columns))
    },
  }
}

const isPassing = ({ phase, status }: StateEvent) =>
  status === 'closing' || (phase !== undefined && phase !== '')

function hasFailed(before: StateEvent, event: StateEvent): boolean {
  return (
    event.status === 'halted' ||
    event.status === 'backingOff' ||
    (event.status === 'offline' && before.status !== 'closing') ||
    event.failures.length > before.failures.length ||
    (before.mechanism !== undefined && event.mechanism !== before.mechanism)
  )
}

const nameWidth = 18
const specWidth = 16
const timeWidth = 7

function toLine(event: StateEvent, mark: '✓' | '✗' | '·', columns: number, durationMs?: number): Line {
  const name = toName(event.phase ?? event.status)
  const hasSpec = columns >= 80
  const gistWidth = Math.max(0, columns - 3 - nameWidth - (hasSpec ? specWidth : 0) - timeWidth)
  const gist = toGist(event.description ?? '', gistWidth - 1)
  const spec = hasSpec ? toGist(firstOf(event.spec), specWidth - 1).padEnd(specWidth) : ''
  return [
    ' ',
    styled(mark === '✓' ? 'green' : mark === '✗' ? 'red' : 'cyan', mark),
    ' ',
    mark === '·' ? styled('bold', name.padEnd(nameWidth)) : name.padEnd(nameWidth),
    styled('dim', gist.padEnd(gistWidth)),
    styled('cyan', spec),
    durationMs === undefined
      ? styled('dim', '…'.padStart(timeWidth))
      : styled(durationMs >= 1000 ? 'yellow' : 'dim', toDuration(durationMs).padStart(timeWidth)),
  ]
}

/** A state of a chart as people read it: `requestingTls` is `requesting TLS`. */
export function toName(phase: string): string {
  return phase.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/\btls\b/, 'TLS')
}

/** The section to look up first. */
const firstOf = (spec: string | undefined): string => spec?.split(', ')[0] ?? ''

/** What the phase before has found out. */
function toFindings(before: StateEvent | undefined, event: StateEvent): readonly Line[] {
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
function toChoice(before: StateEvent | undefined, event: StateEvent, isVerbose: boolean): readonly Line[] {
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

function toArrival(event: StateEvent, before: StateEvent | undefined, tookMs: number): readonly Line[] {
  const { because, jid, mechanism, retryInMs, status, tls } = event
  if (status === 'online' && before?.status !== 'online') {
    const facts = [tls ?? 'not encrypted', mechanism, toDuration(tookMs)].filter(Boolean).join(' · ')
    return [
      [],
      [styled('green', '●'), ' Online as ', styled('bold', jid ?? ''), styled('dim', `  ${facts}`)],
      [],
    ]
  }
  if (status === 'backingOff') {
    const pause = toDuration(retryInMs ?? 0)
    return [[], [styled('yellow', '↻'), ` Trying again in ${pause}: ${because}`]]
  }
  if (status === 'offline' && before?.status === 'closing') return [[styled('dim', '○ Offline')]]
  return []
}
