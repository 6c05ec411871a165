import { describe, expect, it, onTestFinished } from 'vitest'
import { bundleForBrowser } from './bundle.js'
import { findChromium, startChromium } from './chromium.js'
import { attacks, toAttackMessage } from './rich-text-attacks.js'
import type { Shown } from './rich-text-page.js'
import { serveScript } from './site.js'

const chromium = await findChromium()

async function open(path: string) {
  const { code } = await bundleForBrowser('rich-text-page.ts')
  const site = await serveScript(code)
  onTestFinished(() => site.close())
  const browser = await startChromium(path)
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  const requests: string[] = []
  page.on('request', (request) => requests.push(new URL(request.url()).pathname))
  await page.goto(site.url)
  return { page, requests }
}

describe.skipIf('missing' in chromium)('rich text in Chromium (XEP-0071 §9)', { timeout: 60_000 }, () => {
  const path = 'path' in chromium ? chromium.path : ''

  it('acts, loads and leads nowhere, whatever a contact writes', async () => {
    const { page, requests } = await open(path)
    const messages = attacks.map(toAttackMessage)
    const { hits, shown } = await page.evaluate<{ hits: number; shown: readonly Shown[] }>(
      `show(${JSON.stringify(messages)})`,
    )
    expect({
      hits,
      others: requests.filter((path) => !['/', '/script.js', '/favicon.ico'].includes(path)),
    }).toEqual({
      hits: 0,
      others: [],
    })
    expect(shown.length).toBe(2 * attacks.length)
    const elements = new Set(shown.flatMap((each) => each.elements.map((text) => text.replace(/ .*/s, ''))))
    expect([...elements].toSorted()).toEqual(['a', 'blockquote', 'div', 'p'])
    const attributes = new Set(
      shown.flatMap((each) => each.elements.flatMap((text) => text.match(/(?<= )[^ =]+(?==)/g) ?? [])),
    )
    expect([...attributes].toSorted()).toEqual(['href', 'rel', 'style', 'target'])
    expect(new Set(shown.flatMap(({ protocols }) => protocols))).toEqual(new Set(['https:']))
    const styles = new Set(
      shown.flatMap((each) => each.elements.flatMap((text) => text.match(/style=.*/g) ?? [])),
    )
    expect([...styles]).toEqual(['style=color: red;'])
    for (const index of attacks.keys()) expect(shown[2 * index]).toEqual(shown[2 * index + 1])
  })

  it('would act and load if it were shown by parsing', async () => {
    const { page, requests } = await open(path)
    // What leaves the page, or hides all that follows, would end the test as well.
    const armed = attacks.filter((attack) => !/<(?:meta|base|iframe|style|template|noscript)/.test(attack))
    await page.evaluate(`showUnsafely(${JSON.stringify(armed.map(toAttackMessage))})`)
    await expect.poll(() => page.evaluate<number>('hits()')).toBeGreaterThan(2)
    await expect.poll(() => requests).toContain('/trap')
  })

  it('shows a styled body as what it means', async () => {
    const { page } = await open(path)
    const body = '*bold _and_* ~not~ `code`\n> quoted <b>\n```\n  x  y\n```'
    expect(await page.evaluate<string>(`showStyled(${JSON.stringify(body)})`)).toBe(
      '<p><strong>bold <em>and</em></strong> <span style="text-decoration: line-through;">not</span> ' +
        '<span style="font-family: monospace;">code</span></p><blockquote><p>quoted &lt;b&gt;</p></blockquote>' +
        '<p style="font-family: monospace;">&nbsp; x&nbsp; y</p>',
    )
  })
})
