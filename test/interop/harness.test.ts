import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { isListening } from '../support/free-ports.js'
import { onEachRealServer } from '../support/real-server.js'
import type { RealDomain } from '../support/real-server.js'
import { startRealServers } from '../support/real-servers.js'
import { openStartTls, openTcp, openTls, openWebSocket, rawStream, streamHeader } from './raw-stream.js'

onEachRealServer((server) => {
  const featuresOn = async (port: number, { domain }: RealDomain) => {
    const socket = await openTcp(port)
    try {
      return await rawStream(socket).ask(streamHeader(domain), '</stream:features>')
    } finally {
      socket.destroy()
    }
  }

  test('the open domain offers PLAIN, registration and TLS in plain text', async () => {
    const features = await featuresOn(server.open.starttlsPort, server.open)
    expect(features).toContain('<mechanism>PLAIN</mechanism>')
    expect(features).toContain('http://jabber.org/features/iq-register')
    expect(features).toContain('urn:ietf:params:xml:ns:xmpp-tls')
    expect(features).not.toContain('<required')
  })

  test('the secure domain offers nothing but TLS in plain text', async () => {
    const features = await featuresOn(server.secure.starttlsPort, server.secure)
    expect(features).toContain('<required')
    expect(features).not.toContain('<mechanism>')
  })

  test.each(['open', 'secure'] as const)(
    'the %s domain has a trusted certificate on every way in',
    async (which) => {
      const domain = server[which]
      for (const open of [openTls, openStartTls]) {
        const socket = await open(server, domain)
        try {
          expect(socket.authorized).toBe(true)
          const features = await rawStream(socket).ask(streamHeader(domain.domain), '</stream:features>')
          expect(features).toContain('<mechanism>SCRAM-SHA-1</mechanism>')
        } finally {
          socket.destroy()
        }
      }
      expect(await openWebSocket(domain.wss, domain.domain, server.ca)).toContain(
        '<mechanism>SCRAM-SHA-1</mechanism>',
      )
    },
  )

  test('the secure domain offers channel binding on TLS 1.2', async () => {
    const socket = await openTls(server, server.secure, 'TLSv1.2')
    try {
      expect(socket.getProtocol()).toBe('TLSv1.2')
      const features = await rawStream(socket).ask(streamHeader(server.secure.domain), '</stream:features>')
      expect(features).toContain('<mechanism>SCRAM-SHA-1-PLUS</mechanism>')
    } finally {
      socket.destroy()
    }
  })

  test('a WebSocket without TLS leads to the open domain', async () => {
    expect(await openWebSocket(server.open.ws, server.open.domain, server.ca)).toContain('SCRAM-SHA-1')
  })
})

describe('the servers of a run', () => {
  test('end with it, and leave no port open and no folder behind', async ({ skip }) => {
    const servers = await startRealServers()
    skip(servers.facts.running.length === 0, 'no real server here')
    try {
      for (const { folder, open } of servers.facts.running) {
        expect(existsSync(folder)).toBe(true)
        expect(await isListening(open.starttlsPort)).toBe(true)
      }
    } finally {
      await servers.stop()
    }
    for (const { folder, open, secure } of servers.facts.running) {
      expect(existsSync(folder)).toBe(false)
      for (const port of [open.starttlsPort, open.directTlsPort, secure.starttlsPort]) {
        expect(await isListening(port)).toBe(false)
      }
    }
  })

  test('can be turned off', async () => {
    const { facts } = await startRealServers({ ...process.env, XMPP_MACHINES_INTEROP: 'off' })
    const reason = 'XMPP_MACHINES_INTEROP=off is set'
    expect(facts).toEqual({
      running: [],
      missing: [
        { name: 'prosody', reason },
        { name: 'ejabberd', reason },
      ],
    })
  })

  test('may be missing on the machine of a user, and not in continuous integration', async () => {
    const nowhere = { PATH: '/nonexistent' }
    const { facts } = await startRealServers(nowhere)
    expect(facts.running).toEqual([])
    expect(facts.missing.map(({ name }) => name)).toEqual(['prosody', 'ejabberd'])
    expect(facts.missing[0]?.reason).toMatch(/^not installed; /)
    await expect(startRealServers({ ...nowhere, CI: 'true' })).rejects.toThrow('prosody: not installed; ')
  })
})

describe('the guard of a server', () => {
  const guard = fileURLToPath(new URL('../support/guard.mjs', import.meta.url))

  test('ends it with all that it started, and its folder, when the run is killed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'xmpp-machines-guard-'))
    const server = 'echo $$ > outer; sh -c "echo \\$\\$ > inner; echo up; exec sleep 600" & wait'
    const run = spawn(process.execPath, ['--input-type=module', '-e', killableRun, guard, folder, server], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void run.kill('SIGKILL'))
    await once(run.stdout, 'data')
    const processes = await Promise.all(
      ['outer', 'inner'].map((name) => readFile(join(folder, name), 'utf8')),
    )
    expect(processes.map((id) => isAlive(Number(id)))).toEqual([true, true])
    run.stdout.resume()
    run.kill('SIGKILL')
    // The output of the run ends when nobody is left who could write to it: not the guard, not the server's children.
    await once(run.stdout, 'end')
    expect(existsSync(folder)).toBe(false)
  })

  test('removes the folder of a server that ends by itself, and tells its exit code', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'xmpp-machines-guard-'))
    const run = spawn(process.execPath, [guard, folder, 'sh', '-c', 'exit 3'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    expect(await once(run, 'exit')).toEqual([3, null])
    expect(existsSync(folder)).toBe(false)
  })

  test('says of a command that is not there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'xmpp-machines-guard-'))
    const run = spawn(process.execPath, [guard, folder, 'no-such-server'], {
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    const words = once(run.stderr, 'data')
    expect(await once(run, 'exit')).toEqual([127, null])
    expect(String((await words)[0])).toContain('no-such-server')
    expect(existsSync(folder)).toBe(false)
  })
})

/** A test run in small: it starts the guard as the harness does, and knows nothing of its end. */
const killableRun = `
import { spawn } from 'node:child_process'
const [guard, folder, server] = process.argv.slice(1)
spawn(process.execPath, [guard, folder, 'sh', '-c', server], { detached: true, stdio: ['pipe', 'inherit', 'inherit'] })
setInterval(() => {}, 1000)
`

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0)
  } catch {
    return false
  }
}
