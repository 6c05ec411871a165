// Does my session survive the end of the process?
//   npm run build && node dist/examples/restart.js
// It runs an app in a process of its own, kills it, and starts it again; the server is in this process.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filter, firstValueFrom, take } from 'rxjs'
import { createClient, sessionIn, xml, type Store } from 'xmpp-machines'
import { createServer } from 'xmpp-machines/server'

const [program = '', endpoint, folder = '', ca = ''] = process.argv.slice(1)
await (endpoint === undefined ? runTwice() : runApp(endpoint))

/** The app: it has no idea that it is ever killed. */
async function runApp(endpoint: string): Promise<void> {
  const client = createClient({
    jid: 'toto@localhost/desk',
    password: 'mot2passe',
    endpoint,
    tls: { ca },
    store: sessionIn(folderStore(folder)),
  })
  client.message$.subscribe(({ body }) => console.log(`heard: ${body}`))
  client.state$
    .pipe(
      filter((state) => state.status === 'online'),
      take(1),
    )
    .subscribe(({ resumed }) => {
      console.log(resumed ? 'the session goes on' : 'a session begins')
    })
  await client.connect()
  // What is sent is stored before it leaves, and whatever came before it: with the second one, the session.
  for (const body of ['Here I am', 'Who else is?']) {
    const { status$ } = client.send({ to: 'tata@localhost', type: 'chat', body })
    await firstValueFrom(status$.pipe(filter(({ status }) => status === 'acknowledged')))
  }
  process.send?.('online')
}

/** With unstorage: `fromUnstorage(createStorage({ driver }))`, in files, Redis and wherever else it has a driver for. */
function folderStore(folder: string): Store {
  const file = (key: string) => join(folder, encodeURIComponent(key))
  return {
    get: async (key) => {
      const text = await readFile(file(key), 'utf8').catch(() => 'null')
      try {
        return JSON.parse(text)
      } catch {
        // The process was killed while it wrote this.
        return text
      }
    },
    set: (key, value) => writeFile(file(key), JSON.stringify(value)),
    delete: (key) => rm(file(key), { force: true }),
  }
}

async function runTwice(): Promise<void> {
  const accounts = ['toto', 'tata'].map((username) => ({ username, password: 'mot2passe' }))
  await using server = await createServer({ accounts })
  const folder = await mkdtemp(join(tmpdir(), 'restart-'))
  const start = () => fork(program, [server.endpoints.starttls ?? '', folder, server.ca ?? ''])

  const first = start()
  await once(first, 'message')
  first.kill('SIGKILL')
  await once(first, 'exit')

  await using tata = createClient({
    jid: 'tata@localhost',
    password: 'mot2passe',
    endpoint: () => server.connect(),
  })
  await tata.connect()
  tata.send({ to: 'toto@localhost/desk', type: 'chat', body: 'Are you there?' })

  const second = start()
  await once(second, 'message')
  await tata
    .request({ type: 'get', to: 'toto@localhost/desk', payload: xml('ping', 'urn:xmpp:ping') })
    .catch(() => undefined)
  second.kill('SIGKILL')
  await once(second, 'exit')
  await rm(folder, { recursive: true })
}
