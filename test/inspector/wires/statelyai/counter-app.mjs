// An app of somebody else: a counter with a child, attached to the inspector at the address that it is given.
import { createWebSocketInspector } from '@statelyai/inspect'
import { assign, createActor, fromPromise, setup, waitFor } from 'xstate'

const lamp = setup({}).createMachine({
  id: 'lamp',
  initial: 'off',
  states: { off: { on: { toggle: 'on' } }, on: { on: { toggle: 'off' } } },
})
const counter = setup({
  actors: { lamp, load: fromPromise(async () => ({ start: 5 })) },
  actions: { add: assign({ count: ({ context }) => context.count + 1 }) },
  guards: { isFull: ({ context }) => context.count >= 7 },
}).createMachine({
  id: 'counter',
  context: { count: 0 },
  initial: 'loading',
  states: {
    loading: {
      invoke: {
        id: 'load',
        src: 'load',
        onDone: { target: 'counting', actions: assign({ count: ({ event }) => event.output.start }) },
      },
    },
    counting: {
      invoke: { id: 'lamp', src: 'lamp' },
      on: {
        add: [{ guard: 'isFull', target: 'full' }, { actions: 'add' }],
        light: { actions: ({ self }) => self.getSnapshot().children.lamp.send({ type: 'toggle' }) },
      },
    },
    full: { after: { 10: 'done' } },
    done: { type: 'final' },
  },
})

const inspector = createWebSocketInspector({ url: process.argv[2] })
const actor = createActor(counter, { inspect: inspector.inspect })
actor.start()
await waitFor(actor, (snapshot) => snapshot.matches('counting'))
actor.send({ type: 'light' })
for (let count = 0; count < 3; count += 1) actor.send({ type: 'add' })
await waitFor(actor, (snapshot) => snapshot.status === 'done')
