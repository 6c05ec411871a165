import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createClient } from '../../src/client.js'
import { checkServer } from '../../src/testing/conformance.js'
import { toDeviations } from '../support/known-findings.js'
import { realPassword } from '../support/real-accounts.js'
import { onEachRealServer } from '../support/real-server.js'

/** What each server does against the standard, by the id of the trial, with the reason. */
const deviations: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  readFileSync(new URL('deviations.json', import.meta.url), 'utf8'),
)

onEachRealServer(({ ca, name, secure: { domain, starttlsPort } }) => {
  // Accounts that no other test has: contacts are made and parted with.
  const toAccount = (user: string) => ({ jid: `${user}@${domain}`, password: realPassword })

  test.concurrent('it keeps to the standard but for what is known', { timeout: 120_000 }, async () => {
    const findings = await checkServer({
      createClient,
      endpoint: `xmpp://127.0.0.1:${starttlsPort}`,
      ca,
      account: toAccount('u0'),
      other: toAccount('u1'),
      patienceMs: 2_000,
    })
    const known = deviations[name] ?? {}
    expect(toDeviations(findings, known)).toEqual(Object.keys(known))
    const unseen = findings.filter(({ verdict }) => verdict === 'unseen')
    expect(unseen.filter(({ id }) => !id.startsWith('login.'))).toEqual([])
    expect(findings.find(({ id }) => id === 'charts')).toMatchObject({ verdict: 'right' })
  })
})
