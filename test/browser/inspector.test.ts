import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { createMachine } from 'xstate'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sessionMachine } from '../../machines/session.js'
import { toGraph } from '../../src/inspector/drawing/graph.js'
import type { RecordingLine } from '../../src/inspector/recording/record.js'
import { began, deed, ended, opening, startedAt, took } from '../inspector/page/sample.js'
import { findFreePorts } from '../support/free-ports.js'
import { findChromium } from './chromium.js'
import { large, largeChart, stairs } from './inspector-charts.js'
import { blemishes, glimpse, stageIn } from './inspector-visit.js'

const chromium = await findChromium()
if ('missing' in chromium) process.stdout.write(`no tests in a browser: ${chromium.missing}\n`)

const token = 'a-token-of-the-tests'
const answered = {
  seq: 11,
  type: 'call.answered',
  value: { line: 'talking', sound: 'loud' },
  edges: ['call.line.ringing call.answered 0'],
}
const ring = { edge: 'call.line.ringing xstate.after.ringTimeout.call.line.ringing 0', ms: 300_000 }
const call: readonly RecordingLine[] = [
  ...opening('a'),
  began('session', 0),
  began('session/call', 1),
  deed('session/ask', 2),
  ended('session/ask', 3),
]

describe.skipIf('missing' in chromium)('the page of the inspector', { timeout: 120_000 }, () => {
  const stage = stageIn(chromium)
  const inspect = (lines: readonly RecordingLine[], port = 0) => stage.inspect(lines, { port, token })

  const states = (page: Page) =>
    page.locator('.state.leaf.active').evaluateAll((found) => found.map(({ dataset }) => dataset['state']))
  /** Waits until a state is lit. */
  const seen = async (page: Page, state: string): Promise<boolean> => {
    const found = await page.waitForSelector(`[data-state="${state}"].state.active`)
    return found.isVisible()
  }

  it('attaches by the token of its address, and keeps it out of sight', async () => {
    const { url } = await inspect(call)
    const page = await stage.visit(url)
    await seen(page, 'call.line.idle')
    expect(new URL(page.url()).search).toBe('')
    expect(await page.getByRole('status').first().innerText()).toBe('1 app connected')
    expect(await page.getByRole('treeitem').allInnerTexts()).toEqual([
      'a@example.test',
      expect.stringContaining('session'),
      expect.stringContaining('call'),
      'ask',
    ])
    await page.reload()
    await seen(page, 'call.line.idle')
  })

  it('has columns that are drawn wider, or moved by keys, and keep their width', async () => {
    const { url } = await inspect(call)
    const page = await stage.visit(url)
    await seen(page, 'call.line.idle')
    const divider = page.getByRole('separator', { name: 'Width of the actors' })
    const width = () => page.locator('.tree-pane').evaluate((pane) => pane.getBoundingClientRect().width)
    expect(await divider.getAttribute('aria-valuenow')).toBe('272')
    await divider.hover()
    await page.mouse.down()
    await page.mouse.move(340, 300)
    await page.mouse.up()
    await expect.poll(width).toBe(340)
    await divider.press('ArrowLeft')
    await expect.poll(width).toBe(324)
    expect(await divider.getAttribute('aria-valuenow')).toBe('324')
    await page.reload()
    await seen(page, 'call.line.idle')
    expect(await width()).toBe(324)
    await divider.dblclick()
    await expect.poll(width).toBe(272)
    const details = page.getByRole('separator', { name: 'Width of the details' })
    await details.press('Home')
    await expect.poll(() => details.getAttribute('aria-valuenow')).toBe('200')
    await page.setViewportSize({ width: 1200, height: 800 })
    await divider.waitFor({ state: 'hidden' })
    expect(await width()).toBe(272)
  })

  it('lights the states that become active, and shows the way that led there', async () => {
    const { tell, url } = await inspect(call)
    const page = await stage.visit(url)
    await page.getByRole('treeitem', { name: 'call' }).click()
    await seen(page, 'call.line.idle')
    tell(took('session/call', 10))
    await seen(page, 'call.line.ringing')
    expect(await states(page)).toEqual(['call.line.ringing', 'call.sound.loud'])
    expect(await page.locator('.arrow.taken').getAttribute('data-edge')).toBe('call.line.idle call.place 0')
    expect(await page.locator('.label .words.taken').allTextContents()).toEqual(['call.place'])
    const open = page
      .locator('.label.open .words')
      .evaluateAll((found) => found.map(({ dataset }) => dataset['edge']))
    expect(await open).toContain('call.line.ringing call.answered 0')
  })

  it('counts time-outs down, and stands still in the past', async () => {
    const now = opening('a', Date.now() - startedAt)
    const { tell, url } = await inspect([...now, began('session', 0)])
    const page = await stage.visit(url)
    await seen(page, 'call.line.idle')
    tell(took('session', 5, { timers: [ring] }))
    const countdown = page.getByRole('img', { name: /left of 5:00/ })
    await countdown.waitFor()
    expect(await countdown.getAttribute('aria-label')).toMatch(/^\d:\d\d left of 5:00$/)
    expect(await page.locator('.countdown .hand.runs').count()).toBe(1)
    tell(took('session', 6, { type: 'sound.mute', value: { line: 'ringing', sound: 'muted' }, edges: [] }))
    await seen(page, 'call.sound.muted')
    await page.keyboard.press('ArrowLeft')
    await page.locator('.countdown .hand:not(.runs)').waitFor()
    expect(await countdown.getAttribute('aria-label')).toBe('5:00 left of 5:00')
  })

  it('travels through time by keys and by its bar, and comes back', async () => {
    const { tell, url } = await inspect([...call, took('session', 10)])
    const page = await stage.visit(url)
    await seen(page, 'call.line.ringing')
    await page.keyboard.press('Home')
    await seen(page, 'call.line.idle')
    expect(await page.getByRole('treeitem').count()).toBe(2)
    tell(took('session', 20, { value: { line: 'talking', sound: 'loud' }, edges: [] }))
    await page.getByText('1 / 6').waitFor()
    expect(await states(page)).toEqual(['call.line.idle', 'call.sound.loud'])
    const slider = page.getByRole('slider', { name: 'Time' })
    const box = await slider.boundingBox()
    await slider.click({ position: { x: Math.round((box?.width ?? 0) * 0.8), y: 20 } })
    await seen(page, 'call.line.ringing')
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/session ← call\.place$/)
    await page.keyboard.press('End')
    await seen(page, 'call.line.talking')
    await page.getByRole('button', { name: 'One record back' }).click()
    await seen(page, 'call.line.ringing')
    await page.getByRole('tab', { name: 'Chart' }).click()
    await page.keyboard.press('ArrowRight')
    await seen(page, 'call.line.talking')
    await page.getByRole('tab', { name: 'Chart' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('tab', { name: 'Wire', selected: true }).waitFor()
  })

  it('plays all of it again, and stays at each step of the actor that is looked at', async () => {
    const { url } = await inspect([...call, took('session', 10), took('session', 10, answered)])
    const page = await stage.visit(url)
    await seen(page, 'call.line.talking')
    const rung = glimpse(page, '[data-state="call.line.ringing"].state.active')
    await page.keyboard.press('Space')
    expect(await rung).toBe('call.line.ringing')
    await page.getByRole('button', { name: 'Play' }).waitFor()
    expect(await seen(page, 'call.line.talking')).toBe(true)
  })

  it('shows all of a large chart with its names, and every key when asked', async () => {
    const { url, tell } = await inspect(call)
    const page = await stage.visit(url)
    await seen(page, 'call.line.idle')
    tell(largeChart)
    tell(began('large', 10, large))
    await page.getByRole('treeitem', { name: 'large' }).click()
    await page.waitForSelector('.arrow')
    expect(await page.locator('.far-words').count()).toBe(0)
    await page.keyboard.press('0')
    await page.locator('.far-words .leaf.active').getByText('step2').waitFor()
    expect(await page.locator('.far-words .group').count()).toBeGreaterThan(5)
    for (let press = 0; press < 20; press += 1) await page.keyboard.press('+')
    await page.locator('.far-words').waitFor({ state: 'detached' })
    await page.keyboard.press('?')
    await page.getByText('nearer, farther, follow').waitFor()
    await page.keyboard.press('?')
    const hints = page.getByRole('complementary', { name: 'Hints' })
    expect(await hints.count()).toBe(0)
    await page.keyboard.press('?')
    await hints.waitFor()
    await page.keyboard.press('Escape')
    await hints.waitFor({ state: 'detached' })
  })

  it('keeps time-outs and what was taken in sight from far', async () => {
    const now = opening('a', Date.now() - startedAt)
    const { tell, url } = await inspect([...now, began('session', 0)])
    const page = await stage.visit(url)
    await seen(page, 'call.line.idle')
    for (let press = 0; press < 4; press += 1) await page.keyboard.press('-')
    tell(took('session', 5, { timers: [ring] }))
    await page.locator('.far-words').getByText('call.place').waitFor()
    const countdown = page.getByRole('img', { name: /left of 5:00/ })
    await expect.poll(() => countdown.count()).toBe(1)
    const size = await countdown.boundingBox()
    expect(size?.height).toBeGreaterThan(20)
  })

  it('shows no empty ground beyond a chart while there is more of it to see', async () => {
    const { tell, url } = await inspect(call)
    const page = await stage.visit(url)
    await seen(page, 'call.line.idle')
    tell({ kind: 'chart', source: 'a', chart: 'stairs', graph: stairs })
    tell(began('stairs', 10, { chart: 'stairs', value: 'step19' }))
    await page.getByRole('treeitem', { name: 'stairs' }).click()
    await page.locator('[data-state="stairs.step19"].state.active').waitFor()
    const pane = await page.locator('.canvas').boundingBox()
    const last = await page.locator('[data-state="stairs.step19"].state .body').boundingBox()
    if (pane === null || last === null) throw new Error('both are seen')
    expect(pane.y + pane.height - last.y - last.height).toBeLessThan(100)
  })

  it('stays where somebody has moved the chart by hand, until it is to follow again', async () => {
    const { url } = await inspect(call)
    const page = await stage.visit(url)
    await seen(page, 'call.line.idle')
    const follow = page.getByRole('button', { name: 'Follow the active state' })
    expect(await follow.getAttribute('aria-pressed')).toBe('true')
    await page.mouse.move(600, 200)
    await page.mouse.down()
    await page.mouse.move(560, 160)
    await page.mouse.up()
    await expect.poll(() => follow.getAttribute('aria-pressed')).toBe('false')
    await page.keyboard.press('f')
    await expect.poll(() => follow.getAttribute('aria-pressed')).toBe('true')
  })

  it('finds actors by what is searched for', async () => {
    const { url } = await inspect([...call, took('session/call', 10)])
    const page = await stage.visit(url)
    await seen(page, 'call.line.idle')
    await page.keyboard.press('/')
    await page.keyboard.type('ringing')
    await page.getByRole('treeitem', { name: 'ask' }).waitFor({ state: 'detached' })
    expect(await page.getByRole('treeitem').count()).toBe(3)
    await page.keyboard.press('Escape')
    await page.getByRole('treeitem', { name: 'ask' }).waitFor()
  })

  it('has room for the state beside an address, of which the domain goes first', async () => {
    const { url } = await inspect([...opening('a'), began('room:tea@conference.example.test', 0)])
    const row = (await stage.visit(url)).getByTitle('room:tea@conference.example.test')
    const [, , name, , state] = await row.evaluate(({ children }) =>
      [...children].map((one) => ({ has: one.clientWidth, wants: one.scrollWidth })),
    )
    expect(await row.innerText()).toMatch(/^room:tea\n?@conference\.example\.test/)
    expect([name?.wants === name?.has, (state?.has ?? 0) > 80]).toEqual([true, true])
  })

  it('tells on a state what the specification and its author say', async () => {
    const { url } = await inspect(call)
    const page = await stage.visit(url)
    await seen(page, 'call.line.idle')
    await page.locator('[data-state="call.line.ringing"].state').focus()
    const tooltip = page.getByRole('tooltip')
    expect(await tooltip.innerText()).toContain('The other side is asked.')
    await page.keyboard.press('Escape')
    await tooltip.waitFor({ state: 'detached' })
  })

  it('draws the charts of this package without laying them out, and others by a worker', async () => {
    const { url, tell } = await inspect([
      ...opening('a'),
      { kind: 'chart', source: 'a', chart: 'session', graph: toGraph(sessionMachine) },
      began('session', 0, { chart: 'session', value: 'disconnected' }),
    ])
    const page = await stage.visit(url)
    const workers = () => page.workers().map((worker) => worker.url().split('/').at(-1))
    await page.waitForSelector('.statechart[aria-label="chart session"]')
    expect(workers()).toEqual(['layouts.js'])
    tell(began('session/call', 1))
    await page.getByRole('treeitem', { name: 'call' }).click()
    await seen(page, 'call.line.idle')
    expect(workers()).toEqual(['layouts.js', 'layout-worker.js'])
  })

  it('shows the states of a chart that takes long to lay out at once, and its arrows later', async () => {
    const { url, tell } = await inspect(call)
    const page = await stage.visit(url)
    await seen(page, 'call.line.idle')
    tell(largeChart)
    tell(began('large', 10, large))
    const drafted = glimpse(page, '.chart:has(.draft-note) .state.leaf.active')
    await page.getByRole('treeitem', { name: 'large' }).click()
    expect(await drafted).toBe('large.group3.step2')
    await page.waitForSelector('.arrow')
    expect(await seen(page, 'large.group3.step2')).toBe(true)
    expect(await page.locator('.draft-note').count()).toBe(0)
  })

  it('leads on from a state to the actor that it invokes', async () => {
    const asking = toGraph(
      createMachine({
        id: 'asking',
        initial: 'open',
        states: { open: { invoke: { id: 'call', src: 'placeCall' } } },
      }),
    )
    const chart = { kind: 'chart', source: 'a', chart: 'asking', graph: asking } as const
    const asker = began('asking', 0, { chart: 'asking', value: 'open' })
    const { url } = await inspect([...opening('a'), chart, asker, began('asking/call', 1)])
    const page = await stage.visit(url)
    await seen(page, 'asking.open')
    await page.locator('[data-invoke="call"]').click()
    expect(await seen(page, 'call.line.idle')).toBe(true)
  })

  it('leads from an actor to its chart where only one of them has room', async () => {
    const { url } = await inspect(call)
    const page = await stage.visit(url, { viewport: { width: 400, height: 720 } })
    await seen(page, 'call.line.idle')
    await page.getByRole('tab', { name: 'Actors' }).click()
    await page.getByRole('treeitem', { name: 'call' }).click()
    await page.getByRole('heading', { name: 'session / call' }).waitFor()
    const lit = await page.locator('[data-state="call.line.idle"].state.active .body').boundingBox()
    if (lit === null) throw new Error('it is drawn')
    expect(lit.x).toBeGreaterThan(0)
    expect(lit.x + lit.width).toBeLessThan(400)
  })

  it('reaches for a server that is gone until it is back', async () => {
    const port = (await findFreePorts('inspector')).get('inspector') ?? 0
    const first = await inspect(call, port)
    const page = await stage.visit(first.url)
    await seen(page, 'call.line.idle')
    await first.close()
    await page.getByText('Reconnecting').waitFor()
    await seen(page, 'call.line.idle')
    await inspect([...call, took('session', 10)], port)
    await page.getByText('1 app connected').waitFor()
    expect(await seen(page, 'call.line.ringing')).toBe(true)
  })

  const recording = [...call, took('session', 10)].map((line) => `${JSON.stringify(line)}\n`).join('')
  const file = { name: 'night.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(recording) }

  it('opens a recording without any server behind it', async () => {
    const page = await stage.visit(await serveFolder(stage.folder))
    await page.getByText('Watch a protocol come alive').waitFor()
    const lefts = await page
      .locator('.welcome > *')
      .evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().left))
    expect(new Set(lefts).size).toBe(1)
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('main').getByRole('button', { name: 'Open a recording' }).click()
    await (await chooser).setFiles(file)
    await seen(page, 'call.line.ringing')
    expect(await page.getByRole('status').first().innerText()).toContain('night.jsonl')
  })

  it('opens one from a file of its own, and says so where it is none', async () => {
    const page = await stage.visit(pathToFileURL(`${stage.folder}/index.html`).href)
    const input = page.getByLabel('Recording', { exact: true })
    await input.setInputFiles({ ...file, buffer: Buffer.from('nothing of the kind') })
    await page.getByRole('alert').getByText('night.jsonl is no recording').waitFor()
    await input.setInputFiles(file)
    expect(await seen(page, 'call.line.ringing')).toBe(true)
  })

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 400],
    ['dark', 400],
  ] as const)('has nothing that axe would blame: %s, %i px wide', async (colorScheme, width) => {
    const { url } = await inspect([...call, took('session', 10, { timers: [ring] })])
    const options = { colorScheme, viewport: { width, height: 800 }, reducedMotion: 'reduce' as const }
    const page = await stage.visit(url, options)
    await seen(page, 'call.line.ringing')
    expect(await blemishes(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    await page.keyboard.press('t')
    await page.waitForSelector(`:root[data-theme="${colorScheme === 'dark' ? 'light' : 'dark'}"]`)
    expect(await blemishes(page)).toEqual([])
  })
})

/** Any host of files. */
async function serveFolder(folder: string): Promise<string> {
  const types = { html: 'text/html', js: 'text/javascript', css: 'text/css' }
  const server = createServer((request, response) => {
    const name = request.url === '/' ? 'index.html' : (request.url ?? '').slice(1)
    const type = Object.entries(types).find(([end]) => name.endsWith(`.${end}`))?.[1] ?? 'text/plain'
    readFile(`${folder}/${name}`).then(
      (content) => response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(content),
      () => response.writeHead(404).end(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`
}
