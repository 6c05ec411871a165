import { describe, expect, it } from 'vitest'
import { createActor, type AnyActor, type InspectionEvent } from 'xstate'
import { inspectCheaply } from '../../src/actors/inspection.js'
import { conversationMachine, defaultConversationTimeouts } from '../../machines/conversation.js'

type Observe = (event: InspectionEvent) => void

const conversation = (inspect: Observe) =>
  createActor(conversationMachine, {
    id: 'c',
    inspect,
    input: { jid: 'bob@example.test', timeouts: defaultConversationTimeouts },
  })

/** Everything that is told of a conversation in which something happens; `prepare` may change how. */
function inspected(prepare: (actor: AnyActor, observe: Observe) => void): readonly InspectionEvent[] {
  const told: InspectionEvent[] = []
  const observe: Observe = (event) => told.push(event)
  const actor = conversation(observe)
  prepare(actor, observe)
  actor.start()
  actor.send({ type: 'conversation.type' })
  actor.send({ type: 'message.sent', thread: 't' })
  actor.stop()
  return told
}

/** What is told, but for what every actor has of its own. */
const shapesOf = (told: readonly InspectionEvent[]) =>
  told.map(
    ({
      _transitions: taken = [],
      ...event
    }: InspectionEvent & { readonly _transitions?: readonly object[] }) => ({
      ...event,
      taken: taken.length,
      names: Object.keys(event).toSorted(),
      rootId: event.rootId === ('sessionId' in event.actorRef ? event.actorRef.sessionId : undefined),
      actorRef: undefined,
      ...('snapshot' in event && { snapshot: 'value' in event.snapshot ? event.snapshot.value : undefined }),
      ...('action' in event && { action: event.action.type }),
    }),
  )

describe('inspectCheaply()', () => {
  it('tells what XState tells, from the first event to the last', () => {
    const plain = shapesOf(inspected(() => {}))
    expect(plain.length).toBeGreaterThan(10)
    expect(shapesOf(inspected(inspectCheaply))).toEqual(plain)
  })

  it('finds in this XState what it puts something else in the place of', () => {
    const { system } = conversation(() => {})
    const senderOf = (): unknown => Object.getOwnPropertyDescriptor(system, '_sendInspectionEvent')?.value
    const before = senderOf()
    expect(before).toBeTypeOf('function')
    inspectCheaply({ system, sessionId: 'x' }, () => {})
    expect(senderOf()).not.toBe(before)
  })

  it('lets others look as well, as long as they want to', () => {
    const [first, second]: [string[], string[]] = [[], []]
    const actor = conversation(() => {})
    inspectCheaply(actor, () => {})
    const one = actor.system.inspect(({ type }) => first.push(type))
    actor.system.inspect({ next: ({ type }) => second.push(type) })
    actor.start()
    expect(first).toContain('@xstate.snapshot')
    one.unsubscribe()
    const heard = first.length
    actor.send({ type: 'conversation.type' })
    expect(first).toHaveLength(heard)
    expect(second.length).toBeGreaterThan(heard)
    actor.stop()
  })
})
