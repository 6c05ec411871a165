import type { Person, StateEvent } from './events.js'
import { toChoice, toFindings } from './phase-findings.js'
import { gistColumn, toName, toPhaseRow } from './phase-row.js'
import type { Screen } from './screen.js'
import { styled, toDuration, wrap, type Line, type Span } from './text.js'

/** Below this, what became known does not stand under the words about its phase. */
const narrowColumns = 60

const headings: Readonly<Record<string, (event: StateEvent) => string>> = {
  connecting: ({ account }) => `Connecting to ${account.split('@').at(-1)}`,
  authenticating: ({ account }) => `Authenticating as ${account}`,
  binding: () => 'Getting an address',
}

/** One session's phases on the screen: a line each, what became known below it, a heading for each part. */
export class PhaseLines {
  readonly #screen: Screen
  readonly #isVerbose: boolean
  readonly #person: Person | undefined
  /** Phases that have passed, where they share one line. */
  #passed: readonly string[] = []
  #before: StateEvent | undefined
  #begunMs = 0

  constructor(screen: Screen, isVerbose: boolean, person?: Person) {
    this.#screen = screen
    this.#isVerbose = isVerbose
    this.#person = person
  }

  next(event: StateEvent): void {
    const before = this.#before
    const isNewPart = event.status !== before?.status
    this.#before = event
    if (isNewPart && event.status === 'connecting') this.#begunMs = event.elapsedMs
    if (before !== undefined && isPassing(before)) this.#end(before, event)
    if (this.#person?.brief !== true) this.#begin(event, before)
    if (isNewPart) this.#arrive(event, before)
    if (isPassing(event)) this.#screen.show(...toPhaseRow(event, '·', this.#screen.columns))
  }

  #end(before: StateEvent, event: StateEvent): void {
    const isFailed = hasFailed(before, event)
    if (this.#person?.brief === true && before.phase !== undefined) {
      this.#passed = [...this.#passed, toName(before.phase)]
      if (event.phase !== undefined) return
      const lines = wrap(this.#passed.join(' → '), this.#screen.columns - 3)
      lines.forEach((line, index) => {
        const mark = index > 0 ? ' ' : isFailed ? styled('red', '✗') : styled('green', '✓')
        this.#screen.print(' ', mark, ' ', styled('dim', line))
      })
      this.#passed = []
    } else {
      const tookMs = event.elapsedMs - before.elapsedMs
      this.#screen.print(...toPhaseRow(before, isFailed ? '✗' : '✓', this.#screen.columns, tookMs))
    }
  }

  #begin(event: StateEvent, before: StateEvent | undefined): void {
    this.#add(toFindings(before, event), gistColumn)
    const heading = headings[event.status]
    if (heading !== undefined && event.status !== before?.status) {
      this.#screen.print()
      this.#screen.print(styled('bold', heading(event)))
    }
    this.#add(toChoice(before, event, this.#isVerbose), 3)
  }

  #add(details: readonly Span[], column: number): void {
    const indent = this.#screen.columns < narrowColumns ? 3 : column
    for (const { style, text } of details) {
      for (const line of wrap(text, this.#screen.columns - indent)) {
        this.#screen.print(' '.repeat(indent), styled(style, line))
      }
    }
  }

  #arrive(event: StateEvent, before: StateEvent | undefined): void {
    const { because, jid = '', retryInMs = 0, status } = event
    const name = this.#person?.name
    const say = (...line: Line) => this.#screen.print(...line)
    if (status === 'online') {
      const facts = toFacts(event, event.elapsedMs - this.#begunMs)
      if (name === undefined) say()
      const isOnline = name === undefined ? ' Online as ' : ` ${name} is online as `
      say(styled('green', '●'), isOnline, styled('bold', jid), styled('dim', `  ${facts}`))
      if (name === undefined) say()
    } else if (status === 'backingOff' || status === 'suspended') {
      say()
      say(styled('yellow', '↻'), ` Trying again in ${toDuration(retryInMs)}: ${because}`)
    } else if (status === 'closing' && name === undefined) say()
    else if ((status === 'offline' || status === 'closed') && before?.status === 'closing') {
      say(styled('dim', name === undefined ? '○ Offline' : `○ ${name} is offline`))
    }
  }
}

const isPassing = ({ phase, status }: StateEvent) =>
  status === 'closing' || (phase !== undefined && phase !== '')

function hasFailed(before: StateEvent, event: StateEvent): boolean {
  return (
    event.status === 'halted' ||
    event.status === 'backingOff' ||
    event.status === 'suspended' ||
    (event.status === 'offline' && before.status !== 'closing') ||
    event.failures.length > before.failures.length ||
    (before.mechanism !== undefined && event.mechanism !== before.mechanism)
  )
}

const toFacts = ({ mechanism, tls }: StateEvent, tookMs: number): string =>
  [tls ?? 'not encrypted', mechanism, toDuration(tookMs)].filter(Boolean).join(' · ')
