import { expect, onTestFinished, test } from 'vitest'
import { createClient } from '../../src/client.js'
import { createInspector } from '../../src/inspector/server/create-inspector.js'
import { createRecorder } from '../../src/inspector/recording/recorder.js'
import { findChromium, startChromium } from '../browser/chromium.js'
import { builtPage, visit } from '../browser/inspector-visit.js'
import { realPassword } from '../support/real-accounts.js'
import { onEachRealServer } from '../support/real-server.js'

const chromium = await findChromium()

onEachRealServer(({ ca, open: { domain, directTlsPort } }) => {
  test.skipIf('missing' in chromium)('a session comes alive in the page', { timeout: 120_000 }, async () => {
    if ('missing' in chromium) return
    const built = await builtPage()
    onTestFinished(built.remove)
    const browser = await startChromium(chromium.path)
    onTestFinished(() => browser.close())
    const inspector = await createInspector({ pageFolder: built.folder })
    onTestFinished(() => inspector.close())
    const recorder = createRecorder({ name: 'erin' })
    const endpoint = `xmpps://127.0.0.1:${directTlsPort}`
    const account = { jid: `erin@${domain}/looked-at`, password: realPassword }
    const client = createClient({ ...account, endpoint, tls: { ca }, ...recorder.taps })
    onTestFinished(() => client.close())
    inspector.observe(recorder)

    const page = await visit(browser, inspector.url)
    await page.getByText('1 app connected').waitFor()
    await client.connect()
    await page.waitForSelector('[data-state="session.active.online"].state.active')

    await page.getByRole('tab', { name: 'Wire' }).click()
    const stanzas = page.getByRole('listbox', { name: 'Stanzas' })
    await stanzas.getByText('iq:roster').first().waitFor()

    await page.getByRole('tab', { name: 'Security' }).click()
    const card = page.getByRole('tabpanel').last()
    await card.getByText(/^TLS 1\.[23]$/).waitFor()
    expect(await card.innerText()).toMatch(/SCRAM-SHA-(?:1|256|512)/)

    await client.close()
    await page.getByRole('tab', { name: 'Chart' }).click()
    await page.locator('[data-state="session.active.online"].state:not(.active)').waitFor()
  })
})
