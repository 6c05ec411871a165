import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openInspector, type InspectorOptions } from '../../../src/inspector/server/inspector.js'
import type { RecordingLine } from '../../../src/inspector/recording/record.js'
import { findFreePorts } from '../../support/free-ports.js'
import { eventLine, sourceLine } from './lines.js'
import { ask, openPage, openSource } from './visitor.js'

async function inspectorWith(options: InspectorOptions = {}) {
  const inspector = await openInspector(options)
  onTestFinished(() => inspector.close())
  return inspector
}

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'page-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'inner'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

const has =
  (wanted: Partial<RecordingLine>) =>
  (line: RecordingLine): boolean =>
    Object.entries(wanted).every(([name, value]) => Reflect.get(line, name) === value)

describe('the page', () => {
  it('is served with its files, each with its type', async () => {
    const pageFolder = await folderWith({
      'index.html': '<!doctype html>',
      'page.js': '1',
      'page.css': 'a{}',
      'inner/worker.js': '2',
      '.env': 'SECRET',
    })
    const { url } = await inspectorWith({ pageFolder })
    const page = await ask(url, `/${new URL(url).search}`)
    expect(page).toMatchObject({ status: 200, body: '<!doctype html>' })
    expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'content-length': '15' })
    expect(await ask(url, '/page.js')).toMatchObject({ status: 200, body: '1' })
    expect((await ask(url, '/page.js')).headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect((await ask(url, '/page.css')).headers['content-type']).toBe('text/css; charset=utf-8')
    expect(await ask(url, '/inner/worker.js')).toMatchObject({ status: 200, body: '2' })
    expect(await ask(url, '/.env')).toMatchObject({ status: 404 })
    expect(await ask(url, '/page.js', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })

  it('says so where it was not built', async () => {
    const { url } = await inspectorWith({ pageFolder: join(tmpdir(), 'there-is-no-such-folder') })
    expect(await ask(url, `/${new URL(url).search}`)).toMatchObject({
      status: 200,
      body: expect.stringContaining('npm run build'),
    })
  })

  it('is at the same place again with the same port and token', async () => {
    const token = 'a-token-of-the-test'
    const port = (await findFreePorts('inspector')).get('inspector') ?? 0
    const first = await openInspector({ token, port })
    await first.close()
    const second = await inspectorWith({ token, port })
    expect(second.url).toBe(first.url)
    await expect(openInspector({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await expect(openInspector({ token: 'short' })).rejects.toThrow(RangeError)
  })
})

describe('what sources tell', () => {
  it('reaches a page that is there, and one that comes later', async () => {
    const { url } = await inspectorWith()
    const early = await openPage(url)
    expect(await early.frame()).toEqual({ live: true })
    const source = await openSource(url)
    source.send([sourceLine('alice'), eventLine('alice', 0)])
    expect(await early.lines(has({ seq: 0 }))).toMatchObject([{ kind: 'source' }, { kind: 'event' }])
    source.send([eventLine('alice', 1)])
    expect(await early.lines(has({ seq: 1 }))).toMatchObject([{ seq: 1 }])
    const late = await openPage(url)
    expect(await late.lines()).toMatchObject([{ kind: 'source' }, { seq: 0 }, { seq: 1 }])
  })

  it('stays when they have gone, with when that was', async () => {
    const { url } = await inspectorWith()
    const page = await openPage(url)
    const source = await openSource(url)
    source.send([sourceLine('alice'), eventLine('alice', 0)])
    await page.lines(has({ seq: 0 }))
    source.socket.close()
    const ended = (line: RecordingLine) => line.kind === 'source' && line.endedAt !== undefined
    expect(await page.lines(ended)).toHaveLength(1)
    const late = await openPage(url)
    expect(await late.lines()).toMatchObject([{ endedAt: expect.any(Number) }, { seq: 0 }])
  })

  it('goes on where one comes back, and is not told twice', async () => {
    const { url } = await inspectorWith()
    const first = await openSource(url)
    first.send([sourceLine('alice'), eventLine('alice', 0), eventLine('alice', 1)])
    const page = await openPage(url)
    await page.lines(has({ seq: 1 }))
    first.socket.close()
    await page.lines((line) => line.kind === 'source' && line.endedAt !== undefined)
    const second = await openSource(url)
    second.send([sourceLine('alice'), ...[0, 1, 2].map((seq) => eventLine('alice', seq))])
    const lines = await page.lines(has({ seq: 2 }))
    expect(lines).toEqual([sourceLine('alice'), eventLine('alice', 2)])
  })

  it('is kept apart where one was started again, and each comes back as who it was', async () => {
    const { url } = await inspectorWith({ limits: { sources: 2 } })
    const page = await openPage(url)
    const isGone = (line: RecordingLine) => line.kind === 'source' && line.endedAt !== undefined
    const run = async (startedAt: number, value: string, seq: number) => {
      const source = await openSource(url)
      source.send([
        sourceLine('alice', { startedAt, commands: ['connect'] }),
        eventLine('alice', seq, { value }),
      ])
      const lines = await page.lines(has({ seq }))
      const to = lines.at(-1)?.source
      page.send({ source: to, command: { name: 'connect' } })
      expect(await source.frame()).toMatchObject({ command: { name: 'connect' } })
      source.socket.close()
      await page.lines(isGone)
      return lines.map((line) => [line.source, Reflect.get(line, 'startedAt') ?? Reflect.get(line, 'value')])
    }
    const told = (source: string, startedAt: number, value: string) => [
      [source, startedAt],
      [source, value],
    ]
    expect(await run(1, 'first', 0)).toEqual(told('alice', 1, 'first'))
    expect(await run(2, 'second', 0)).toEqual(told('alice#2', 2, 'second'))
    expect(await run(1, 'first again', 1)).toEqual(told('alice', 1, 'first again'))
    expect(await run(2, 'second again', 1)).toEqual(told('alice#2', 2, 'second again'))
    expect(await run(3, 'third', 0)).toEqual(told('alice#3', 3, 'third'))
    expect(await run(4, 'fourth', 0)).toEqual(told('alice#4', 4, 'fourth'))
  })

  it('goes on where what was saved of it as another run was opened before it comes back', async () => {
    const { url } = await inspectorWith()
    const saved = await openSource(url)
    const second = sourceLine('alice#2', { startedAt: 2 })
    saved.send([second, eventLine('alice#2', 0)])
    const page = await openPage(url)
    await page.lines(has({ seq: 0 }))
    saved.socket.close()
    await page.lines((line) => line.kind === 'source' && line.endedAt !== undefined)
    const alice = await openSource(url)
    alice.send([sourceLine('alice', { startedAt: 2 }), eventLine('alice', 1)])
    const lines = await page.lines(has({ seq: 1 }))
    expect(lines.map(({ source }) => source)).toEqual(['alice#2', 'alice#2'])
  })

  it('is kept apart by source, and a name belongs to who has it', async () => {
    const { url } = await inspectorWith()
    const [alice, bob] = [await openSource(url), await openSource(url)]
    alice.send([sourceLine('alice'), eventLine('alice', 0)])
    const page = await openPage(url)
    await page.lines(has({ source: 'alice', seq: 0 }))
    bob.send([sourceLine('bob'), eventLine('bob', 0), eventLine('alice', 1)])
    expect(await bob.closed()).toBe(1008)
    const thief = await openSource(url)
    thief.send([sourceLine('alice')])
    expect(await thief.closed()).toBe(1008)
    const late = await openPage(url)
    const told = await late.lines()
    expect(told.map((line) => `${line.source} ${line.kind}`)).toEqual([
      'alice source',
      'alice event',
      'bob source',
      'bob event',
    ])
  })

  it('makes room for others when it has gone, the oldest first', async () => {
    const { url } = await inspectorWith({ limits: { sources: 2 } })
    const page = await openPage(url)
    for (const name of ['alice', 'bob', 'carol']) {
      const source = await openSource(url)
      source.send([sourceLine(name)])
      await page.lines(has({ source: name }))
      source.socket.close()
      await page.lines((line) => line.kind === 'source' && line.endedAt !== undefined)
    }
    const late = await openPage(url)
    expect((await late.lines()).map(({ source }) => source)).toEqual(['bob', 'carol'])
    const [dora, emil, fred] = [await openSource(url), await openSource(url), await openSource(url)]
    dora.send([sourceLine('dora')])
    emil.send([sourceLine('emil')])
    await page.lines(has({ source: 'emil' }))
    fred.send([sourceLine('fred')])
    expect(await fred.closed()).toBe(1008)
  })
})

describe('a slow page', () => {
  it('makes nothing wait for it in memory, and is told what it has missed', async () => {
    const inspector = await inspectorWith({ limits: { records: 1_000 } })
    const page = await openPage(inspector.url)
    await page.frame()
    page.socket.pause()
    const feed = inspector.sources.open(sourceLine('alice'), async () => ({ outcome: 'ok' }))
    const type = 'x'.repeat(10_000)
    for (let seq = 0; seq < 3_000; seq += 1) {
      feed?.append(eventLine('alice', seq, { type }))
      if (seq % 50 === 0) await new Promise(setImmediate)
    }
    page.socket.resume()
    const lines = await page.lines(has({ seq: 2_999 }))
    const dropped = lines.filter((line) => line.kind === 'dropped').map(({ count }) => count)
    const events = lines.filter((line) => line.kind === 'event').length
    expect(dropped.length).toBeGreaterThan(0)
    expect(dropped.reduce((sum, count) => sum + count, 0) + events).toBe(3_000)
  })
})

describe('a command', () => {
  it('goes to its source, and its outcome back to the page that asked', async () => {
    const { url } = await inspectorWith()
    const [page, other, source] = [await openPage(url), await openPage(url), await openSource(url)]
    source.send([sourceLine('alice', { commands: ['connect', 'send'] })])
    await page.lines(has({ source: 'alice' }))
    page.send({ source: 'alice', command: { name: 'connect' }, id: 'a' })
    expect(await source.frame()).toEqual({ id: 0, command: { name: 'connect' } })
    page.send({ source: 'alice', command: { name: 'send', xml: '<presence/>' } })
    expect(await source.frame()).toEqual({ id: 1, command: { name: 'send', xml: '<presence/>' } })
    source.send({ id: 1, outcome: 'refused', reason: 'not now' })
    expect(await page.frame()).toEqual({ source: 'alice', outcome: 'refused', reason: 'not now' })
    source.send({ id: 0, outcome: 'ok' })
    expect(await page.frame()).toEqual({ source: 'alice', id: 'a', outcome: 'ok' })
    expect(await other.lines()).toEqual([])
  })

  it.each([
    ['of a name that the app does not allow', 'alice', 'does not allow'],
    ['to nobody', 'nobody', 'nobody of that name'],
  ])('%s is refused, and the app never hears of it', async (_, to, reason) => {
    const { url } = await inspectorWith()
    const [page, source] = [await openPage(url), await openSource(url)]
    source.send([sourceLine('alice', { commands: ['connect'] })])
    await page.lines(has({ source: 'alice' }))
    page.send({ source: to, command: { name: 'disconnect' } })
    expect(await page.frame()).toMatchObject({ outcome: 'refused', reason: expect.stringContaining(reason) })
    page.send({ source: 'alice', command: { name: 'connect' } })
    expect(await source.frame()).toMatchObject({ command: { name: 'connect' } })
    source.socket.close()
    await page.lines((line) => line.kind === 'source' && line.endedAt !== undefined)
  })
})
