import { describe, expect, it } from 'vitest'
import {
  stepServedSubscription,
  strangers,
  type ServedSubscriptionState,
} from '../../machines/served-subscription-step.js'
import {
  pendingInOf,
  stranger,
  toRosterAttributes,
  type SubscriptionState,
} from '../../machines/subscription-state.js'
import {
  stepSubscription,
  toSubscriptionCode,
  toSubscriptionState,
} from '../../machines/subscription-step.js'
import type { SubscriptionEvent } from '../../machines/subscription.js'

const stanzas = ['subscribe', 'unsubscribe', 'subscribed', 'unsubscribed'] as const
type Stanza = (typeof stanzas)[number]

/** One client and its server, a wire each way, and a contact who may say anything at any time. */
interface Home {
  readonly server: ServedSubscriptionState
  readonly client: number
  readonly up: readonly Stanza[]
  readonly down: readonly SubscriptionEvent[]
}

const capacity = 2

/** Every pair of a client's and a server's state in which all that was said has arrived. */
function rests(): readonly {
  readonly server: ServedSubscriptionState
  readonly client: SubscriptionState
}[] {
  const start: Home = { server: strangers, client: toSubscriptionCode(stranger), up: [], down: [] }
  const seen = new Map([[JSON.stringify(start), start]])
  for (const home of seen.values()) {
    for (const next of after(home)) {
      const key = JSON.stringify(next)
      if (next.up.length <= capacity && next.down.length <= capacity && !seen.has(key)) seen.set(key, next)
    }
  }
  const quiet = [...seen.values()].filter(({ up, down }) => up.length === 0 && down.length === 0)
  return quiet.map(({ server, client }) => ({ server, client: toSubscriptionState(client) }))
}

function after(home: Home): readonly Home[] {
  const { client, up, down } = home
  const [said, ...unsaid] = up
  const [heard, ...unheard] = down
  return [
    ...stanzas.map((stanza) => ({
      ...home,
      client: stepSubscription(client, { type: `${stanza}.sent` }).next,
      up: [...up, stanza],
    })),
    ...stanzas.map((stanza) => served(home, `${stanza}.received`)),
    ...(said === undefined ? [] : [served({ ...home, up: unsaid }, `${said}.sent`)]),
    ...(heard === undefined
      ? []
      : [{ ...home, client: stepSubscription(client, heard).next, down: unheard }]),
  ]
}

function served(home: Home, type: `${Stanza}.${'sent' | 'received'}`): Home {
  const { next, deeds } = stepServedSubscription(home.server, type)
  const told = deeds.flatMap((deed): readonly SubscriptionEvent[] => {
    if (deed === 'pushRoster') return [{ type: 'roster.item', ...toRosterAttributes(next) }]
    return deed === 'deliver' ? [{ type }] : []
  })
  return { ...home, server: next, down: [...home.down, ...told] }
}

describe('a client whose words cross with those of its server', () => {
  const quiet = rests()

  it('holds what the roster says once all has arrived', () => {
    for (const { server, client } of quiet)
      expect(toRosterAttributes(client)).toEqual(toRosterAttributes(server))
  })

  it('never says that nobody waits where somebody does', () => {
    const waiting = quiet.filter(({ server }) => server.from === 'pending')
    expect(new Set(waiting.map(({ client }) => pendingInOf(client)))).toEqual(new Set(['yes']))
  })

  it('may hold a request for waiting that it has answered already, for no roster tells', () => {
    const answered = quiet.filter(
      ({ server, client }) => server.from !== 'pending' && pendingInOf(client) === 'yes',
    )
    expect(new Set(answered.map(({ server }) => server.from))).toEqual(new Set(['none']))
  })
})
