import { once } from 'node:events'
import { connect } from 'node:net'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Gate } from '../../src/inspector/server/gate.js'
import { openInspector, type OpenInspector } from '../../src/inspector/server/inspector.js'
import { eventLine, sourceLine } from '../inspector/server/lines.js'
import { ask, at, knock, openPage, openSource } from '../inspector/server/visitor.js'

const canary = 'canary-of-a23'
let inspector: OpenInspector
let outside = ''

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'a23-'))
  await writeFile(join(outside, 'secret.js'), canary)
  inspector = await openInspector()
})
afterAll(async () => {
  await inspector.close()
  await rm(outside, { recursive: true })
})

const without = (url: string): string => url.replace(/\?.*/, '')
const wrong = (url: string): string => url.replace(/token=.{4}/, 'token=AAAA')
const own = () => new URL(inspector.url).origin
const port = () => new URL(inspector.url).port

describe('the inspector', () => {
  it('listens on loopback alone', async () => {
    expect(new URL(inspector.url).hostname).toBe('127.0.0.1')
    const outcome = await new Promise<string>((resolve) => {
      const socket = connect({ host: '127.0.0.2', port: Number(port()) })
      socket.on('connect', () => resolve('connected'))
      socket.on('error', () => resolve('refused'))
    })
    expect(outcome).toBe('refused')
  })

  it('has a token of 256 bits, another one each time', async () => {
    const other = await openInspector()
    await other.close()
    const tokens = [inspector, other].map(({ url }) => new URL(url).searchParams.get('token') ?? '')
    expect(new Set(tokens).size).toBe(2)
    for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32)
  })

  it('gives everybody the same page, which knows nothing', async () => {
    const own = await ask(inspector.url, `/${new URL(inspector.url).search}`)
    for (const path of ['/', `/?token=${'A'.repeat(43)}`]) {
      expect(await ask(inspector.url, path)).toMatchObject({ status: 200, body: own.body })
    }
    expect(own.body).not.toContain(new URL(inspector.url).searchParams.get('token'))
  })

  it('forbids the page everything but its own files, whatever is asked for', async () => {
    for (const path of [`/${new URL(inspector.url).search}`, '/', '/nowhere.js']) {
      const { headers } = await ask(inspector.url, path)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      })
      expect(headers['access-control-allow-origin']).toBeUndefined()
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      )
    }
  })

  it('lets in by an invitation once, and keeps the token out of it', async () => {
    const invitation = new URL(inspector.invite())
    expect(new URL(inspector.url).search).not.toContain(invitation.searchParams.get('invitation'))
    const path = `${invitation.pathname}${invitation.search}`
    const first = await ask(inspector.url, path)
    expect([first.status, `${own()}${first.headers.location}`]).toEqual([302, inspector.url])
    for (const again of [path, '/open', '/open?invitation=', '/open?invitation=guessed']) {
      expect(await ask(inspector.url, again)).toMatchObject({ status: 404 })
    }
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])('knows no %s', async (method) => {
    const reply = await ask(inspector.url, `/${new URL(inspector.url).search}`, { method })
    expect([reply.status, reply.headers.allow]).toEqual([405, 'GET, HEAD'])
  })

  it('leads out of its folder by no path', async () => {
    const up = outside.slice(1)
    const ways = ['..', '%2e%2e', '..%2f..', '%5c..', '....//', '/'].map((way) => `/${way}/${up}/secret.js`)
    const deep = `/${'../'.repeat(20)}${up}/secret.js`
    for (const path of [...ways, deep, encodeURI(deep), `//${up}/secret.js`, `/page.js%00/secret.js`]) {
      const reply = await ask(inspector.url, path)
      expect([path, reply.status]).toEqual([path, 404])
      expect(reply.body).not.toContain(canary)
    }
  })

  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', '0.0.0.0:1', 'localhost:1'])(
    'is not found under the name %j, lest a name that leads here pass for it',
    async (host) => {
      const reply = await ask(inspector.url, `/${new URL(inspector.url).search}`, { host })
      expect(reply.status).toBeGreaterThanOrEqual(400)
      expect(await knock(at(inspector.url, '/source'), { host })).toBeGreaterThanOrEqual(400)
      expect(
        await knock(at(inspector.url, '/page'), { host, origin: `http://${host}` }),
      ).toBeGreaterThanOrEqual(400)
    },
  )

  it('is found without its port at 80 alone, as browsers say it there', () => {
    const token = 'a-token-of-the-test'
    const isRefused = (port: number, host: string) =>
      new Gate(token, port).refuseHost({ headers: { host } }) !== undefined
    expect(
      ['127.0.0.1', 'localhost', 'localhost:80', 'evil.example'].map((host) => isRefused(80, host)),
    ).toEqual([false, false, false, true])
    expect(isRefused(8080, 'localhost')).toBe(true)
  })

  it('is found as localhost, too', async () => {
    const host = `localhost:${port()}`
    expect((await ask(inspector.url, `/${new URL(inspector.url).search}`, { host })).status).toBe(200)
    expect(await knock(at(inspector.url, '/page'), { host, origin: `http://${host}` })).toBe(101)
  })
})

describe('the way of the page', () => {
  it('is open to its own origin with the token', async () => {
    expect(await knock(at(inspector.url, '/page'), { origin: own() })).toBe(101)
  })

  it.each([
    ['no origin', undefined],
    ['a foreign origin', 'https://evil.example'],
    ['an opaque origin', 'null'],
    ['another port of this machine', 'http://127.0.0.1:1'],
  ])('is closed to %s', async (_, origin) => {
    const manner = origin === undefined ? {} : { origin }
    expect(await knock(at(inspector.url, '/page'), manner)).toBe(403)
  })

  it('is closed to the right origin without the token', async () => {
    for (const url of [without(at(inspector.url, '/page')), wrong(at(inspector.url, '/page'))]) {
      expect(await knock(url, { origin: own() })).toBe(403)
    }
  })
})

describe('the way of apps', () => {
  it('is open to programs and to pages of this machine with the token', async () => {
    for (const origin of ['http://localhost:5173', 'http://127.0.0.1:8080', 'https://[::1]:3000']) {
      expect(await knock(at(inspector.url, '/source'), { origin })).toBe(101)
    }
    expect(await knock(at(inspector.url, '/source'))).toBe(101)
  })

  it.each([
    'https://evil.example',
    'null',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example:80',
  ])('is closed to the origin %s', async (origin) => {
    expect(await knock(at(inspector.url, '/source'), { origin })).toBe(403)
  })

  it('is closed without the token', async () => {
    for (const url of [without(at(inspector.url, '/source')), wrong(at(inspector.url, '/source'))]) {
      expect(await knock(url)).toBe(403)
    }
  })

  it.each([
    ['no JSON', 'hello'],
    ['no list', { kind: 'source' }],
    ['no line', [{ kind: 'nonsense' }]],
    ['a line with a field too many', [sourceLine('a'), { ...eventLine('a', 0), html: '<b>' }]],
    ['a number that is none', '[{"kind":"source","source":"a","name":"a","engine":"a","startedAt":1e999}]'],
    ['a source that it has not announced', [eventLine('somebody', 0)]],
    ['too many sources', Array.from({ length: 9 }, (_, index) => sourceLine(`many-${index}`))],
    ['a frame that is too long', ' '.repeat(5_000_000)],
  ])('ends for who says %s, and the page hears nothing of that', async (_, frame) => {
    const source = await openSource(inspector.url)
    source.send(frame)
    expect([1007, 1008, 1009, 1006]).toContain(await source.closed())
    const page = await openPage(inspector.url)
    expect(JSON.stringify(await page.lines())).not.toMatch(/nonsense|html|somebody|many-8/)
  })
})

describe('who was told to go', () => {
  it('is told why, whatever its name is made of', async () => {
    const name = '\u8a9e'.repeat(60)
    const [first, second] = [await openSource(inspector.url), await openSource(inspector.url)]
    const page = await openPage(inspector.url)
    first.send([sourceLine(name)])
    await page.lines((line) => line.source === name)
    second.send([sourceLine(name)])
    expect(await second.closed()).toBe(1008)
  })

  it('is heard no more, though it goes on', async () => {
    const source = await openSource(inspector.url)
    source.send('hello')
    source.send([sourceLine('unheard')])
    expect(await source.closed()).toBe(1007)
    const page = await openPage(inspector.url)
    expect(JSON.stringify(await page.lines())).not.toContain('unheard')
  })

  it('has told of so many who live that their page must not come to harm', async () => {
    await using own = await openInspector({ limits: { records: 1 } })
    const feed = own.sources.open(sourceLine('crowd'), async () => ({ outcome: 'ok' }))
    for (let seq = 0; seq < 200_000; seq += 1) {
      feed?.append({
        kind: 'start',
        source: 'crowd',
        seq,
        t: 0,
        actorPath: `a/${seq}`,
        type: 'xstate.init',
      })
    }
    const page = await openPage(own.url)
    const frame = await page.frame()
    expect(Array.isArray(frame) && frame.length > 199_000).toBe(true)
  })

  it('keeps nobody waiting, though it holds its own end', async () => {
    const own = await openInspector()
    const { hostname, port } = new URL(own.url)
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    socket.write(
      `GET /page HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    )
    socket.on('error', () => {})
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1.1 403 /)
    await own.close()
    socket.destroy()
  })
})

describe('a page', () => {
  it.each([
    ['no JSON', 'hello'],
    ['no command', { source: 'alice', command: { name: 'eval' } }],
    ['a command with a field too many', { source: 'alice', command: { name: 'connect', url: 'x' } }],
    ['nobody to do it', { command: { name: 'connect' } }],
    [
      'under a name that nobody can write',
      `{"source":"alice","command":{"name":"connect"},"id":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
    ],
  ])('that says %s is cut off', async (_, frame) => {
    const page = await openPage(inspector.url)
    page.send(frame)
    expect(await page.closed()).toBe(1007)
  })
})
