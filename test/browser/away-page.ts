// What runs inside a browser whose network goes and comes back.
import { filter, firstValueFrom } from 'rxjs'
import { createClient, type ClientState } from '../../src/index.js'

const isManaged = (state: ClientState) => state.status === 'online' && state.streamManagement === 'live'

async function stay(endpoint: string): Promise<void> {
  const options = { password: 'secret', endpoint, dangerouslyAllowPlaintext: true }
  // Nothing else would notice that nothing comes back: the session is quiet.
  const client = createClient({ ...options, jid: 'alice@example.test', timeouts: { doubtMs: 100 } })
  const told: string[] = []
  Object.assign(globalThis, { told })
  client.state$.subscribe((state) => {
    if (state.status !== 'online' && state.status !== 'suspended') return
    const word = state.status === 'suspended' ? state.error.code : state.resumed ? 'resumed' : 'online'
    if (told.at(-1) !== word) told.push(word)
  })
  await client.connect()
  // Before that a session cannot be resumed.
  await firstValueFrom(client.state$.pipe(filter(isManaged)))
}

Object.assign(globalThis, { stay })
