import type { RecordingLine } from '../recording/record.js'
import { ToldActors, type Told, type ToldActor } from './told-actors.js'
import { writeDefinition, xstate4 } from './write-definition.js'

/**
 * Makes of lines what the receivers of `@xstate/inspect` 0.8 read, one message a frame. They know machines only, so deeds are
 * left out, and so is what the lines say of stanzas, edges, time-outs and the security of a stream.
 */
export function createXStateReceiver(): (line: RecordingLine) => readonly string[] {
  const actors = new ToldActors()
  const tell = ({ actor, record, senderId }: Told): readonly string[] => {
    const { graph, name: id, parentId: parent, sessionId, status } = actor
    if (graph === undefined) return []
    const name = record.kind === 'end' ? 'xstate.stop' : record.type
    const data = { ...record.data, type: name }
    const event = { name, data, $$type: 'scxml', type: 'external', origin: senderId }
    const state = JSON.stringify(stateOf(actor, event))
    const message = (type: string, rest: object): string => JSON.stringify({ type, sessionId, ...rest })
    const machine = (): string => JSON.stringify(writeDefinition(graph, xstate4))
    return [
      ...(record.kind === 'start'
        ? [message('service.register', { machine: machine(), state, id, parent })]
        : []),
      ...(record.kind === 'end' ? [] : [message('service.event', { event: JSON.stringify(event) })]),
      ...(record.kind === 'event' ? [message('service.state', { state })] : []),
      ...(status === undefined ? [] : [message('service.stop', {})]),
    ]
  }
  return (line) => actors.read(line).flatMap(tell)
}

/** What `State.create` of XState 4 reads. */
function stateOf({ sessionId, value, context, status }: ToldActor, event: { readonly data: object }): object {
  return {
    value,
    context: context ?? {},
    event: event.data,
    _event: event,
    _sessionid: sessionId,
    actions: [],
    activities: {},
    meta: {},
    events: [],
    children: {},
    transitions: [],
    tags: [],
    done: status === 'done',
    changed: true,
  }
}
