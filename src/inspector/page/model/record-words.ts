import { readTrigger, triggerWords } from '../../drawing/trigger.js'
import { toGivenUp } from '../../recording/given-up.js'
import type { InspectorRecord } from '../../recording/record.js'

/** What happened, in a few words, e.g. `connection ← transport.closed`. */
export function recordWords(record: InspectorRecord): string {
  switch (record.kind) {
    case 'start':
      return `${nameOf(record.actorPath)} ${record.found ? 'was there' : record.restored ? 'restored' : 'began'}`
    case 'event':
      return `${nameOf(record.actorPath)} ← ${triggerWords(readTrigger(record.type))}`
    case 'end':
      return `${nameOf(record.actorPath)} ${record.status === 'error' ? 'failed' : record.status}`
    case 'wire':
      return `${record.direction === 'in' ? 'received' : 'sent'} <${record.name}>`
    case 'security':
      return 'security'
    case 'dropped':
      return toGivenUp(record.count)
  }
}

/** Whether a record changed the state of an actor. */
export function isOfActor(record: InspectorRecord, key: string): boolean {
  if (record.kind !== 'event' && record.kind !== 'start') return false
  const { source, actorPath } = record
  return (
    key.length === source.length + actorPath.length + 1 && key.startsWith(source) && key.endsWith(actorPath)
  )
}

/** The time of day to the millisecond, e.g. `14:03:07.125`. */
export function timeWords(time: number): string {
  const date = new Date(time)
  const two = (value: number): string => String(value).padStart(2, '0')
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

const nameOf = (path: string): string => path.split('/').at(-1) ?? path
