import type { AccountInput } from '../server/index.js'

/** The password of the accounts that are there without being asked for; no secret. */
export const demoPassword = 'mot2passe'

/** Accounts of an embedded server that nobody named any for; toto and tintin are each other's contacts. */
export const demoAccounts: readonly AccountInput[] = [
  { username: 'toto', password: demoPassword, contacts: [{ username: 'tintin', name: 'Tintin' }] },
  { username: 'tintin', password: demoPassword, contacts: [{ username: 'toto', name: 'Toto' }] },
  { username: 'guest', password: demoPassword },
]
