import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { sessionMachine } from '../../../machines/index.js'
import { statesOf } from '../../../src/inspector/drawing/graph.js'
import { createRecorder, toGraph } from '../../../src/inspector/index.js'
import type { RecordingLine } from '../../../src/inspector/recording/record.js'
import { isRecordingLine } from '../../../src/inspector/recording/recording-shape.js'
import { openInspector } from '../../../src/inspector/server/inspector.js'
import { createClient } from '../../../src/client.js'
import { createServer } from '../../../src/server/index.js'
import { start, type Running } from '../../cli/program.js'
import { installWorkspace } from '../../support/install-workspace.mjs'
import { at, openPage, openSource } from '../server/visitor.js'
import { loginLines } from './login-lines.js'

const statelyai = new URL('statelyai/', import.meta.url)
const xstate4 = new URL('xstate4/', import.meta.url)

beforeAll(() => {
  installWorkspace(statelyai)
  installWorkspace(xstate4)
}, 180_000)

async function inspectorHere() {
  const inspector = await openInspector()
  onTestFinished(() => inspector.close())
  return inspector
}

function run(workspace: URL, file: string, ...words: readonly string[]) {
  const program = start(fileURLToPath(new URL(file, workspace)), words)
  onTestFinished(() => program.signal('SIGKILL'))
  return program
}

/** An inspector to which an app of ours has told its login. */
async function inspectorWithLogin() {
  const { url } = await inspectorHere()
  const app = await openSource(url)
  app.send(loginLines)
  return url
}

const password = 'canary-of-a-password'
const body = 'canary-of-a-body'

/** The same, told while it happens: a client of ours logs in to a server of ours and sends a message to itself. */
async function inspectorWithClient() {
  const { url } = await inspectorHere()
  const server = await createServer({ accounts: [{ username: 'alice', password }] })
  onTestFinished(() => server.close())
  const app = await openSource(url)
  const recorder = createRecorder({ name: 'alice', source: 'alice' })
  onTestFinished(() => recorder.close())
  onTestFinished(recorder.subscribe((lines) => app.send([...lines])))
  const account = {
    jid: 'alice@localhost',
    password,
    endpoint: server.endpoints.starttls,
    tls: { ca: server.ca },
  }
  const client = createClient({ ...account, ...recorder.taps })
  await client.connect()
  client.send({ to: 'alice@localhost', type: 'chat', body })
  await client.close()
  return url
}

/** What a program prints until a line fits. */
async function printed(program: Running, last: RegExp): Promise<string> {
  await program.line(last)
  program.signal('SIGKILL')
  return (await program.ended).stdout
}

const isDone = (line: RecordingLine): boolean => line.kind === 'event' && line.status === 'done'

/** What happened, in short. */
function story(lines: readonly RecordingLine[]): readonly string[] {
  return lines.flatMap((line) => {
    if (!('actorPath' in line)) return []
    const what = 'type' in line ? line.type : line.kind
    const value = 'value' in line ? JSON.stringify(line.value) : ''
    const rest = [value, 'status' in line ? line.status : '', 'edges' in line ? line.edges.join() : '']
    return [[line.actorPath, what, ...rest].filter((part) => part !== '' && part !== undefined).join(' ')]
  })
}

describe('@statelyai/inspect 0.7', { timeout: 60_000 }, () => {
  it('shows an app of somebody else: who there is, where they stand, what they were told', async () => {
    const { url } = await inspectorHere()
    run(statelyai, 'counter-app.mjs', at(url, '/statelyai/source'))
    const page = await openPage(url)
    const lines = await page.lines(isDone)
    expect(lines.filter((line) => !isRecordingLine(line))).toEqual([])
    expect(lines[0]).toMatchObject({ kind: 'source', name: 'counter', engine: 'xstate' })
    expect(lines.flatMap((line) => (line.kind === 'chart' ? [line.chart] : []))).toEqual(['counter', 'lamp'])
    expect(story(lines)).toEqual([
      'counter xstate.init "loading"',
      'counter/load xstate.init',
      'counter/lamp xstate.init "off"',
      'counter xstate.done.actor.load "counting" counter.loading xstate.done.actor.load 0',
      'counter/load end done',
      'counter/lamp toggle "on" lamp.off toggle 0',
      'counter light "counting" counter.counting light 0',
      'counter add "counting"',
      'counter add "counting"',
      'counter/lamp end stopped',
      'counter add "full" counter.counting add 0',
      'counter xstate.after.10.counter.full "done" done counter.full xstate.after.10.counter.full 0',
    ])
    const [first, last] = [lines.find((line) => line.kind === 'start'), lines.at(-1)]
    expect(first).toMatchObject({ context: { count: 0 } })
    expect(last).toMatchObject({ from: 'counter' })
  })

  it('sees a login of ours, and nothing that only our own page is told', async () => {
    const url = await inspectorWithLogin()
    const receiver = run(statelyai, 'receiver.mjs', at(url, '/statelyai/receiver'))
    const stdout = await printed(
      receiver,
      /"sessionId":"alice:session\/authentication #2".*"status":"stopped"/,
    )
    const messages: readonly Told[] = stdout
      .trim()
      .split('\n')
      .map((line): Told => JSON.parse(line))
    expect(
      messages.map(({ type, sessionId, parentId, event, snapshot }) =>
        [type.slice(8), sessionId, parentId, event?.type, JSON.stringify(snapshot?.value), snapshot?.status]
          .filter((part) => part !== undefined)
          .join(' '),
      ),
    ).toEqual([
      'actor alice:session "offline" active',
      'snapshot alice:session xstate.init "offline" active',
      'event alice:session session.connect',
      'snapshot alice:session session.connect "connecting" active',
      'actor alice:session/connection alice:session active',
      'snapshot alice:session/connection xstate.init active',
      'snapshot alice:session/connection xstate.done done',
      'event alice:session xstate.done.actor.connection',
      'snapshot alice:session xstate.done.actor.connection "authenticating" active',
      'actor alice:session/authentication alice:session "choosing" active',
      'snapshot alice:session/authentication xstate.init "choosing" active',
      'event alice:session/authentication sasl.succeeded',
      'snapshot alice:session/authentication sasl.succeeded "authenticated" done',
      'event alice:session xstate.done.actor.authentication',
      'snapshot alice:session xstate.done.actor.authentication {"online":{}} active',
      'actor alice:session/authentication #2 alice:session "choosing" active',
      'snapshot alice:session/authentication #2 xstate.init "choosing" active',
      'snapshot alice:session/authentication #2 xstate.stop "choosing" stopped',
    ])
    for (const word of ['<auth', 'TLSv1.3', 'connectTimeout"']) expect(stdout).not.toContain(word)
  })

  it('sees a client of ours live, and none of its secrets', async () => {
    const url = await inspectorWithClient()
    const receiver = run(statelyai, 'receiver.mjs', at(url, '/statelyai/receiver'))
    const stdout = await printed(receiver, /"sessionId":"alice:session",.*"status":"(?:done|stopped)"/)
    expect(stdout).toContain('"value":{"active":"authenticating"}')
    expect(stdout).toMatch(/"value":\{"active":\{"online":/)
    expect(stdout).toContain('"sessionId":"alice:session/authentication"')
    for (const secret of [password, body]) expect(stdout).not.toContain(secret)
  })
})

interface Told {
  readonly type: string
  readonly sessionId: string
  readonly parentId?: string
  readonly event?: { readonly type: string }
  readonly snapshot?: { readonly value?: unknown; readonly status: string }
}

describe('@xstate/inspect 0.8', { timeout: 60_000 }, () => {
  it.each(['socket', 'window'])('sees a login of ours through its receiver in a %s', async (way) => {
    const url = await inspectorWithLogin()
    const receiver = run(xstate4, 'receiver.mjs', way, at(url, '/xstate/receiver'))
    const stdout = await printed(
      receiver,
      /"type":"service.stop","sessionId":"alice:session\/authentication #2"/,
    )
    const messages: readonly Summary[] = stdout
      .trim()
      .split('\n')
      .map((line): Summary => JSON.parse(line))
    const short = ({ type, sessionId, event, value, done }: Summary) =>
      [type.slice(8), sessionId, event?.type, JSON.stringify(value), done === true ? 'done' : undefined]
        .filter((part) => part !== undefined)
        .join(' ')
    expect(messages.map(short)).toEqual([
      'register alice:session "offline"',
      'event alice:session xstate.init',
      'event alice:session session.connect',
      'state alice:session "connecting"',
      'event alice:session xstate.done.actor.connection',
      'state alice:session "authenticating"',
      'register alice:session/authentication "choosing"',
      'event alice:session/authentication xstate.init',
      'event alice:session/authentication sasl.succeeded',
      'state alice:session/authentication "authenticated" done',
      'stop alice:session/authentication',
      'event alice:session xstate.done.actor.authentication',
      'state alice:session {"online":{}}',
      'register alice:session/authentication #2 "choosing"',
      'event alice:session/authentication #2 xstate.init',
      'stop alice:session/authentication #2',
    ])
    const [session] = messages
    expect(session?.states).toEqual([...statesOf(toGraph(sessionMachine).root)].map(({ id }) => id))
    expect(
      messages.map(({ context }) => context).findLast((context) => context?.['jid'] !== undefined),
    ).toEqual({
      jid: 'alice@example.test',
    })
    expect(messages.filter(({ parent }) => parent === 'alice:session')).toHaveLength(2)
    for (const word of ['<auth', 'TLSv1.3']) expect(stdout).not.toContain(word)
  })

  it('sees a client of ours live, and none of its secrets', async () => {
    const url = await inspectorWithClient()
    const receiver = run(xstate4, 'receiver.mjs', 'socket', at(url, '/xstate/receiver'))
    const stdout = await printed(receiver, /"type":"service.stop","sessionId":"alice:session"/)
    expect(stdout).toContain('"value":{"active":"authenticating"}')
    expect(stdout).toMatch(/"value":\{"active":\{"online":/)
    expect(stdout).toContain('"sessionId":"alice:session/authentication"')
    for (const secret of [password, body]) expect(stdout).not.toContain(secret)
  })
})

interface Summary {
  readonly type: string
  readonly sessionId: string
  readonly parent?: string
  readonly states?: readonly string[]
  readonly value?: unknown
  readonly context?: Readonly<Record<string, unknown>>
  readonly done?: boolean
  readonly event?: { readonly type: string }
}
