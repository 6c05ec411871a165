import { provideRegistration } from './actors/registration.js'
import { createAccounts, type AccountsFeature } from './features/accounts.js'
import type { FeatureHost } from './features/feature-host.js'

/**
 * The account itself, for a client: `client.use(accounts)`.
 * @example
 * const account = client.use(accounts)
 * const { outcome } = await account.register() // then the client is online
 * await account.changePassword('another secret')
 * await account.remove()
 * @see XEP-0077, XEP-0445
 */
export function accounts(host: FeatureHost): AccountsFeature {
  return createAccounts({
    ...host,
    startRegistration: (wish, input) =>
      host.start(provideRegistration(wish), {
        id: 'registration',
        input: { ...input, timeouts: host.timeouts },
      }),
  })
}
