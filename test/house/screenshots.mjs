// Takes the pictures of the inspector's page that the README shows, or those that are named: `npm run screenshots`, with Chromium installed.
// They show the demo: two people who meet on the embedded server.
import { spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const root = new URL('../../', import.meta.url)
const target = new URL('docs/inspector/', root)

/** Back to the first login: so many times ten records after its beginning. */
const login = (tens) => ['Home', ...Array.from({ length: tens }, () => 'Shift+ArrowRight')]

/** What is to be seen: which actor, which tab, after which keys, the tab alone or all, how wide; each in both colours. */
const views = [
  { name: 'chart', keys: login(3) },
  { name: 'far', actor: 'session', keys: ['0'] },
  { name: 'wire', tab: 'Wire', keys: login(14) },
  { name: 'sequence', tab: 'Sequence', keys: login(14), panel: 'first', width: 1720 },
  { name: 'contacts', tab: 'Contacts' },
  { name: 'details', tab: 'Details', keys: login(3), panel: 'last' },
  { name: 'security', actor: 'session', tab: 'Security', panel: 'last' },
  { name: 'send', actor: 'session', tab: 'Send', panel: 'last' },
  { name: 'narrow', keys: login(3), width: 400 },
]
const only = process.argv.slice(2)
const [unknown] = only.filter((wanted) => !views.some(({ name }) => name === wanted))
if (unknown !== undefined) {
  const names = views.map(({ name }) => name).join(', ')
  process.stderr.write(`There is no picture ${JSON.stringify(unknown)}. There are ${names}.\n`)
  process.exit(2)
}
const pictures = views
  .filter(({ name }) => only.length === 0 || only.includes(name))
  .flatMap((view) => ['light', 'dark'].map((scheme) => ({ ...view, scheme, name: `${view.name}-${scheme}` })))

const demo = spawn(process.execPath, [fileURLToPath(new URL('dist/node/src/cli/main.js', root)), 'demo'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  const url = await addressIn(demo.stdout)
  await mkdir(target, { recursive: true })
  const browser = await chromium.launch({
    executablePath: process.env['XMPP_MACHINES_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  for (const picture of pictures) await take(browser, url, picture)
  await browser.close()
} finally {
  demo.kill('SIGINT')
}

/** The address of the page, once both have met. */
async function addressIn(output) {
  let address
  for await (const line of createInterface({ input: output })) {
    address ??= /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(line)?.[0]
    if (address !== undefined && line.includes('They exchange messages')) {
      output.resume()
      return address
    }
  }
  throw new Error('the demo told no address')
}

async function take(browser, url, { name, scheme, actor, tab, keys = [], panel, width = 1280 }) {
  const page = await browser.newPage({
    viewport: { width, height: width === 400 ? 720 : 760 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  })
  await page.addInitScript(`localStorage.setItem('xmpp-machines.hints', 'seen')`)
  await page.goto(url)
  await page.waitForSelector('.statechart')
  if (actor !== undefined && width > 400) {
    await page
      .locator('.tree-row', { has: page.getByText(actor, { exact: true }) })
      .last()
      .click()
    await page.waitForSelector(`.statechart[aria-label="chart ${actor}"]`)
  }
  if (tab !== undefined) await page.getByRole('tab', { name: tab }).click()
  for (const key of keys) await page.keyboard.press(key)
  await page.waitForTimeout(800)
  const panels = page.getByRole('tabpanel')
  const seen = panel === undefined ? page : panel === 'first' ? panels.first() : panels.last()
  await seen.screenshot({ path: fileURLToPath(new URL(`${name}.png`, target)) })
  await page.close()
}
