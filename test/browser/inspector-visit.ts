import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { buildPage } from '../house/page-build.mjs'

/** The page of the inspector, built from the sources into a folder of its own. */
export async function builtPage(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'inspector-page-'))
  await buildPage(folder)
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** Opens an address; at the end of the test nothing may have gone to the console, nor against the policy of the page. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
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

/** What axe has to say against a page: by rule, where. */
export async function blemishes(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  return page.evaluate<string[]>(
    `axe.run().then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + failureSummary)))`,
  )
}
