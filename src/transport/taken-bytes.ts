import type { Socket } from 'node:net'

/**
 * How many bytes of a socket the operating system has taken so far, those of TLS where there is TLS. Node tells the end of a write
 * alone, and puts all that waits into one; how far it has come with that, by which its own time-outs go, only its handle says.
 */
export function takenBytes(socket: Socket): number {
  const handle = read(socket, '_handle')
  const lowest = read(handle, '_parent') ?? handle
  const written = read(lowest, 'bytesWritten')
  const waiting = read(lowest, 'writeQueueSize')
  return typeof written === 'number' && typeof waiting === 'number'
    ? written - waiting
    : socket.bytesWritten - socket.writableLength
}

const read = (object: unknown, name: string): unknown =>
  typeof object === 'object' && object !== null ? Reflect.get(object, name) : undefined
