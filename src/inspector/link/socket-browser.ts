import type { OpenSocket } from './socket.js'

/** The WebSocket of browsers. */
export const openSocket: OpenSocket = (url, { closed, opened, text }) => {
  const socket = new WebSocket(url)
  socket.addEventListener('open', opened)
  socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'string') text(data)
  })
  socket.addEventListener('close', closed)
  return {
    get bufferedBytes() {
      return socket.bufferedAmount
    },
    send: (frame) => socket.send(frame),
    close: () => socket.close(),
    end: () => socket.close(),
  }
}
