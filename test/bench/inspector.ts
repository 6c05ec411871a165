import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { BrowserContext, Page } from 'playwright-core'
import { openInspector } from '../../src/inspector/server/inspector.js'
import { findChromium, startChromium } from '../browser/chromium.js'
import { beginnings, happening, longRecording, opening } from './long-recording.js'
import { projectFolder } from './places.js'
import { toRow, type Finding, type Group } from './row.js'
import type { Scope } from './scope.js'
import { median, spread } from './statistics.js'

const actors = 300
const records = 100_000
const built = (path: string): string => fileURLToPath(new URL(`dist/src/${path}`, projectFolder))
const pageFolder = built('inspector/page')

/** The page of the inspector in Chromium: how soon it shows something, and how quick it stays. */
export async function measureInspector(scope: Scope): Promise<Group> {
  const chromium = await findChromium()
  if ('missing' in chromium) return { title, findings: [], remarks: [chromium.missing] }
  const browser = await startChromium(chromium.path)
  try {
    const tabs = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    // A window of its own for each page would have Chromium load 400 scripts of its own beside it, for a second or two.
    await tabs.newPage()
    return {
      title,
      findings: [
        await measureSize(),
        await measureFirstChart(tabs, scope),
        ...(await measureInteractions(tabs, scope)),
        ...(await measureFrames(tabs, scope)),
      ],
      remarks: [
        `Interactions: ${records.toLocaleString('en')} records of ${actors} actors; from the input to the frame that shows its effect, as the browser times events (in steps of 8 ms; 0: under 16).`,
        'The slowest of the runs, not their median, is held against a limit of interactions.',
        'First chart: a new tab of a browser that runs; from the line that tells its address to the frame that shows the chart.',
      ],
    }
  } finally {
    await browser.close()
  }
}

const title = 'The page of the inspector'

interface Measured {
  readonly name: string
  readonly unit: string
  readonly values: readonly number[]
  readonly text: string
  readonly isMet: boolean
}

function toFinding({ name, unit, values, text, isMet }: Measured): Finding {
  const row = toRow({ name, unit, ours: median(values), peer: '', peerValue: null, runs: values.length })
  const reach = values.length > 1 && median(values) > 0 ? spread(values) : undefined
  return { ...row, spread: reach, target: { text, isMet } }
}

async function measureSize(): Promise<Finding> {
  const files = await Promise.all(['page.js', 'page.css'].map((name) => readFile(join(pageFolder, name))))
  const bytes = files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0)
  const isMet = bytes <= 60_000
  return toFinding({
    name: 'page.js and page.css, gzip',
    unit: 'kB',
    values: [bytes / 1000],
    text: '≤ 60',
    isMet,
  })
}

async function measureFirstChart(tabs: BrowserContext, { runs }: Scope): Promise<Finding> {
  const values: number[] = []
  for (let run = 0; run < runs; run += 1) values.push(await timeFirstChart(tabs))
  const isMet = median(values) <= 1500
  return toFinding({ name: 'first chart after the ready line', unit: 'ms', values, text: '≤ 1500', isMet })
}

async function timeFirstChart(tabs: BrowserContext): Promise<number> {
  const demo = spawn(
    process.execPath,
    [fileURLToPath(new URL('dist/node/src/cli/main.js', projectFolder)), 'demo'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const over = once(demo, 'exit')
  const page = await tabs.newPage()
  try {
    await page.addInitScript(watchForChart)
    const address = await addressIn(demo.stdout)
    const begun = performance.now()
    await Promise.all([
      page.waitForEvent('console', (message) => message.text() === chartIsSeen),
      page.goto(address, { waitUntil: 'commit' }),
    ])
    return performance.now() - begun
  } finally {
    await page.close()
    demo.kill('SIGINT')
    await over
  }
}

const chartIsSeen = 'the chart is seen'

/** The page itself tells, once the frame is drawn: to ask it again and again would cost it a fifth of the time. */
const watchForChart = `
  new MutationObserver((_, watching) => {
    if (document.querySelector('.statechart .state') === null) return
    watching.disconnect()
    requestAnimationFrame(() => setTimeout(() => console.debug('${chartIsSeen}')))
  }).observe(document, { subtree: true, childList: true })
`

/** Reads on to the end, so that whoever writes never waits. */
function addressIn(output: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface({ input: output })
      .on('line', (line) => {
        const address = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(line)?.[0]
        if (address !== undefined) resolve(address)
      })
      .on('close', () => reject(new Error('the demo told no address')))
  })
}

type Deed = (page: Page) => Promise<void>

const tab =
  (name: string): Deed =>
  (page) =>
    page.getByRole('tab', { name }).click()
const key =
  (name: string): Deed =>
  (page) =>
    page.keyboard.press(name)
/** Whichever row stands in the middle. */
const middleOf =
  (role: 'listbox' | 'tree', name: string): Deed =>
  (page) =>
    page.getByRole(role, { name }).click()

/** What somebody does who looks a long recording through, in this order; the first of each is a cold one. */
const deeds: readonly (readonly [name: string, deed: Deed])[] = [
  ['open the wire', tab('Wire')],
  ['choose a stanza', middleOf('listbox', 'Stanzas')],
  ['one record back', key('ArrowLeft')],
  ['choose an actor', middleOf('tree', 'Actors')],
  ['to the beginning', key('Home')],
  ['to the end', key('End')],
  ['open the sequence', tab('Sequence')],
  ['to the beginning, in the sequence', key('Home')],
  ['to the end, in the sequence', key('End')],
  ['open the contacts', tab('Contacts')],
  ['to the beginning, in the contacts', key('Home')],
  ['to the end, in the contacts', key('End')],
  ['open the details', tab('Details')],
  ['open the security card', tab('Security')],
  ['open the wire again', tab('Wire')],
  ['into the search', key('/')],
  ['search: first letter', key('c')],
  ['search: second letter', key('o')],
  ['search: third letter', key('n')],
  ['clear the search', key('Escape')],
  ['to the middle by the bar', (page) => page.getByRole('slider', { name: 'Time' }).click()],
  ['change the colours', key('t')],
]

async function measureInteractions(tabs: BrowserContext, scope: Scope): Promise<readonly Finding[]> {
  const file = join(scope.folder, 'long.jsonl')
  await writeFile(
    file,
    longRecording(actors, records)
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(''),
  )
  const found = new Map(deeds.map(([name]): [string, number[]] => [name, []]))
  for (let run = 0; run < scope.runs; run += 1) {
    await using stage = await openStage(tabs)
    const { page } = stage
    await page.getByLabel('Recording', { exact: true }).setInputFiles(file)
    await page.waitForSelector('.statechart .state', { timeout: 60_000 })
    for (const [name, deed] of deeds) found.get(name)?.push(await timeOf(page, deed))
  }
  return [...found].map(([name, values]) =>
    toFinding({ name, unit: 'ms', values, text: '< 100', isMet: Math.max(...values) < 100 }),
  )
}

/** An inspector, and a page of it. */
async function openStage(tabs: BrowserContext) {
  const inspector = await openInspector({ pageFolder })
  const page = await tabs.newPage()
  page.setDefaultTimeout(60_000)
  await page.addInitScript(watchEvents)
  await page.goto(inspector.url)
  return {
    inspector,
    page,
    [Symbol.asyncDispose]: async () => {
      await page.close()
      await inspector.close()
    },
  }
}

/** Event Timing: the longest from an input to the next frame. */
const watchEvents = `
  globalThis.longestMs = 0
  new PerformanceObserver((list) => {
    for (const { duration, interactionId } of list.getEntries())
      if (interactionId > 0) globalThis.longestMs = Math.max(globalThis.longestMs, duration)
  }).observe({ type: 'event', durationThreshold: 16 })
  globalThis.settled = () => new Promise((resolve) => setTimeout(() => requestAnimationFrame(() => setTimeout(resolve, 50)), 250))
`

async function timeOf(page: Page, deed: Deed): Promise<number> {
  await page.evaluate('settled().then(() => { longestMs = 0 })')
  await deed(page)
  return page.evaluate<number>('settled().then(() => longestMs)')
}

const changesAFrame = 20

async function measureFrames(tabs: BrowserContext, { runs }: Scope): Promise<readonly Finding[]> {
  const rates: number[] = []
  const shares: number[] = []
  for (let run = 0; run < runs; run += 1) {
    await using stage = await openStage(tabs)
    const { inspector, page } = stage
    const [source, ...charts] = opening
    const feed =
      source?.kind === 'source' ? inspector.sources.open(source, async () => ({ outcome: 'ok' })) : undefined
    for (const line of [...charts, ...beginnings(actors)]) feed?.append(line)
    await page.waitForSelector('.statechart .state')
    let count = 0
    const timer = setInterval(() => {
      for (let each = 0; each < changesAFrame; each += 1, count += 1) {
        // Events alone: every one of them changes somebody.
        feed?.append(happening(4 * count + 3, actors, actors))
      }
    }, 1000 / 60)
    const { rate, busy } = await page.evaluate<{ rate: number; busy: number }>(countFrames)
    clearInterval(timer)
    rates.push(rate)
    shares.push(busy)
  }
  const what = `with ${changesAFrame} changes a frame`
  return [
    toFinding({
      name: `frames a second ${what}`,
      unit: '1/s',
      values: rates,
      text: '≥ 59',
      isMet: median(rates) >= 59,
    }),
    toFinding({
      name: `frames that came late ${what}`,
      unit: '%',
      values: shares,
      text: '≤ 2',
      isMet: median(shares) <= 2,
    }),
  ]
}

const countFrames = `new Promise((resolve) => {
  const times = []
  const frame = (time) => {
    times.push(time)
    if (time - times[0] < 4000) return requestAnimationFrame(frame)
    const gaps = times.slice(1).map((each, index) => each - times[index])
    resolve({ rate: gaps.length * 1000 / (times.at(-1) - times[0]), busy: 100 * gaps.filter((gap) => gap > 25).length / gaps.length })
  }
  setTimeout(() => requestAnimationFrame(frame), 500)
})`
