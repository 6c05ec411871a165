// What runs inside the browser: two people log in and talk.
import { filter, firstValueFrom } from 'rxjs'
import { createClient, XmppError } from '../../src/index.js'

export interface Meeting {
  readonly phases: readonly string[]
  readonly mechanism: string
  readonly heard: string | undefined
  readonly contacts: readonly string[]
  readonly refused: string
  readonly plain: string
  readonly unreachable: string
}

const failure = (attempt: Promise<void>): Promise<string> =>
  attempt.then(
    () => 'online',
    (error: unknown) => (error instanceof XmppError ? error.code : String(error)),
  )

function mistake(deed: () => unknown): string {
  try {
    deed()
    return 'none'
  } catch (error) {
    return String(error)
  }
}

async function meet(endpoint: string): Promise<Meeting> {
  const options = { password: 'secret', endpoint, dangerouslyAllowPlaintext: true }
  const everywhere = ['xmpps://example.test', endpoint]
  const alice = createClient({ ...options, jid: 'alice@example.test', endpoint: everywhere })
  const bob = createClient({ ...options, jid: 'bob@example.test' })
  const phases: string[] = []
  alice.state$.subscribe(({ status }) => {
    if (phases.at(-1) !== status) phases.push(status)
  })
  await Promise.all([alice.connect(), bob.connect()])
  const mechanism = alice.state.status === 'online' ? alice.state.mechanism : ''
  const arrived = firstValueFrom(bob.message$.pipe(filter(({ body }) => body !== undefined)))
  alice.send({ to: 'bob@example.test', type: 'chat', body: 'from a browser: é 漢字 👋' })
  const { body: heard } = await arrived
  const contacts = [...(await alice.fetchRoster()).keys()]
  await Promise.all([alice.close(), bob.close()])
  const stranger = createClient({ ...options, jid: 'alice@example.test', password: 'wrong' })
  const refused = await failure(stranger.connect())
  const careful = createClient({ jid: 'alice@example.test', password: 'secret', endpoint })
  const plain = await failure(careful.connect())
  await Promise.all([stranger.close(), careful.close()])
  const unreachable = mistake(() =>
    createClient({ jid: 'alice@example.test', endpoint: 'xmpps://example.test' }),
  )
  return { phases, mechanism, heard, contacts, refused, plain, unreachable }
}

Object.assign(globalThis, { meet })
