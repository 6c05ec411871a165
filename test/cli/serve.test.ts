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

describe('serve', () => {
  it('serves the accounts it is given, until Ctrl-C, and ends with 0', async () => {
    const words = ['--domain', 'demo.test', '--account', 'alice:a:canary-1', '--account', 'bob:canary-2']
    const server = cli(['serve', '--json', ...words])
    const listening = toRecords(await server.line(/"listening"/))[0]
    expect(listening).toMatchObject({
      domain: 'demo.test',
      accounts: ['alice@demo.test', 'bob@demo.test'],
      endpoints: {
        starttls: expect.stringMatching(/^xmpp:\/\/127\.0\.0\.1:\d+$/),
        directTls: expect.stringMatching(/^xmpps:\/\/127\.0\.0\.1:\d+$/),
        secureWebSocket: expect.stringMatching(/^wss:\/\/127\.0\.0\.1:\d+\//),
      },
    })
    const join = String(listening?.join).split(' ')
    const environment = { XMPP_PASSWORD: 'a:canary-1' }
    const alice = cli([...join.slice(join.indexOf('connect')), '--once'], { environment })
    expect((await alice.ended).code).toBe(0)
    server.signal('SIGINT')
    const { code, stderr, stdout } = await server.ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const sessions = toRecords(stdout).filter(({ kind }) => kind === 'session')
    expect(sessions.map(({ change }) => change)).toEqual(['online', 'ended'])
    expect(stdout).not.toContain('canary')
    expect(existsSync(String(listening?.caFile))).toBe(false)
  })

  it('takes WebSockets in clear where it is asked to, as a page in development needs them', async () => {
    const server = cli(['serve', '--json', '--plain-ws-port', '0'])
    const listening = await server.line(/"listening"/)
    const [endpoint = ''] = /ws:\/\/127\.0\.0\.1:\d+\/[^"]*/.exec(listening) ?? []
    const words = ['connect', '--once', '--jid', 'toto@localhost', '--endpoint', endpoint]
    const environment = { XMPP_PASSWORD: 'mot2passe' }
    const toto = cli([...words, '--dangerously-allow-plaintext'], { environment })
    expect((await toto.ended).code).toBe(0)
    server.signal('SIGINT')
    expect((await server.ended).code).toBe(0)
  })

  it('says to a person what it is, and how to join', async () => {
    const server = cli(['serve'])
    await server.line(/Ctrl-C stops the server/)
    server.signal('SIGTERM')
    const { code, stdout } = await server.ended
    expect(code).toBe(0)
    expect(stdout).toContain('for demos and tests, never for the open network')
    expect(stdout).toMatch(/accounts +toto@localhost, tintin@localhost, guest@localhost/)
    expect(stdout).toMatch(/XMPP_PASSWORD=mot2passe node \S+ connect --jid toto@localhost \\\n/)
  })

  it('says where there is no room for its authority, and is gone', async () => {
    const nowhere = { environment: { TMPDIR: '/nowhere' } }
    for (const words of [['serve'], ['challenge', '--', 'true']]) {
      const { code, stderr } = await cli(words, nowhere).ended
      expect({ code, said: stderr.replaceAll(/\s+/g, ' ') }).toEqual({
        code: 2,
        said: expect.stringContaining('There can be no temporary folder in /nowhere (ENOENT).'),
      })
    }
  })

  it('says which port cannot be had', async () => {
    const first = cli(['serve', '--json'])
    const { endpoints } = toRecords(await first.line(/"listening"/))[0] ?? {}
    const port = /"xmpp:\/\/[^"]*:(\d+)"/.exec(JSON.stringify(endpoints))?.[1] ?? ''
    const { code, stderr } = await cli(['serve', '--port', port]).ended
    expect(code).toBe(2)
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('Choose another port, or leave it out for any free one.')
    first.signal('SIGINT')
    expect((await first.ended).code).toBe(0)
  })
})
