import { accounts, clientInformation, contacts, discovery } from '../../index.js'
import type { Client } from '../../client.js'
import { TransportError } from '../../errors.js'
import type { SubscriptionRequests } from '../../features/subscriptions.js'
import type { XmlElement } from '../../xml/element.js'
import type { CommandContext } from '../command.js'
import { makeClient } from '../session.js'
import type { ClientOptions } from '../../client-options.js'
import type { Arrivals } from './arrivals.js'
import type { ChartStates } from './chart-states.js'

/** What the commands of somebody who is logged in work with. */
export interface SessionDesk {
  readonly client: Client
  readonly people: ReturnType<typeof contacts>
  readonly finder: ReturnType<typeof discovery>
  readonly information: ReturnType<typeof clientInformation>
  readonly account: ReturnType<typeof accounts>
  readonly arrivals: Arrivals
  readonly charts: ChartStates
  /** Who has asked to see one's presence and waits, by bare JID. */
  readonly requests: () => SubscriptionRequests
  /** Whether XML is shown as it crosses, or in words. */
  isRaw: boolean
  readonly context: CommandContext
  readonly quit: () => void
  /** Sends a stanza as it is. @throws TransportError outside a session */
  readonly send: (stanza: XmlElement) => void
}

/** What a desk is made of. */
export type SessionDeskParts = Pick<SessionDesk, 'arrivals' | 'charts' | 'context' | 'quit'>

/** Makes the client with all that the console needs of it. */
export function layDesk(options: ClientOptions, parts: SessionDeskParts): SessionDesk {
  const client = makeClient(options)
  const people = client.use(contacts)
  const bus = client.use((host) => host.bus)
  const { version } = parts.context.host
  let requests: SubscriptionRequests = new Map()
  people.subscriptionRequests$.subscribe((waiting) => (requests = waiting))
  return {
    ...parts,
    client,
    people,
    finder: client.use(discovery),
    information: client.use((host) =>
      clientInformation(host, { software: { name: 'xmpp-machines console', version } }),
    ),
    account: client.use(accounts),
    isRaw: true,
    requests: () => requests,
    send: (stanza) => {
      if (bus.account === undefined) throw new TransportError('not-connected', 'nobody is logged in')
      bus.send(stanza)
    },
  }
}
