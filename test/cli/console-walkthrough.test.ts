import { fileURLToPath } from 'node:url'
import { format } from 'prettier'
import { expect, it } from 'vitest'
import { walkthrough, type Exchange } from './console-walkthrough.js'
import { Terminal } from './terminal.js'

const page = fileURLToPath(new URL('../../docs/console.md', import.meta.url))

it(
  'docs/console.md shows what the console shows, from the first example of the document to the last',
  { timeout: 60_000 },
  async () => {
    const terminals = new Map<Exchange['who'], Terminal>()
    const toto = new Terminal(['--embedded', '--no-login'])
    terminals.set('toto', toto)
    const start = await toto.type('', /Connected/)
    const join = / console --jid tintin@jabber.org (.*)/.exec(start)?.[1]?.split(' ') ?? []
    const terminalOf = (who: Exchange['who']) => {
      const known = terminals.get(who)
      if (known !== undefined) return known
      const hand = who === 'dupont' ? ['--resource', 'bureau'] : ['--no-login']
      const opened = new Terminal(['--jid', `${who}@jabber.org`, ...join, ...hand], {
        XMPP_PASSWORD: 'mot2passe',
      })
      terminals.set(who, opened)
      return opened
    }

    const parts: string[] = []
    for (const { exchanges, text, title } of walkthrough) {
      parts.push(`## ${title}`, text)
      let who: Exchange['who'] | undefined
      for (const exchange of exchanges) {
        const shown = await terminalOf(exchange.who).type(exchange.types, exchange.until)
        if (exchange.isHidden === true) continue
        if (exchange.who !== who && (who !== undefined || exchange.who !== 'toto'))
          parts.push(`${toName(exchange.who)}:`)
        who = exchange.who
        parts.push(`\`\`\`text\n${toTranscript(exchange.types, shown)}\n\`\`\``)
      }
    }
    expect(parts.join('\n')).not.toContain('→')
    const others = [...terminals].flatMap(([who, terminal]) => (who === 'toto' ? [] : [terminal]))
    for (const terminal of others) expect(await terminal.end()).toBe(0)
    expect(await toto.end()).toBe(0)
    for (const { complained } of terminals.values()) expect(complained).toBe('')
    const options = { parser: 'markdown', printWidth: 128 } as const
    await expect(await format([introduction, ...parts].join('\n\n'), options)).toMatchFileSnapshot(page)
  },
)

const introduction = `# The console

\`xmpp-machines console\` is the telnet session of a tutorial from the early days of XMPP
([Introduction au protocole XMPP](http://wiki.jabberfr.org/Introduction_au_protocole_XMPP)), on the real engine: type XML or commands, see every byte both ways and where every
chart stands. This page follows that document from its first to its last example. It is made by a test that types it all
into consoles on the embedded server, so that it cannot go stale.

\`\`\`bash
npx xmpp-machines console --embedded --no-login
\`\`\`

starts a server for \`jabber.org\` inside the process and connects to it; nothing is sent but what you type. (Another server:
\`console --no-login --jid example.org\`.) Below, \`›\` is what you type, \`←\` what comes, and \`=\` a chart that moves on: here, those
of the server. What you send is shown with \`→\` too, which this page leaves out, as it does identifiers (\`…\`). Passwords and
SASL are never shown unless you add \`--show-secrets\` on a terminal. What breaks the protocol, on either side, is named with the
section of the RFC that it breaks. \`/help\` lists the commands.`

const toName = (who: string) => `${who.charAt(0).toUpperCase()}${who.slice(1)}`

/** What was typed and what was seen, without what was sent and without what differs each time. */
function toTranscript(typed: string, shown: string): string {
  const lines = typed === '' ? [] : typed.split('\n').map((line) => `› ${line}`)
  let isSent = false
  for (const line of shown.split('\n')) {
    isSent = line.startsWith('→ ') || (isSent && line.startsWith('  '))
    const isOwn = line.startsWith('= server:servedSession ')
    const isChart = line.startsWith('= ')
    if (line.trim() !== '' && !isSent && (!isChart || isOwn) && !line.includes("urn:xmpp:sm:3'"))
      lines.push(line)
  }
  return lines
    .join('\n')
    .replaceAll(/ id='[\w-]{16}'/g, " id='…'")
    .replaceAll(/ ver='[^']*'/g, " ver='…'")
    .replaceAll(/ xml:lang='[^']*'(?= from)/g, '')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:…')
}
