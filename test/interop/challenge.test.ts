import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { startClient } from '../../src/cli/challenge-command.js'
import { challengeClient } from '../../src/testing/challenge.js'
import type { Invitation } from '../../src/testing/challenge-stage.js'
import type { Finding } from '../../src/testing/finding.js'
import { isContinuous } from '../support/continuous-integration.js'
import { installPackages } from '../support/install-packages.js'
import { toDeviations } from '../support/known-findings.js'
import { installWorkspace } from '../support/install-workspace.mjs'

const workspace = new URL('../challenge/', import.meta.url)

/** What each client does against the standard, by the id of the trial, with the reason. */
const expectations: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  readFileSync(new URL('expectations.json', workspace), 'utf8'),
)

const folder = await mkdtemp(join(tmpdir(), 'xmpp-machines-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

const isOff = process.env['XMPP_MACHINES_INTEROP'] === 'off'
/** Debian's own, since other Pythons do not see its packages. */
const python = '/usr/bin/python3'

async function challenge(name: string, toCommand: (place: Invitation, cafile: string) => readonly string[]) {
  const cafile = join(folder, `${name.replace('/', '-')}.crt`)
  let written: Promise<void> | undefined
  return challengeClient({
    domain: 'localhost',
    way: 'starttls',
    atOnce: 6,
    patienceMs: 3_000,
    silenceMs: 5_000,
    arrivalMs: 20_000,
    invite: async (place) => {
      await (written ??= writeFile(cafile, place.ca))
      return startClient(toCommand(place, cafile), false)
    },
  })
}

const isUnseen = ({ verdict }: Finding) => verdict === 'unseen'

test('@xmpp/client behaves as is known', { timeout: 240_000 }, async ({ skip }) => {
  skip(isOff, 'XMPP_MACHINES_INTEROP=off is set')
  installWorkspace(workspace)
  const app = fileURLToPath(new URL('xmpp-client.mjs', workspace))
  const findings = await challenge('@xmpp/client', ({ endpoint, jid, password }, cafile) => [
    'env',
    `NODE_EXTRA_CA_CERTS=${cafile}`,
    process.execPath,
    app,
    endpoint,
    'localhost',
    jid.split('@')[0] ?? '',
    password,
  ])
  const known = expectations['@xmpp/client'] ?? {}
  expect(toDeviations(findings, known)).toEqual(Object.keys(known))
  expect(findings.filter(isUnseen)).toEqual([])
})

test('slixmpp behaves as is known', { timeout: 240_000 }, async ({ skip }) => {
  skip(isOff, 'XMPP_MACHINES_INTEROP=off is set')
  const problem = (await hasSlixmpp())
    ? undefined
    : await installPackages(['python3-slixmpp'], process.env['PATH'])
  skip(problem !== undefined && !isContinuous(), problem)
  const app = fileURLToPath(new URL('slixmpp-client.py', workspace))
  const findings = await challenge('slixmpp', ({ host, jid, password, port }, cafile) => [
    python,
    app,
    host,
    String(port),
    jid,
    password,
    cafile,
  ])
  const known = expectations['slixmpp'] ?? {}
  expect(toDeviations(findings, known)).toEqual(Object.keys(known))
  expect(findings.filter(isUnseen)).toEqual([])
})

async function hasSlixmpp(): Promise<boolean> {
  try {
    await promisify(execFile)(python, ['-c', 'import slixmpp'])
    return true
  } catch {
    return false
  }
}
