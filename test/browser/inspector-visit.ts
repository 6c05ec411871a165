import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import type { RecordingLine } from '../../src/inspector/recording/record.js'
import {
  openInspector,
  type InspectorOptions,
  type OpenInspector,
} from '../../src/inspector/server/inspector.js'
import type { Obey } from '../../src/inspector/server/sources.js'
import { buildPage } from '../house/page-build.mjs'
import { startChromium, type findChromium } from './chromium.js'

type Chromium = Awaited<ReturnType<typeof findChromium>>

/** What the tests of the page have in common. */
export interface Stage {
  /** Where the page was built. */
  readonly folder: string
  /** An inspector that shows these lines, and what tells it more; until the test ends. */
  inspect(
    lines: readonly RecordingLine[],
    options?: InspectorOptions & { readonly obey?: Obey },
  ): Promise<OpenInspector & { tell(line: RecordingLine): void }>
  /** Opens an address; at the end of the test nothing may have gone to the console, nor against the policy of the page. */
  visit(url: string, options?: BrowserContextOptions): Promise<Page>
}

/** Builds the page and starts a browser for the tests around; nothing, where there is none. */
export function stageIn(chromium: Chromium): Stage {
  const closing: (() => Promise<void>)[] = []
  let browser: Browser
  let folder = ''
  beforeAll(async () => {
    if ('missing' in chromium) return
    const built = await builtPage()
    folder = built.folder
    browser = await startChromium(chromium.path)
    closing.push(() => browser.close(), built.remove)
  }, 60_000)
  afterAll(async () => {
    for (const close of closing) await close()
  })
  return {
    get folder() {
      return folder
    },
    inspect: async (lines, { obey = async () => ({ outcome: 'ok' }) as const, ...options } = {}) => {
      const inspector = await openInspector({ pageFolder: folder, ...options })
      onTestFinished(() => inspector.close())
      const [source] = lines
      if (source?.kind !== 'source') throw new Error('a recording begins with its source')
      const feed = inspector.sources.open(source, obey)
      for (const line of lines.slice(1)) feed?.append(line)
      return { ...inspector, tell: (line) => void feed?.append(line) }
    },
    visit: (url, options) => visit(browser, url, options),
  }
}

/** The page of the inspector, built from the sources into a folder of its own. */
export async function builtPage(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'inspector-page-'))
  await buildPage(folder)
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** How long a page may take to show what is waited for: whatever takes longer hangs. */
const patienceMs = 50_000

/** Opens an address; at the end of the test nothing may have gone to the console, nor against the policy of the page. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  context.setDefaultTimeout(patienceMs)
  const page = await context.newPage()
  const told: string[] = []
  page.on('console', (message) => {
    // A server that is not there is told by the browser itself.
    if (!message.text().includes('ERR_CONNECTION_REFUSED')) told.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => told.push(String(error)))
  onTestFinished(async () => {
    await context.close()
    expect(told).toEqual([])
  })
  await page.goto(url)
  return page
}

/** The state that is shown by what fits, were it only for a moment: the page itself looks, whenever something has changed. */
export function glimpse(page: Page, selector: string): Promise<string> {
  return page.evaluate<string>(`new Promise((resolve) => {
    const look = () => {
      const found = document.querySelector(${JSON.stringify(selector)})
      if (found?.checkVisibility() !== true) return
      observer.disconnect()
      resolve(found.dataset.state)
    }
    const observer = new MutationObserver(look)
    observer.observe(document, { attributes: true, childList: true, subtree: true })
    look()
  })`)
}

/** What axe has to say against a page: by rule, where. */
export async function blemishes(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  return page.evaluate<string[]>(
    `axe.run().then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + failureSummary)))`,
  )
}
