import { readFile } from 'node:fs/promises'
import type { BrowserContextOptions, Download, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Command, Outcome } from '../../src/inspector/link/command.js'
import type { RecordingLine } from '../../src/inspector/recording/record.js'
import { toRecordingText } from '../../src/inspector/recording/recording-text.js'
import { hostileLines } from '../inspector/page/panes/hostile-recording.js'
import { tellSession } from '../inspector/page/panes/told-session.js'
import { findChromium } from './chromium.js'
import { manyStanzas } from './inspector-stanzas.js'
import { blemishes, stageIn } from './inspector-visit.js'

const chromium = await findChromium()
if ('missing' in chromium) process.stdout.write(`no tests in a browser: ${chromium.missing}\n`)

const views = ['Wire', 'Sequence', 'Contacts', 'Details', 'Security', 'Send'] as const

describe.skipIf('missing' in chromium)('the panes of the inspector', { timeout: 120_000 }, () => {
  const stage = stageIn(chromium)

  /** A page that shows these lines, as its source has told them. */
  async function show(
    lines: readonly RecordingLine[] = tellSession(),
    options: BrowserContextOptions = {},
    obey?: (command: Command) => Promise<Outcome>,
  ): Promise<Page> {
    const { url } = await stage.inspect(lines, obey === undefined ? {} : { obey })
    const page = await stage.visit(url, options)
    await page.getByRole('button', { name: 'Dismiss the hints' }).click()
    return page
  }

  const open = (page: Page, name: string) => page.getByRole('tab', { name }).click()
  const rows = (page: Page) => page.getByRole('listbox', { name: 'Stanzas' }).getByRole('option')
  const stanza = (page: Page) => page.getByRole('region', { name: 'The chosen stanza' })

  describe('the wire', () => {
    it('lays a stanza out and folds it', async () => {
      const page = await show()
      await open(page, 'Wire')
      await rows(page).filter({ hasText: 'iq:roster (3)' }).click()
      await stanza(page).getByText('carol@example.test').waitFor()
      await stanza(page).getByRole('button', { name: 'Fold query' }).click()
      await stanza(page).getByText('… 3 elements …').waitFor()
      expect(await stanza(page).getByText('carol@example.test').count()).toBe(0)
      await stanza(page).getByRole('button', { name: 'Unfold all' }).click()
      await stanza(page).getByText('carol@example.test').waitFor()
    })

    it('leads to the event that a stanza has caused, and back', async () => {
      const page = await show()
      await open(page, 'Wire')
      await rows(page).filter({ hasText: 'iq:roster (3)' }).click()
      await stanza(page).getByRole('button', { name: 'answers iq get' }).click()
      await stanza(page).getByRole('button', { name: 'answered by iq result' }).click()
      await stanza(page).getByRole('button', { name: 'session/roster' }).click()
      const chosen = page.getByRole('treeitem', { selected: true })
      await expect.poll(() => chosen.innerText()).toContain('roster')
      expect(await chosen.innerText()).toContain('synced')
      await page.getByRole('button', { name: 'follows from iq result' }).click()
      await page.getByRole('heading', { name: 'Received: iq result' }).waitFor()
      expect(await rows(page).and(page.locator('[aria-selected="true"]')).innerText()).toContain(
        'iq:roster (3)',
      )
    })

    it('is filtered by kind and direction, and searched', async () => {
      const page = await show()
      await open(page, 'Wire')
      const kinds = page.getByRole('group', { name: 'Kinds' })
      await page.getByText('19 shown').waitFor()
      await kinds.getByRole('button', { name: 'stream' }).click()
      await page.getByText('12 shown').waitFor()
      await page.getByRole('button', { name: 'sent' }).click()
      await page.getByText('5 shown').waitFor()
      await page.getByRole('button', { name: 'sent' }).click()
      await page.getByRole('searchbox').fill('FRANK@')
      await page.getByText('2 shown').waitFor()
      expect(await rows(page).allInnerTexts()).toEqual([
        expect.stringContaining('presence subscribe'),
        expect.stringContaining('iq set'),
      ])
      expect(await page.locator('mark').first().innerText()).toBe('frank@')
      await page.getByRole('searchbox').fill('nobody has said this')
      await page.getByText('No stanza passes the filter.').waitFor()
    })

    it('says whose a stanza is where several apps share it', async () => {
      const page = await show()
      const lines = [...tellSession(), ...manyStanzas(1)].map((line) => `${JSON.stringify(line)}\n`)
      await page.getByLabel('Recording', { exact: true }).setInputFiles({
        name: 'two.jsonl',
        mimeType: 'application/jsonl',
        buffer: Buffer.from(lines.join('')),
      })
      await open(page, 'Wire')
      await page.keyboard.press('Home')
      await rows(page).filter({ hasText: 'many@example.test' }).waitFor()
      await page.getByRole('combobox', { name: 'Source' }).selectOption('many@example.test')
      await page.getByText('1 shown').waitFor()
      expect(await rows(page).allInnerTexts()).toEqual([expect.not.stringContaining('many@')])
    })

    it('is gone through by keys', async () => {
      const page = await show()
      await open(page, 'Wire')
      const list = page.getByRole('listbox', { name: 'Stanzas' })
      await list.focus()
      await page.keyboard.press('Home')
      await stanza(page).getByText('stream:stream').first().waitFor()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowDown')
      await stanza(page).getByText('tls-exporter').waitFor()
      const active = await list.getAttribute('aria-activedescendant')
      expect(await page.locator(`#${active}`).getAttribute('aria-selected')).toBe('true')
    })
  })

  it('draws who said what to whom, and folds actors into those around them', async () => {
    const page = await show()
    await open(page, 'Sequence')
    const arrows = page.getByRole('listbox', { name: 'Sequence of events and stanzas' })
    await arrows.getByRole('option', { name: 'server → app' }).filter({ hasText: 'iq error' }).waitFor()
    expect(await arrows.getByRole('option', { name: 'session/' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Unfold', exact: true }).click()
    await page.getByText('authentication', { exact: true }).nth(1).waitFor()
    expect(await arrows.getByRole('option', { name: 'session/' }).count()).toBeGreaterThan(0)
    await page.getByRole('button', { name: 'Fold', exact: true }).click()
    await arrows.locator('.told-event', { hasText: ' · ' }).first().waitFor()
    expect(await arrows.getByRole('option', { name: 'session/' }).count()).toBe(0)
    await arrows.focus()
    await page.keyboard.press('ArrowUp')
    await page.getByRole('heading', { name: 'Received: iq error' }).waitFor()
    await page.keyboard.press('Home')
    await arrows.getByRole('option', { name: 'app → session' }).filter({ hasText: 'session.connect' }).click()
    await page.getByRole('heading', { name: 'session.connect' }).waitFor()
  })

  it('shows where one stands with everybody, at any moment', async () => {
    const page = await show()
    await open(page, 'Contacts')
    const contacts = page.getByRole('list', { name: 'Contacts' }).getByRole('listitem')
    await expect.poll(() => contacts.count()).toBe(5)
    await contacts.filter({ hasText: 'erin@' }).getByText('asks to see us').waitFor()
    await contacts.filter({ hasText: 'Carol' }).getByText('approved in advance').waitFor()
    await page.getByText('5 contacts', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'None + Pending Out 2' }).click()
    await page.getByText('2 of 5 contacts').waitFor()
    await page.getByRole('button', { name: 'None + Pending Out 2' }).click()
    await page.keyboard.press('Home')
    await page.getByText('No contact has been heard of yet.').waitFor()
    await page.keyboard.press('End')
    await contacts.getByRole('button', { name: 'handshake: handshaking (to.awaited, from.closed)' }).click()
    await expect
      .poll(() => page.getByRole('treeitem', { selected: true }).innerText())
      .toContain('befriending')
  })

  it('says what protects the session, and why', async () => {
    const page = await show()
    await open(page, 'Security')
    await page.getByText('This session is well protected.').waitFor()
    const card = page.getByRole('tabpanel', { name: 'Security' })
    expect(await card.innerText()).toMatch(
      /TLS 1\.3[\s\S]*SCRAM-SHA-256-PLUS[\s\S]*tls-exporter[\s\S]*so the password is not sent any more/,
    )
    await page.keyboard.press('Home')
    await card.getByText('Nothing is known yet').waitFor()
  })

  it('says so where the scripts that judge and explain cannot be had', async () => {
    const inspector = await stage.inspect(manyStanzas(1))
    const page = await stage.visit(inspector.url)
    await page.getByText('1 / 1').waitFor()
    await inspector.close()
    await page.getByLabel('Recording', { exact: true }).setInputFiles({
      name: 'told.jsonl',
      mimeType: 'application/jsonl',
      buffer: Buffer.from(toRecordingText(tellSession())),
    })
    const details = page.getByRole('tabpanel', { name: 'Details' })
    await details.getByText('what it means cannot be told: failures.js is missing').waitFor()
    await open(page, 'Security')
    await page.getByText('cannot be judged: security.js is missing').waitFor()
    await page.keyboard.press('Home')
    await expect
      .poll(() => page.getByRole('tabpanel', { name: 'Security' }).innerText())
      .toMatch(/^Nothing is known yet/)
  })

  it('says what happened, why not, and what to do about it', async () => {
    const page = await show()
    await open(page, 'Details')
    const details = page.getByRole('tabpanel', { name: 'Details' })
    await details.getByRole('heading', { name: 'stream.ended' }).waitFor()
    await details.getByText('course.fresh').waitFor()
    await details.getByText('the server keeps no session').waitFor()
    await details.getByText('may go elsewhere: no').waitFor()
    await details
      .getByText('The connection was cut; a client that was online comes back by itself.')
      .waitFor()
    await details.getByText('after backoff').waitFor()
    const section = details.getByRole('link', { name: 'RFC 6120 §3.3' }).first()
    expect(await section.getAttribute('href')).toBe('https://www.rfc-editor.org/rfc/rfc6120#section-3.3')
  })

  it('saves the chart and the recording', async () => {
    const page = await show()
    const save = async (name: string): Promise<Download> => {
      await page.locator('summary').click()
      const download = page.waitForEvent('download')
      await page.getByRole('button', { name, exact: true }).click()
      return download
    }
    const svg = await save('Chart as SVG')
    expect(svg.suggestedFilename()).toBe('session.svg')
    expect(await textOf(svg)).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"[\s\S]*backingOff[\s\S]*<\/svg>\n$/,
    )
    const mermaid = await save('Chart as Mermaid')
    expect(await textOf(mermaid)).toContain('stateDiagram-v2')
    const recording = await save('Recording')
    expect(recording.suggestedFilename()).toBe('alice@example-test.jsonl')
    await page.getByLabel('Recording', { exact: true }).setInputFiles(await recording.path())
    await page.getByRole('button', { name: 'back to live' }).waitFor()
    await open(page, 'Wire')
    await page.getByText('19 shown').waitFor()
  })

  it('sends what is well-formed, and shows what came of it', async () => {
    const given: Command[] = []
    const page = await show(tellSession(), {}, async (command) => {
      given.push(command)
      return command.name === 'fault'
        ? { outcome: 'refused', reason: 'nobody is logged in' }
        : { outcome: 'ok' }
    })
    await open(page, 'Send')
    const panel = page.getByRole('tabpanel', { name: 'Send' })
    const draft = panel.getByRole('textbox', { name: 'Stanza' })
    await draft.fill('<message to="bob@example.test"><body>fish & chips</body></message>')
    await panel.getByText('an & in a text is written &amp;').waitFor()
    expect(await panel.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
    await panel.getByRole('combobox', { name: 'Begin with' }).selectOption('Ping')
    expect(await draft.inputValue()).toContain('urn:xmpp:ping')
    await draft.press('Control+Enter')
    const log = panel.getByRole('region', { name: 'What came of it' })
    await log.getByText('done').waitFor()
    await expect.poll(() => draft.inputValue()).toBe('')
    await panel.getByRole('button', { name: 'Cut the line' }).click()
    await log.getByText('nobody is logged in').waitFor()
    await panel.getByRole('combobox', { name: 'Presence' }).selectOption('away')
    await panel.getByRole('button', { name: 'Set' }).click()
    await expect
      .poll(() => given)
      .toMatchObject([{ name: 'send' }, { name: 'fault', fault: 'cut' }, { name: 'presence', show: 'away' }])
  })

  it('offers nothing to those who do not allow it', async () => {
    const [source, ...lines] = tellSession()
    if (source?.kind !== 'source') throw new Error('a recording begins with its source')
    const { commands: _, ...silent } = source
    const page = await show([silent, ...lines])
    await open(page, 'Send')
    await page.getByText('This app does not let the page do anything.').waitFor()
    expect(await page.getByRole('tabpanel', { name: 'Send' }).getByRole('button').count()).toBe(0)
  })

  it('stands a recording that means harm', async () => {
    const page = await show(hostileLines())
    for (const view of views) {
      await open(page, view)
      await expect.poll(() => page.getByRole('tabpanel').last().innerText()).not.toBe('')
    }
    await open(page, 'Wire')
    const count = await rows(page).count()
    expect(count).toBeGreaterThan(5)
    for (let row = 0; row < count; row += 1) {
      await rows(page).nth(row).click()
      await stanza(page).waitFor()
    }
    expect(await page.evaluate('globalThis.harmed')).toBeUndefined()
    expect(await page.evaluate('({}).harmed')).toBeUndefined()
    expect(
      await page.locator('#page script, #page img, #page iframe, #page [onclick], #page [onerror]').count(),
    ).toBe(0)
    const text = (await page.getByRole('tabpanel').allTextContents()).join('')
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
    expect(text.length).toBeLessThan(100_000)
  })

  it('keeps of 100,000 stanzas those that can be seen', async () => {
    const page = await show(manyStanzas(100_000))
    await open(page, 'Wire')
    await page.getByText('100,000 shown').waitFor()
    expect(await rows(page).count()).toBeLessThan(60)
    await page.getByRole('listbox', { name: 'Stanzas' }).focus()
    await page.keyboard.press('Home')
    await stanza(page).getByText('n="0"').waitFor()
    await open(page, 'Sequence')
    await page.getByRole('option').first().waitFor()
    expect(await page.getByRole('option').count()).toBeLessThan(60)
  })

  it.each(['Wire', 'Sequence'])(
    'draws of a long list what will be seen of it, and nothing else: %s',
    async (view) => {
      const page = await show(manyStanzas(1_000))
      await page.evaluate(noteDrawnRows)
      const chosen = page.locator('[role="tabpanel"] [role="option"][aria-selected="true"]')
      const drawn = async () => {
        await expect.poll(async () => (await page.evaluate<number[]>('drawnRows')).length).toBeGreaterThan(10)
        return page.evaluate<number[]>('drawnRows.splice(0)')
      }
      /** All of the chosen row, below what stands above the rows. */
      const isInSight = () =>
        chosen.evaluate((row) => {
          const { left, bottom, height, width } = row.getBoundingClientRect()
          const place = document.elementFromPoint(left + width / 2, bottom - height / 2)
          return place !== null && row.contains(place)
        })

      await open(page, view)
      expect(Math.min(...(await drawn()))).toBeGreaterThan(900)
      expect(await isInSight()).toBe(true)
      await page.getByRole('listbox').focus()
      await page.keyboard.press('Home')
      expect(Math.max(...(await drawn()))).toBeLessThan(100)
      expect(await isInSight()).toBe(true)
      await page.keyboard.press('End')
      expect(Math.min(...(await drawn()))).toBeGreaterThan(900)
      expect(await isInSight()).toBe(true)
    },
  )

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 400],
    ['dark', 400],
  ] as const)('has nothing that axe would blame: %s, %i px wide', async (colorScheme, width) => {
    const options = { colorScheme, viewport: { width, height: 800 }, reducedMotion: 'reduce' as const }
    const page = await show(tellSession(), options)
    for (const view of views) {
      await open(page, view)
      await expect
        .poll(() => page.getByRole('tab', { name: view }).getAttribute('aria-selected'))
        .toBe('true')
      if (view === 'Wire') await rows(page).filter({ hasText: 'iq:roster (3)' }).click()
      expect({ view, blemishes: await blemishes(page) }).toEqual({ view, blemishes: [] })
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    }
  })

  const textOf = async (download: Download) => readFile(await download.path(), 'utf8')
})

/** Numbers of the rows that have come into the document since they were last asked for. */
const noteDrawnRows = `
  globalThis.drawnRows = []
  new MutationObserver((changes) => {
    const added = changes.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node instanceof Element)
    const rows = added.flatMap((node) => [node, ...node.querySelectorAll('[role="option"]')])
    for (const { id } of rows) if (/^(stanza|sequence)-\\d+$/.test(id)) drawnRows.push(Number(id.split('-')[1]))
  }).observe(document, { subtree: true, childList: true })
`
