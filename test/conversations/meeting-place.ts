import type { Client } from '../../src/client.js'
import type { ClientOptions } from '../../src/client-options.js'
import { contacts, type Contacts, type ContactsFeature, type SubscriptionRequest } from '../../src/index.js'
import { next, person } from './people.js'
import type { ServerUnderTest } from './server-under-test.js'

/** Somebody with contacts. */
export interface Person {
  readonly client: Client
  readonly people: ContactsFeature
  /** Bare. */
  readonly jid: string
}

/** Where the server's users meet, as strangers or as friends. */
export function toMeetingPlace(server: ServerUnderTest) {
  const online = async (user: string, options: Partial<ClientOptions> = {}): Promise<Person> => {
    const client = person(server, user, options)
    const one = { client, people: client.use(contacts), jid: client.jid.bare.toString() }
    await client.connect()
    await client.fetchRoster()
    return one
  }

  /** Two who know nothing of each other, whatever happened before. */
  const strangers = async (): Promise<readonly [Person, Person]> => {
    const [carol, dave] = await Promise.all([online('carol'), online('dave')])
    for (const [one, other] of [
      [carol, dave],
      [dave, carol],
    ] as const) {
      await one.people.refuse(other.jid)
      await one.people.remove(other.jid).catch(() => undefined)
    }
    await Promise.all([gone(carol, dave), gone(dave, carol)])
    await Promise.all([carol.client.disconnect(), dave.client.disconnect()])
    return Promise.all([online('carol'), online('dave')])
  }

  /** Two who see each other. */
  const friends = async (): Promise<readonly [Person, Person]> => {
    const [carol, dave] = await strangers()
    await Promise.all(
      [carol.people.befriend(dave.jid), dave.people.befriend(carol.jid)].map(({ settled }) => settled),
    )
    return [carol, dave]
  }

  return { friends, online, requestOf, stands, strangers }
}

const gone = (one: Person, other: Person): Promise<Contacts> =>
  next(one.people.roster$, (roster) => !roster.has(other.jid), `${other.jid} out of the roster`)

/** The roster of one as soon as it has the other so. */
const stands = (one: Person, other: Person, subscription: string): Promise<Contacts> =>
  next(
    one.people.roster$,
    (roster) => roster.get(other.jid)?.subscription === subscription,
    `${other.jid} as ${subscription}`,
  )

const requestOf = (one: Person, other: Person): Promise<SubscriptionRequest> =>
  next(one.people.subscriptionRequest$, ({ from }) => from.toString() === other.jid, 'the request')
