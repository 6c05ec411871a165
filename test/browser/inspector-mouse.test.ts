import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { began, opening } from '../inspector/page/sample.js'
import { findChromium } from './chromium.js'
import { stageIn } from './inspector-visit.js'

const chromium = await findChromium()
if ('missing' in chromium) process.stdout.write(`no tests in a browser: ${chromium.missing}\n`)

describe.skipIf('missing' in chromium)('a chart under the mouse', { timeout: 120_000 }, () => {
  const stage = stageIn(chromium)
  const show = async (): Promise<Page> => {
    const { url } = await stage.inspect([...opening('a'), began('session', 0)])
    const page = await stage.visit(url)
    await page.locator('[data-state="call.line.idle"].state.active').waitFor()
    return page
  }

  it('puts its card away by Escape, wherever the focus is', async () => {
    const page = await show()
    await page.getByRole('searchbox').focus()
    await page.locator('[data-state="call.line.ringing"].state .body').hover()
    const card = page.getByRole('tooltip')
    await card.getByText('The other side is asked.').waitFor()
    await page.keyboard.press('Escape')
    await card.waitFor({ state: 'detached' })
    await page.locator('[data-state="call.line.idle"].state .body').hover()
    await expect.poll(() => card.innerText()).toMatch(/^idle/)
  })

  it('is held as long as the button is, however slowly it is moved', async () => {
    const page = await show()
    const where = () => page.locator('.statechart > g').getAttribute('transform')
    const pane = await page.locator('.canvas').boundingBox()
    if (pane === null) throw new Error('it is drawn')
    const [x, y] = [pane.x + 200, pane.y + 12]
    await page.mouse.move(x, y)
    await page.mouse.down()
    for (let up = 1; up <= 30; up += 1) await page.mouse.move(x, y - up)
    const held = await where()
    await page.mouse.move(x, y - 60)
    await expect.poll(where).not.toBe(held)
    await page.mouse.up()
    const left = await where()
    await page.mouse.move(x, y + 40)
    await page.mouse.move(x, y + 80)
    expect(await where()).toBe(left)
  })

  it('is let go where the button was outside of it', async () => {
    const page = await show()
    const where = () => page.locator('.statechart > g').getAttribute('transform')
    const pane = await page.locator('.canvas').boundingBox()
    if (pane === null) throw new Error('it is drawn')
    const [x, y] = [pane.x + 200, pane.y]
    await page.mouse.move(x, y + 1)
    await page.mouse.down()
    await page.mouse.move(x, y - 1)
    await page.mouse.up()
    const left = await where()
    await page.mouse.move(x, y + 40)
    await page.mouse.move(x, y + 80)
    expect(await where()).toBe(left)
  })
})
