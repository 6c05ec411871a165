import { WebSocket } from 'ws'
import type { OpenSocket } from './socket.js'

/** The WebSocket of Node; it keeps no process alive. */
export const openSocket: OpenSocket = (url, { closed, opened, text }) => {
  const socket = new WebSocket(url, {
    maxPayload: 1_048_576,
    perMessageDeflate: false,
    finishRequest: (request) => {
      request.once('socket', (stream) => stream.unref())
      request.end()
    },
  })
  socket.on('open', opened)
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) text(data.toString())
  })
  // What went wrong ends it, and that is all a link has to know.
  socket.on('error', () => {})
  socket.on('close', closed)
  return {
    get bufferedBytes() {
      return socket.bufferedAmount
    },
    send: (frame) => socket.send(frame),
    close: () => socket.close(),
    end: () => socket.terminate(),
  }
}
