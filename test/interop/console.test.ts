import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Terminal } from '../cli/terminal.js'
import { realPassword } from '../support/real-accounts.js'
import { onEachRealServer } from '../support/real-server.js'

onEachRealServer(({ ca, secure: { domain, starttlsPort } }) => {
  test('the console speaks to it, by hand and logged in', { timeout: 60_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'console-'))
    const caFile = join(folder, 'ca.crt')
    await writeFile(caFile, ca)
    const home = ['--endpoint', `xmpp://127.0.0.1:${starttlsPort}`, '--ca', caFile]
    const opening = `<stream:stream xmlns:stream='http://etherx.jabber.org/streams' version='1.0' xmlns='jabber:client' to='${domain}'>`

    const hand = new Terminal(['--no-login', '--jid', domain, ...home])
    await hand.type(opening, /<\/stream:features>/)
    await hand.type("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", /^← <proceed/)
    await hand.type('/tls', /^Encrypted with TLS/)
    await hand.type(opening, /<mechanism>SCRAM-SHA-1<.*<\/stream:features>/)
    await hand.type('</stream:stream>', /^The connection has ended/)
    expect([await hand.end(), hand.complained]).toEqual([0, ''])

    const words = ['--jid', `u2@${domain}`, ...home]
    const logged = new Terminal(words, { XMPP_PASSWORD: realPassword })
    await logged.type('', /^= session active\.online\.course\.stable/)
    const asked = `<iq type='get' to='${domain}' id='typed'><query xmlns='jabber:iq:version'/></iq>`
    await logged.type(asked, /^← <iq.*typed/)
    await logged.type(`/disco ${domain}`, /^ *server\/im|server\/im/)
    expect([await logged.end(), logged.complained]).toEqual([0, ''])
    expect(logged.shown).not.toContain(realPassword)
    await rm(folder, { recursive: true })
  })
})
