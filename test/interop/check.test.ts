import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createClient } from '../../src/client.js'
import { checkServer } from '../../src/testing/conformance.js'
import { expectKnown } from '../support/known-findings.js'
import { onEachRealServer, realPassword } from '../support/real-server.js'

/** What each server does against the standard, by the id of the trial, with the reason. */
const deviations: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  readFileSync(new URL('deviations.json', import.meta.url), 'utf8'),
)

onEachRealServer(({ ca, name, secure: { domain, starttlsPort } }) => {
  // Accounts that no other test has: contacts are made and parted with.
  const [account, other] = ['u0', 'u1'].map((user) => ({ jid: `${user}@${domain}`, password: realPassword }))

  test.concurrent('it keeps to the standard but for what is known', { timeout: 120_000 }, async () => {
    const findings = await checkServer({
      createClient,
      endpoint: `xmpp://127.0.0.1:${starttlsPort}`,
      ca,
      account: account ?? expect.unreachable(),
      other,
      patienceMs: 2_000,
    })
    expectKnown(findings, deviations[name])
    const unseen = findings.filter(({ verdict }) => verdict === 'unseen')
    expect(unseen.filter(({ id }) => !/^login\./.test(id))).toEqual([])
    expect(findings.find(({ id }) => id === 'charts')).toMatchObject({ verdict: 'right' })
  })
})
