import { AccountRegistry } from '../../src/server/account-registry.js'
import { Credentials } from '../../src/server/credentials.js'
import { toServerLimits, type ServerLimits } from '../../src/server/limits.js'
import { Realm } from '../../src/server/realm.js'
import { createServices } from '../../src/server/services.js'
import type { SessionSettings } from '../../src/server/session.js'
import { createStanzaId } from '../../src/router/stanza-ids.js'
import { parseJid } from '../../src/stanza/jid.js'
import { domain } from './served-speaker.js'

/** What an encrypted connection is offered. */
export const mechanisms: readonly string[] = ['PLAIN']

/** What may be asked of accounts over one. */
export const accountRequests = ['identification'] as const

export const timeouts = {
  negotiationMs: 60_000,
  tlsMs: 15_000,
  saslMs: 30_000,
  resumptionMs: 300_000,
  closeMs: 2_000,
}

/** The parts of the embedded server that `createServer` puts together, so that a test can look at what they keep. */
export async function openRealm(usernames: readonly string[], limits: Partial<ServerLimits> = {}) {
  const realm = new Realm({
    domain: parseJid(domain),
    limits: toServerLimits(limits),
    now: () => new Date(),
    nextId: createStanzaId,
    serve: createServices({ name: 'driven', version: '0' }),
  })
  const credentials = new Credentials(domain, mechanisms, true)
  const accounts = new AccountRegistry(realm, credentials)
  for (const username of usernames) await accounts.add({ username, password: 'secret' })
  return { accounts, credentials, realm }
}

export const sessionSettings = (credentials: Credentials): SessionSettings => ({
  mechanisms,
  allowPlaintext: false,
  credentials,
  tls: { role: 'server', cert: '', key: '' },
  timeouts,
  resourceConflict: 'refuse',
  legacyIdentification: {},
  registrar: undefined,
})
