import type { Client, JoinOptions } from '../../src/index.js'
import { startRelay, type Relay } from '../support/relay.js'
import { next } from './people.js'
import { toGuests } from './room-guests.js'
import type { ServerUnderTest } from './server-under-test.js'

/** Guests of the server's rooms whose connections can be broken; `heal` at the end. */
export function toBreaks(server: ServerUnderTest) {
  const relays: Relay[] = []
  const { enters } = toGuests(server)

  /** In a room, over a connection of one's own. */
  const behindRelay = async (
    user: string,
    jid: string,
    streamManagement: boolean,
    door: Partial<JoinOptions> = {},
  ) => {
    const relay = await startRelay(Number(new URL(String(server.endpoints['direct TLS'])).port))
    relays.push(relay)
    const endpoint = `xmpps://127.0.0.1:${relay.port}`
    const one = await enters(user, jid, {
      ...door,
      options: { endpoint, ...(!streamManagement && { streamManagement }) },
    })
    if (streamManagement)
      await next(
        one.client.state$,
        (state) => state.status === 'online' && state.streamManagement === 'live',
        'stream management',
      )
    return { ...one, relay }
  }

  /** Online again, in the same session or in another one. */
  const back = (client: Client, resumed: boolean) =>
    next(client.state$, (state) => state.status === 'online' && state.resumed === resumed, 'the session')

  const heal = () => Promise.all(relays.splice(0).map((relay) => relay.stop()))

  return { back, behindRelay, heal }
}
