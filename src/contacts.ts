import { providedBefriending } from './actors/befriending.js'
import { createContacts, type ContactsFeature } from './features/contacts.js'
import type { FeatureHost } from './features/feature-host.js'

/**
 * Contacts for a client: `client.use(contacts)`, before it connects. In the middle of a session it knows the list, but not who has
 * been said to be there before: servers tell that once, as the session begins.
 * @example
 * const people = client.use(contacts)
 * people.subscriptionRequest$.subscribe((request) => people.accept(request))
 * const { outcome } = await people.befriend('bob@example.test').settled
 * @see RFC 6121 §2, §3, §4
 */
export function contacts(host: FeatureHost): ContactsFeature {
  return createContacts({
    ...host,
    startBefriending: (input) => host.start(providedBefriending, { id: `befriending:${input.jid}`, input }),
  })
}
