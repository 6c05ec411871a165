import type { RecordingLine } from '../recording/record.js'
import { statelyaiVersion } from './statelyai-message.js'
import { ToldActors, type Told, type ToldActor } from './told-actors.js'
import { writeDefinition, xstate5 } from './write-definition.js'

/**
 * Makes of lines what the receivers of `@statelyai/inspect` 0.7 read, one message a frame. Nothing is told that the lines do not
 * say: stanzas, edges, time-outs and the security of a stream have no place on that wire.
 */
export function createStatelyaiReceiver(): (line: RecordingLine) => readonly string[] {
  const actors = new ToldActors()
  const tell = ({ actor, record, senderId, time }: Told): readonly string[] => {
    const { sessionId, rootId, parentId, name } = actor
    const common = { sessionId, rootId, createdAt: String(time), id: null, _version: statelyaiVersion }
    const snapshot = snapshotOf(actor)
    const message = (type: string, rest: object): string => JSON.stringify({ type, ...common, ...rest })
    switch (record.kind) {
      case 'start':
        return [
          message('@xstate.actor', { name, parentId, definition: definitionOf(actor), snapshot }),
          message('@xstate.snapshot', { event: { ...record.data, type: record.type }, snapshot }),
        ]
      case 'event': {
        const event = { ...record.data, type: record.type }
        return [
          message('@xstate.event', { event, sourceId: senderId }),
          message('@xstate.snapshot', { event, snapshot }),
        ]
      }
      case 'end': {
        const type = record.status === 'stopped' ? 'xstate.stop' : `xstate.${record.status}`
        const outcome =
          record.data === undefined ? {} : { [record.status === 'error' ? 'error' : 'output']: record.data }
        return [message('@xstate.snapshot', { event: { type }, snapshot: { ...snapshot, ...outcome } })]
      }
    }
  }
  return (line) => actors.read(line).flatMap(tell)
}

function snapshotOf({ status, value, context }: ToldActor): object {
  return {
    status: status ?? 'active',
    ...(value === undefined ? {} : { value }),
    ...(context === undefined ? {} : { context }),
  }
}

function definitionOf({ graph, name }: ToldActor): string {
  return JSON.stringify(graph === undefined ? { id: name } : writeDefinition(graph, xstate5))
}
