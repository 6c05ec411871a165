// What happens when the connection breaks?
//   npm run build && node dist/examples/reconnect.js
// It cuts its own connection, to a server in this process, and comes back by itself.
import { filter, firstValueFrom } from 'rxjs'
import { createClient, TransportError } from 'xmpp-machines'
import { createServer } from 'xmpp-machines/server'

await using server = await createServer({
  accounts: [{ username: 'toto', password: 'mot2passe' }],
  listen: {},
})
const cables: ReturnType<typeof server.connect>[] = []
await using client = createClient({
  jid: `toto@${server.domain}`,
  password: 'mot2passe',
  endpoint: () => {
    const cable = server.connect()
    cables.push(cable)
    return cable
  },
})

await client.connect()
console.log('online')

// suspended: the server keeps the session, so that nothing is lost; backingOff: the next one is a new one.
const broken = firstValueFrom(
  client.state$.pipe(filter((state) => state.status === 'suspended' || state.status === 'backingOff')),
)
cables[0]?.destroy(new TransportError('reset', 'somebody pulled the cable'))

const { because, error, retryInMs } = await broken
console.log(`${error.message}: again in ${retryInMs} ms, because ${because}`)

await firstValueFrom(client.state$.pipe(filter(({ status }) => status === 'online')))
console.log('online again')
