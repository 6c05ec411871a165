import { Socket } from 'node:net'

/** Destroys this process's own ends of all connections to a port, whoever opened them. */
export function destroySocketsTo(port: number): void {
  const list: unknown = Reflect.get(process, '_getActiveHandles')
  const handles: unknown = typeof list === 'function' ? list.call(process) : []
  if (!Array.isArray(handles)) return
  for (const handle of handles) {
    if (handle instanceof Socket && handle.remotePort === port) handle.destroy()
  }
}
