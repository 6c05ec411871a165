import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient } from '../../../src/client.js'
import type { RecordingLine } from '../../../src/inspector/recording/record.js'
import { createRecorder } from '../../../src/inspector/recording/recorder.js'
import { isRecordingLine } from '../../../src/inspector/recording/recording-shape.js'
import { createInspector } from '../../../src/inspector/server/index.js'
import { createServer } from '../../../src/server/index.js'
import { eventLine, sourceLine } from './lines.js'
import { openPage } from './visitor.js'

async function stage() {
  const server = await createServer({ accounts: [{ username: 'alice', password: 'canary-4711' }] })
  const inspector = await createInspector()
  const recorder = createRecorder({ name: 'alice@localhost' })
  const client = createClient({
    jid: 'alice@localhost/desk',
    password: 'canary-4711',
    endpoint: server.endpoints.starttls,
    tls: { ca: server.ca },
    ...recorder.taps,
  })
  onTestFinished(async () => {
    await client.close()
    await inspector.close()
    await server.close()
  })
  return { client, inspector, recorder, server }
}

const isOnline = (line: RecordingLine) =>
  line.kind === 'event' && line.actorPath === 'session' && JSON.stringify(line.value).includes('online')

describe('createInspector()', () => {
  it('shows a client of this process, to a page that comes before it and to one that comes later', async () => {
    const { client, inspector, recorder } = await stage()
    inspector.observe(recorder)
    const early = await openPage(inspector.url)
    await client.connect()
    const seen = await early.lines(isOnline)
    expect(seen.filter((line) => !isRecordingLine(line))).toEqual([])
    expect(seen[0]).toMatchObject({ kind: 'source', name: 'alice@localhost' })
    expect(JSON.stringify(seen)).not.toContain('canary')
    const late = await openPage(inspector.url)
    expect((await late.lines()).some(isOnline)).toBe(true)
  })

  it('writes nothing down as long as nobody looks', async () => {
    const { client, inspector, recorder } = await stage()
    let subscribers = 0
    const observed = {
      ...recorder,
      history: () => recorder.history(),
      attach: recorder.attach.bind(recorder),
      close: () => recorder.close(),
      subscribe: (listener: Parameters<typeof recorder.subscribe>[0]) => {
        subscribers += 1
        const unsubscribe = recorder.subscribe(listener)
        return () => {
          subscribers -= 1
          unsubscribe()
        }
      },
    }
    const observation = inspector.observe(observed)
    await client.connect()
    expect([inspector.watchers, subscribers]).toEqual([0, 0])
    const page = await openPage(inspector.url)
    await page.lines(isOnline)
    expect([inspector.watchers, subscribers]).toEqual([1, 1])
    await observation.close()
    expect(subscribers).toBe(0)
  })

  it('keeps what somebody has told who is observed no more', async () => {
    const { client, inspector, recorder } = await stage()
    const observation = inspector.observe(recorder)
    await client.connect()
    await observation.close()
    await observation.close()
    const page = await openPage(inspector.url)
    const lines = await page.lines()
    expect(lines[0]).toMatchObject({ endedAt: expect.any(Number) })
    expect(lines.some(isOnline)).toBe(true)
    inspector.observe(recorder)
    expect(() => inspector.observe(recorder)).toThrow(RangeError)
  })

  it('lets the page only look, unless the app says otherwise', async () => {
    const { client, inspector, recorder, server } = await stage()
    const [page, ask] = [await openPage(inspector.url), { name: 'connect' }]
    const onlyLooks = inspector.observe(recorder)
    const [source] = await page.lines((line) => line.kind === 'source')
    expect(source).not.toHaveProperty('commands')
    page.send({ source: source?.source, command: ask })
    expect(await page.outcome()).toMatchObject({ outcome: 'refused' })
    expect(client.state.status).toBe('offline')
    await onlyLooks.close()
    inspector.observe(recorder, {
      allowCommandsTo: client,
      onFault: (fault) => server.disturb('alice@localhost', fault),
    })
    await page.lines((line) => line.kind === 'source' && line.commands?.includes('fault') === true)
    page.send({ source: source?.source, command: ask })
    expect(await page.outcome()).toMatchObject({ outcome: 'ok' })
    expect(client.state.status).toBe('online')
    page.send({ source: source?.source, command: { name: 'fault', fault: 'cut' } })
    expect(await page.outcome()).toMatchObject({ outcome: 'ok' })
    await page.lines((line) => line.kind === 'event' && line.type === 'connection.lost')
  })

  it('shows recordings of several, as of people who have gone', async () => {
    const { inspector } = await stage()
    inspector.show([
      sourceLine('alice'),
      sourceLine('bob', { endedAt: 9 }),
      eventLine('bob', 0),
      eventLine('alice', 7),
      eventLine('nobody', 0),
    ])
    const page = await openPage(inspector.url)
    expect(await page.lines()).toMatchObject([
      { source: 'alice', endedAt: 1_700_000_000_007 },
      { source: 'alice', seq: 7 },
      { source: 'bob', endedAt: 9 },
      { source: 'bob', seq: 0 },
    ])
  })

  it('refuses a recording of more than it can show, and shows the first of it', async () => {
    await using inspector = await createInspector({ limits: { sources: 2 } })
    const lines = ['a', 'b', 'c'].flatMap((name) => [sourceLine(name), eventLine(name, 5)])
    expect(() => inspector.show(lines)).toThrow(RangeError)
    const page = await openPage(inspector.url)
    const ended = { endedAt: 1_700_000_000_005 }
    expect(await page.lines()).toMatchObject([ended, { source: 'a' }, ended, { source: 'b' }])
  })
})
