import type { AccountInput, ServerOptions } from '../../server/index.js'
import { demoPassword } from '../demo-accounts.js'
import type { ChartStates } from './chart-states.js'

/** Whom one is on the embedded server, unless one says otherwise. */
export const embeddedJid = 'toto@jabber.org/maison'

/** Who lives there: toto, his two contacts, and somebody who knows nobody. */
export const embeddedAccounts: readonly AccountInput[] = [
  {
    username: 'toto',
    password: demoPassword,
    contacts: [
      { username: 'tintin', name: 'Tintin' },
      { username: 'dupont', name: 'Dupont', groups: ['Amis'] },
    ],
  },
  { username: 'tintin', password: demoPassword, contacts: [{ username: 'toto', name: 'Toto' }] },
  { username: 'dupont', password: demoPassword, contacts: [{ username: 'toto', name: 'Toto' }] },
  { username: 'milou', password: demoPassword },
]

/** A server that takes what clients said before SASL as well, and whose charts are shown. */
export function toEmbeddedOptions(domain: string, charts: ChartStates): ServerOptions {
  return {
    domain,
    accounts: embeddedAccounts,
    legacyIdentification: {},
    registration: {},
    inspect: (event) => charts.take(event, 'server:'),
  }
}
