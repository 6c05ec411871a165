import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { RecordingLine } from '../../../src/inspector/recording/record.js'
import { openInspector } from '../../../src/inspector/server/inspector.js'
import { at, knock, openPage, openSource, Visitor } from '../server/visitor.js'
import { loginLines } from './login-lines.js'

const ways = ['/statelyai/source', '/statelyai/receiver', '/xstate/receiver']

async function inspectorHere(): Promise<string> {
  const inspector = await openInspector()
  onTestFinished(() => inspector.close())
  return inspector.url
}

async function open(url: string, way: string): Promise<Visitor> {
  const socket = new WebSocket(at(url, way))
  onTestFinished(() => socket.terminate())
  const visitor = new Visitor(socket)
  await once(socket, 'open')
  return visitor
}

const actor = (sessionId: string) =>
  JSON.stringify({
    type: '@xstate.actor',
    sessionId,
    name: sessionId,
    snapshot: { status: 'active', value: 'a' },
  })

describe.each(ways)('the way %s', (way) => {
  it('is open with the token alone, to programs and to pages of this machine', async () => {
    const url = await inspectorHere()
    expect(await knock(at(url, way))).toBe(101)
    expect(await knock(at(url, way), { origin: 'http://localhost:5173' })).toBe(101)
    expect(await knock(at(url, way), { origin: 'https://evil.example' })).toBe(403)
    expect(await knock(at(url, way), { origin: 'null' })).toBe(403)
    expect(await knock(at(url, way).replace(/\?.*/, ''))).toBe(403)
    expect(await knock(at(url, way).replace(/token=.{4}/, 'token=AAAA'))).toBe(403)
    expect(await knock(at(url, way), { host: 'evil.example' })).toBe(421)
  })
})

describe('an app of somebody else', () => {
  it.each([
    ['no JSON', 'hello', 1007],
    ['no message', '{"type":"@xstate.event"}', 1007],
    ['lines of a recording', JSON.stringify(loginLines), 1007],
    ['more than one message may hold', JSON.stringify({ type: 'x'.repeat(5_000_000) }), 1009],
  ])('is cut off where it sends %s; what it told before stays', async (_, text, code) => {
    const url = await inspectorHere()
    const app = await open(url, '/statelyai/source')
    app.send(actor('mine'))
    app.send(text)
    expect(await app.closed()).toBe(code)
    const page = await openPage(url)
    const lines = await page.lines()
    expect(lines).toMatchObject([
      { kind: 'source', name: 'mine', engine: 'xstate', endedAt: expect.any(Number) },
      { kind: 'start', actorPath: 'mine', value: 'a' },
    ])
  })

  it('is cut off where it has too many actors', async () => {
    const app = await open(await inspectorHere(), '/statelyai/source')
    const closed = app.closed()
    for (let index = 0; index <= 2_000; index += 1) app.send(actor(`x:${index}`))
    expect(await closed).toBe(1009)
  })

  it('is asked for nothing', async () => {
    const url = await inspectorHere()
    const app = await open(url, '/statelyai/source')
    app.send(actor('mine'))
    const page = await openPage(url)
    const [line] = await page.lines(({ kind }) => kind === 'start')
    page.send({ source: line?.source, command: { name: 'connect' } })
    const isAnswer = async (): Promise<unknown> => {
      const frame = await page.frame()
      return frame !== null && typeof frame === 'object' && 'outcome' in frame ? frame : isAnswer()
    }
    expect(await isAnswer()).toMatchObject({ outcome: 'refused' })
  })
})

describe('a viewer of somebody else', () => {
  it.each(['/statelyai/receiver', '/xstate/receiver'])(
    'at %s is told all that was, and goes on with what is',
    async (way) => {
      const url = await inspectorHere()
      const app = await openSource(url)
      app.send(loginLines.slice(0, 5))
      const viewer = await open(url, way)
      viewer.send('{"type":"xstate.inspecting"}')
      viewer.send('{"type":"xstate.event","event":"{}","service":"x"}')
      const first = await viewer.frame()
      expect(JSON.stringify(first)).toContain('offline')
      app.send(loginLines.slice(5))
      const last = loginLines.findLast(
        (line): line is RecordingLine & { readonly kind: 'event' } => line.kind === 'event',
      )
      for (;;) {
        const text = JSON.stringify(await viewer.frame()).replaceAll('\\', '')
        if (text.includes(`"type":"${last?.type}"`)) break
      }
      expect(viewer.socket.readyState).toBe(WebSocket.OPEN)
    },
  )

  it('may say little', async () => {
    const viewer = await open(await inspectorHere(), '/xstate/receiver')
    viewer.send('x'.repeat(70_000))
    expect(await viewer.closed()).toBe(1009)
  })
})
