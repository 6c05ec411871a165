import type { StateValue } from 'xstate'
import { toGivenUp } from './given-up.js'
import type { Fact, InspectorRecord, RecordingLine } from './record.js'

/**
 * A recording as people read it: one line for each thing that happened.
 * @example
 * for (const line of toStory(parseRecording(text))) console.log(line)
 */
export function toStory(lines: readonly RecordingLine[]): readonly string[] {
  const sources = new Set(lines.map(({ source }) => source))
  const names = new Map<string, string>()
  return lines.flatMap((line) => {
    if (line.kind === 'chart') return []
    if (line.kind === 'source') {
      names.set(line.source, line.name)
      const begin = new Date(line.startedAt).toISOString()
      return [printable(`${line.name} (${line.engine}), recorded from ${begin}`)]
    }
    const who = sources.size > 1 ? `${names.get(line.source) ?? line.source}  ` : ''
    return [printable(`${toTime(line.t)}  ${who}${toSentence(line)}`)]
  })
}

/** A file may be anybody's: nothing in it moves the cursor or turns the text around. */
const printable = (text: string) => text.replace(/\p{Cc}|\p{Bidi_Control}/gu, '\uFFFD')

const toTime = (ms: number) => `${(ms / 1000).toFixed(3)} s`.padStart(11)

function toSentence(record: InspectorRecord): string {
  switch (record.kind) {
    case 'start': {
      const how = record.found === true ? 'is there' : record.restored === true ? 'goes on' : 'begins'
      return `${record.actorPath} ${how}${inState(record.value)}`
    }
    case 'event': {
      const { actorPath, data, edges, from, refused = [], status, stanza, type, value } = record
      const cause = stanza === undefined ? '' : ` (after #${stanza})`
      const outcome = edges.length === 0 ? ': nothing listens to it' : inState(value)
      return [
        `${actorPath} ${type}${from === undefined ? '' : ` from ${from}`}${cause}${outcome}`,
        ...(status === undefined ? [] : [`it ends: ${status}`]),
        ...toFailure(data?.['error'] ?? data?.['output']),
        ...refused.map(({ guard, reason }) => `not ${guard}${reason === undefined ? '' : ` (${reason})`}`),
      ].join('; ')
    }
    case 'end': {
      const why = toFailure(record.data?.['error']).join('')
      return `${record.actorPath} ends: ${record.status}${why === '' ? '' : `, ${why}`}`
    }
    case 'wire':
      return `#${record.seq} ${record.direction === 'in' ? '<--' : '-->'} ${record.xml}`
    case 'security':
      return `security ${JSON.stringify(record.security)}`
    case 'dropped':
      return toGivenUp(record.count)
  }
}

const inState = (value: StateValue | undefined) => (value === undefined ? '' : ` -> ${toWords(value)}`)

/** `active.online`, or with several regions `{a, b.c}`. */
function toWords(value: StateValue): string {
  if (typeof value === 'string') return value
  const regions = Object.entries(value).map(([name, inner]) =>
    inner === undefined ? name : `${name}.${toWords(inner)}`,
  )
  return regions.length === 1 ? regions.join('') : `{${regions.join(', ')}}`
}

function toFailure(fact: Fact | undefined): readonly string[] {
  if (typeof fact !== 'object' || fact === null) return []
  const facts = new Map<string, Fact>(Object.entries(fact))
  const [code, name] = [facts.get('code'), facts.get('name')]
  if (typeof code === 'string' && typeof name === 'string') return [`${name} ${code}`]
  return toFailure(facts.get('error'))
}
