import type { RecordingLine } from './record.js'
import {
  byKind,
  count,
  flag,
  listOf,
  number,
  oneOf,
  recordOf,
  shape,
  text,
  textUpTo,
  treeOf,
  type Check,
} from './shape.js'

/**
 * Whether something that came from outside is a line of a recording, in every field that it has and with no other: nobody who
 * reads it further on needs to doubt it. Texts, lists and depths are bounded by what one line of the wire or of a file holds.
 */
export function isRecordingLine(value: unknown): value is RecordingLine {
  return line(value)
}

/** Milliseconds that a `Date` can hold. */
const time: Check = (value) => number(value) && Math.abs(Number(value)) <= 8.64e15
/** Longer than what a recorder tells of one that crosses. */
const xml = textUpTo(1_048_576)

const fact = treeOf((child) => {
  const [list, record] = [listOf(child), recordOf(child)]
  return (value) =>
    value === null || flag(value) || number(value) || text(value) || list(value) || record(value)
})
const facts = recordOf(fact)
const stateValue = treeOf((child) => {
  const record = recordOf(child)
  return (value) => text(value) || record(value)
})
const endStatus = oneOf('done', 'error', 'stopped')
const timers = listOf(shape({ edge: text, ms: number }))

const trigger = byKind({
  event: shape({ kind: text, type: text }),
  after: shape({ kind: text, delay: text }),
  done: shape({ kind: text, actor: text }),
  error: shape({ kind: text, actor: text }),
  snapshot: shape({ kind: text, actor: text }),
  completed: shape({ kind: text }),
  always: shape({ kind: text }),
})

const chartState = treeOf((child) =>
  shape({
    id: text,
    key: text,
    kind: oneOf('atomic', 'compound', 'parallel', 'final', 'history'),
    'history?': oneOf('shallow', 'deep'),
    initial: listOf(text),
    'description?': text,
    'spec?': text,
    'why?': text,
    tags: listOf(text),
    entry: listOf(text),
    exit: listOf(text),
    invokes: listOf(shape({ id: text, src: text })),
    states: listOf(child),
  }),
)

const graph = shape({
  id: text,
  root: chartState,
  transitions: listOf(
    shape({
      id: text,
      source: text,
      targets: listOf(text),
      trigger,
      'guard?': text,
      otherwise: flag,
      actions: listOf(text),
      reenter: flag,
      'description?': text,
      failure: flag,
      'covered?': flag,
    }),
  ),
})

const happening = { kind: text, source: text, seq: count, t: number }
const ofActor = { ...happening, actorPath: text }

const line: Check = byKind({
  source: shape({
    kind: text,
    source: text,
    name: text,
    engine: text,
    startedAt: time,
    'commands?': listOf(text),
    'endedAt?': time,
  }),
  chart: shape({ kind: text, source: text, chart: text, graph }),
  start: shape({
    ...ofActor,
    'chart?': text,
    type: oneOf('xstate.init'),
    'value?': stateValue,
    'status?': endStatus,
    'data?': facts,
    'context?': facts,
    'timers?': timers,
    'found?': oneOf(true),
    'restored?': oneOf(true),
  }),
  event: shape({
    ...ofActor,
    type: text,
    'from?': text,
    value: stateValue,
    'status?': endStatus,
    'data?': facts,
    'measured?': facts,
    edges: listOf(text),
    'refused?': listOf(shape({ edge: text, guard: text, 'reason?': text })),
    'context?': facts,
    'timers?': timers,
    'stanza?': count,
  }),
  end: shape({ ...ofActor, status: endStatus, 'data?': facts }),
  wire: shape({
    ...happening,
    direction: oneOf('in', 'out'),
    what: oneOf('open', 'element', 'close'),
    name: text,
    xml,
  }),
  security: shape({ ...happening, security: facts }),
  dropped: shape({ ...happening, count, 'living?': listOf(text) }),
})
