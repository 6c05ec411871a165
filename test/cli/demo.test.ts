import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPrograms, type Programs } from '../support/build-programs.js'
import { start, toRecords, type RunOptions } from './program.js'

let programs: Programs
beforeAll(async () => {
  programs = await buildPrograms(['src/cli/main.ts'])
})
afterAll(() => programs.remove())

const cli = (words: readonly string[], options?: RunOptions) =>
  start(programs.file('src/cli/main.ts'), words, options)

/** From nothing to an address, over STARTTLS. */
const phases = [
  'dialing',
  'opening',
  'awaitingFeatures',
  'requestingTls',
  'securing',
  'opening',
  'awaitingFeatures',
  'initiating',
  'responding',
  'verifying',
  'reopening',
  'awaitingFeatures',
  'requesting',
]

describe('demo', () => {
  it('names every phase in order, each with its section, and ends by itself with 0', async () => {
    const { code, stderr, stdout } = await cli(['demo', '--once']).ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const rows = stdout.split('\n').flatMap((line) => {
      const row = /^ ✓ (.{17}) .* (RFC \d+ §[\d.]+) +[\d.]+ m?s$/.exec(line)
      return row === null ? [] : [row[1]?.trim()]
    })
    const names = phases.map((phase) =>
      phase.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace('tls', 'TLS'),
    )
    expect(rows).toEqual([...names, 'closing', 'closing'])
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`✓ ${names.join(' → ')} ● tintin is online`)
    expect(stdout).toMatch(/toto +← iq result .* contact list: 1 \(Tintin\)/)
    expect(stdout).toMatch(/toto +← presence +tintin@localhost\/bureau +free to chat, “at the desk”/)
    expect(stdout).toMatch(/tintin ← message +toto@localhost\/maison +Hello tintin! Can you read me\?/)
    expect(stdout).toMatch(/toto +← message +tintin@localhost\/bureau +Every word, toto: é, 漢字, 👋/)
    const widest = stdout.split('\n').toSorted((one, other) => other.length - one.length)[0]
    expect(widest?.length).toBeLessThanOrEqual(100)
    expect(stdout).not.toContain('\u001B')
  })

  it('says the same as JSON, with no password in it', async () => {
    const { code, stdout } = await cli(['demo', '--once', '--json']).ended
    expect(code).toBe(0)
    expect(stdout).not.toContain('mot2passe')
    const records = toRecords(stdout)
    for (const account of ['toto@localhost', 'tintin@localhost']) {
      const own = records.filter((record) => record.kind === 'state' && record.account === account)
      expect(own.flatMap(({ phase }) => phase ?? [])).toEqual(phases)
      expect(
        own.every(
          ({ spec, status }) =>
            status === 'offline' || status === 'closed' || String(spec).startsWith('RFC '),
        ),
      ).toBe(true)
      expect(own.at(-1)).toMatchObject({ status: 'closed' })
    }
  })

  it('stays for whoever pastes what it prints, answers, and leaves with 0 on Ctrl-C', async () => {
    const demo = cli(['demo'])
    await demo.line(/Your turn/)
    const shown = await Promise.all(
      [/--jid guest@localhost/, /--endpoint xmpp:/, /--ca /, /--to /].map(demo.line),
    )
    const [variable = '', ...words] = shown.join(' ').replaceAll(' \\', '').trim().split(/\s+/)
    const guest = cli(words.slice(words.indexOf('connect')).concat('--body', 'Salut', '--wait', '60'), {
      environment: { XMPP_PASSWORD: variable.split('=')[1] ?? '' },
    })
    await guest.line(/← message +tintin@localhost\/bureau +You said: Salut/)
    guest.signal('SIGINT')
    expect((await guest.ended).code).toBe(130)
    demo.signal('SIGINT')
    const { code, stdout } = await demo.ended
    expect(code).toBe(0)
    expect(stdout).toMatch(/● online +guest@localhost\//)
    expect(stdout).toMatch(/tintin ← message +guest@localhost\/\S+ +Salut/)
    expect(stdout).toMatch(/○ The server has stopped\n\n✓ Done/)
    const caFile = words[words.indexOf('--ca') + 1] ?? ''
    expect([caFile, existsSync(caFile)]).toEqual([expect.stringMatching(/ca\.crt$/), false])
  })
})
