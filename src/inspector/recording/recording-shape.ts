import type { RecordingLine } from './record.js'

type Check = (value: unknown) => boolean
type Fields = Readonly<Record<string, Check>>

const isText: Check = (value) => typeof value === 'string'
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value)
const isCount: Check = (value) => typeof value === 'number' && Number.isInteger(value)
/** Milliseconds that a `Date` can hold. */
const isTime: Check = (value) => typeof value === 'number' && Math.abs(value) <= 8.64e15
const isFlag: Check = (value) => typeof value === 'boolean'
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
const isFacts: Check = (value) => isObject(value) && !Array.isArray(value)
const isState: Check = (value) =>
  isText(value) || (isObject(value) && isFacts(value) && Object.values(value).every(isState))
const isOneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value)
const isListOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const isMaybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const has =
  (fields: Fields): Check =>
  (value) => {
    if (!isObject(value)) return false
    const known = new Map<string, unknown>(Object.entries(value))
    return Object.entries(fields).every(([name, check]) => check(known.get(name)))
  }

const isTransition = has({
  id: isText,
  source: isText,
  targets: isListOf(isText),
  trigger: has({ kind: isText, type: isMaybe(isText), delay: isMaybe(isText), actor: isMaybe(isText) }),
  guard: isMaybe(isText),
  otherwise: isFlag,
  actions: isListOf(isText),
  reenter: isFlag,
  description: isMaybe(isText),
  failure: isFlag,
})
const isChartState: Check = (value) => isStateOfChart(value)
const isStateOfChart = has({
  id: isText,
  key: isText,
  kind: isOneOf('atomic', 'compound', 'parallel', 'final', 'history'),
  history: isMaybe(isText),
  initial: isListOf(isText),
  description: isMaybe(isText),
  spec: isMaybe(isText),
  why: isMaybe(isText),
  tags: isListOf(isText),
  entry: isListOf(isText),
  exit: isListOf(isText),
  invokes: isListOf(has({ id: isText, src: isText })),
  states: isListOf(isChartState),
})

const happening = { source: isText, seq: isCount, t: isNumber }
const isEnd = isOneOf('done', 'error', 'stopped')
const timers = isMaybe(isListOf(has({ edge: isText, ms: isNumber })))

const lines: ReadonlyMap<unknown, Check> = new Map([
  [
    'source',
    has({
      source: isText,
      name: isText,
      engine: isText,
      startedAt: isTime,
      commands: isMaybe(isListOf(isText)),
    }),
  ],
  [
    'chart',
    has({
      source: isText,
      chart: isText,
      graph: has({ id: isText, root: isStateOfChart, transitions: isListOf(isTransition) }),
    }),
  ],
  [
    'start',
    has({
      ...happening,
      actorPath: isText,
      chart: isMaybe(isText),
      type: isText,
      value: isMaybe(isState),
      status: isMaybe(isEnd),
      data: isMaybe(isFacts),
      context: isMaybe(isFacts),
      timers,
      found: isMaybe(isFlag),
      restored: isMaybe(isFlag),
    }),
  ],
  [
    'event',
    has({
      ...happening,
      actorPath: isText,
      type: isText,
      from: isMaybe(isText),
      value: isState,
      status: isMaybe(isEnd),
      data: isMaybe(isFacts),
      measured: isMaybe(isFacts),
      edges: isListOf(isText),
      refused: isMaybe(isListOf(has({ edge: isText, guard: isText, reason: isMaybe(isText) }))),
      context: isMaybe(isFacts),
      timers,
      stanza: isMaybe(isCount),
    }),
  ],
  ['end', has({ ...happening, actorPath: isText, status: isEnd, data: isMaybe(isFacts) })],
  [
    'wire',
    has({
      ...happening,
      direction: isOneOf('in', 'out'),
      what: isOneOf('open', 'element', 'close'),
      name: isText,
      xml: isText,
    }),
  ],
  ['security', has({ ...happening, security: isFacts })],
  ['dropped', has({ ...happening, count: isCount })],
])

/** Whether a value out of JSON is a line of a recording; what it has beside that does not count. */
export function isRecordingLine(value: unknown): value is RecordingLine {
  if (!isObject(value) || !('kind' in value)) return false
  return lines.get(value.kind)?.(value) === true
}
