import type { CliEvent, Person, Report } from './events.js'
import { toXml } from './json-report.js'
import { PhaseLines } from './phase-lines.js'
import type { Screen } from './screen.js'
import { toPeer, toWords } from './stanza-words.js'
import { styled, type Line } from './text.js'

/** For people: phases with their sections and times, stanzas in a line each, errors with what to do. */
export function createTextReport(screen: Screen, isVerbose: boolean): Report {
  const people = new Map<string, Person>()
  const sessions = new Map<string, PhaseLines>()
  const phasesOf = (account: string): PhaseLines => {
    const known = sessions.get(account) ?? new PhaseLines(screen, isVerbose, people.get(account))
    sessions.set(account, known)
    return known
  }

  return {
    event: (event) => {
      switch (event.kind) {
        case 'state':
          return phasesOf(event.account).next(event)
        case 'stanza':
          screen.print(...toStanzaLine(event, people.get(event.account)?.name))
          if (isVerbose) screen.print('  ', styled('dim', toXml(event.element)))
          return
        case 'error':
          return complain(event, screen, isVerbose)
        case 'session':
          return screen.print(...toSessionLine(event))
        default:
      }
    },
    introduce: (named) => {
      for (const person of named) people.set(person.account, person)
    },
    title: (text, spec = '') => {
      screen.print()
      screen.print(styled('bold', text), styled('cyan', spec === '' ? '' : `  ${spec}`))
    },
    note: (...line) => screen.print(...line),
    warn: (what, advice) => screen.complainOf('!', what, advice),
  }
}

const nameWidth = 7
const peerWidth = 32

function toStanzaLine(
  { direction, element }: Extract<CliEvent, { kind: 'stanza' }>,
  who: string | undefined,
): Line {
  const { from, name, to, type, words } = toWords(element)
  const isOut = direction === 'out'
  const label = name === 'iq' ? `iq ${type ?? ''}` : name
  return [
    who === undefined ? '' : ` ${who.padEnd(nameWidth)}`,
    styled(isOut ? 'magenta' : 'cyan', isOut ? '→ ' : '← '),
    label.padEnd(11),
    styled('dim', toPeer(isOut ? to : from).padEnd(peerWidth)),
    ' ',
    name === 'message' ? styled('bold', words) : words,
  ]
}

function toSessionLine({ address, change, jid, session }: Extract<CliEvent, { kind: 'session' }>): Line {
  const mark = { connected: styled('dim', '·'), online: styled('green', '●'), ended: styled('dim', '○') }[
    change
  ]
  const whom = change === 'online' ? (jid ?? '') : (jid ?? address ?? session)
  return [mark, ' ', change.padEnd(10), whom]
}

function complain(event: Extract<CliEvent, { kind: 'error' }>, screen: Screen, isVerbose: boolean): void {
  screen.complain()
  screen.complainOf('✗', toSentence(event.message), event.advice)
  if (!isVerbose) return
  screen.complain('  ', styled('dim', `${event.code}, exit code ${event.exitCode}`))
  for (const cause of event.causes) screen.complain('  ', styled('dim', `because: ${cause}`))
}

function toSentence(message: string): string {
  const text = message.replace(/^[a-z]+(?= )/, (word) => word.charAt(0).toUpperCase() + word.slice(1))
  return /[.!?…]$/.test(text) ? text : `${text}.`
}
