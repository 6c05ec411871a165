import { describe, expect, it, onTestFinished } from 'vitest'
import { drawChart } from '../../src/inspector/index.js'
import { sampleSession } from '../inspector/drawing/sample-session.js'
import { bundleForBrowser } from './bundle.js'
import { findChromium, startChromium } from './chromium.js'
import { serveScript } from './site.js'

const chromium = await findChromium()

describe('drawings, bundled for browsers', () => {
  it('carry nothing that only Node has', async () => {
    const { inputs } = await bundleForBrowser('chart-page.ts')
    expect(inputs.filter((path) => /node:|node_modules\/ws\//.test(path))).toEqual([])
  })

  it.skipIf('missing' in chromium)('draw the same bytes in a page', { timeout: 60_000 }, async () => {
    if ('missing' in chromium) return
    const { code } = await bundleForBrowser('chart-page.ts')
    const site = await serveScript(code)
    onTestFinished(() => site.close())
    const browser = await startChromium(chromium.path)
    onTestFinished(() => browser.close())
    const page = await browser.newPage()
    await page.goto(site.url)
    expect(await page.evaluate<string>('draw()')).toBe(await drawChart(sampleSession))
  })
})
