import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { findChromium } from './chromium.js'
import { manyStanzas, manyth } from './inspector-stanzas.js'
import { stageIn } from './inspector-visit.js'

const chromium = await findChromium()
if ('missing' in chromium) process.stdout.write(`no tests in a browser: ${chromium.missing}\n`)

describe.skipIf('missing' in chromium)('the inspector while more arrives', { timeout: 120_000 }, () => {
  const stage = stageIn(chromium)
  const count = (page: Page, records: number) => page.getByText(`${records} / ${records}`).waitFor()

  it.each(['Wire', 'Sequence'])('leaves whoever scrolls back where they read: %s', async (view) => {
    const { tell, url } = await stage.inspect(manyStanzas(1_000))
    const page = await stage.visit(url)
    await page.getByRole('tab', { name: view }).click()
    const last = (row: number) => page.locator(`#${view === 'Wire' ? 'stanza' : 'sequence'}-${row}`)
    await last(999).waitFor()
    const box = page.locator('.wire-list, .sequence-scroll')
    const top = () => box.evaluate(({ scrollTop }) => scrollTop)

    tell(manyth(1_000))
    await last(1_000).waitFor()
    const end = await top()
    await box.hover()
    await page.mouse.wheel(0, -3_000)
    await expect.poll(top).toBeLessThan(end - 2_000)
    await last(1_000).waitFor({ state: 'detached' })
    const read = await top()
    for (const seq of [1_001, 1_002]) {
      tell(manyth(seq))
      await count(page, seq + 1)
    }
    expect(await top()).toBe(read)

    await page.keyboard.press('End')
    await last(1_002).waitFor()
    await page.keyboard.press('Home')
    await expect.poll(top).toBe(0)
    await page.keyboard.press('End')
    await last(1_002).waitFor()
    tell(manyth(1_003))
    await last(1_003).waitFor()
    await page.mouse.wheel(0, -3_000)
    await last(1_003).waitFor({ state: 'detached' })
    await page.mouse.wheel(0, 4_000)
    await last(1_003).waitFor()
    tell(manyth(1_004))
    await last(1_004).waitFor()
  })

  it('goes on entering what arrives where no more frames are drawn', async () => {
    const { tell, url } = await stage.inspect(manyStanzas(1))
    const page = await stage.visit(url)
    await count(page, 1)
    await page.evaluate('globalThis.requestAnimationFrame = () => 0')
    const drawn = page.locator('.time-words small')
    for (const seq of [1, 2]) {
      tell(manyth(seq))
      await expect.poll(() => drawn.innerText()).toBe(`${seq + 1} / ${seq + 1}`)
    }
  })
})
