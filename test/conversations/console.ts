import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Terminal } from '../cli/terminal.js'
import { tag } from './people.js'
import type { ServerUnderTest } from './server-under-test.js'

/** What is typed into the console is spoken to every server. */
export function holdConsole(server: ServerUnderTest): void {
  const { domain, password } = server
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'console-'))
    await writeFile(join(folder, 'ca.crt'), server.ca)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const open = (...words: readonly string[]) => {
    const where = ['--endpoint', String(server.endpoints['STARTTLS']), '--ca', join(folder, 'ca.crt')]
    return new Terminal([...where, ...words], { XMPP_PASSWORD: password })
  }
  const opening = `<?xml version='1.0' encoding='UTF-8'?>
<stream:stream xmlns:stream='http://etherx.jabber.org/streams' version='1.0' xmlns='jabber:client' to='${domain}' >`

  describe(`the console on ${server.name}`, () => {
    it('opens a stream by hand, encrypts it, identifies and speaks', async () => {
      const resource = tag()
      const hand = open('--no-login', '--jid', domain)
      await hand.type('', /Connected/)
      await hand.type(opening, /<\/stream:features>/)
      await hand.type("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", /<proceed/)
      await hand.type('/tls', /Encrypted/)
      await hand.type(opening, /<\/stream:features>/)
      await hand.type(
        `<iq type="set" id="auth_2" to="${domain}" >
  <query xmlns="jabber:iq:auth">
     <username>alice</username>
     <password>${password}</password>
     <resource>${resource}</resource>
  </query>
</iq>`,
        /^← <iq.*auth_2/,
      )
      await hand.type(
        `<message to="alice@${domain}/${resource}" type="chat">\n\t<body>${resource}</body>\n</message>`,
        new RegExp(`^← <message.*${resource}</body>`),
      )
      expect(await hand.end()).toBe(0)
      expect(hand.shown).not.toContain(`<password>${password}`)
    })

    it('shows every byte and every chart of a session, and carries what is typed in it', async () => {
      const alice = open('--jid', `alice@${domain}/${tag()}`)
      const shown = await alice.type('', /^= session active\.online\.course/)
      expect(shown).toMatch(/^→ <\?xml version='1\.0'\?><stream:stream xmlns='jabber:client'/m)
      expect(shown).toMatch(/^← <stream:features>/m)
      await alice.type(
        `<iq type="get" to="${domain}" id="version_1" >\n  <query xmlns="jabber:iq:version" />\n</iq>`,
        /^← <iq.*version_1.*<name>/,
      )
      expect(await alice.type('/state', /session {2,}active/)).toMatch(/session +active\.online/)
      expect(await alice.end()).toBe(0)
    })
  })
}
