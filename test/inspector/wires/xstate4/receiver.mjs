// A viewer for XState 4: prints what it makes of every message, one a line. Node has no WebSocket of its own yet.
import { createRequire } from 'node:module'
import { WebSocket } from 'ws'

globalThis.WebSocket ??= WebSocket
const { createWebSocketReceiver, createWindowReceiver } = createRequire(import.meta.url)('@xstate/inspect')

const [, , way, address] = process.argv
const receiver =
  way === 'window' ? windowReceiver() : createWebSocketReceiver({ server: address.replace('ws://', '') })
receiver.subscribe((event) => console.log(JSON.stringify(summary(event))))

/** A window that hears from its opener, which is where a bridge to the server stands. */
function windowReceiver() {
  const ownWindow = new EventTarget()
  const socket = new WebSocket(address)
  socket.on('message', (text) =>
    ownWindow.dispatchEvent(new MessageEvent('message', { data: JSON.parse(text) })),
  )
  const targetWindow = { postMessage: () => undefined }
  return createWindowReceiver({ window: ownWindow, targetWindow })
}

/** The machine and the state are those that XState 4 has made of them. */
function summary({ type, sessionId, id, parent, machine, state, event }) {
  return {
    type,
    sessionId,
    ...(machine === undefined ? {} : { id, parent, states: machine.stateIds, initial: machine.initial }),
    ...(state === undefined ? {} : { value: state.value, context: state.context, done: state.done }),
    ...(event === undefined ? {} : { event: event.data }),
  }
}
