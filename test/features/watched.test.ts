import type { Observable } from 'rxjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  accounts,
  archive,
  avatars,
  carbons,
  clientState,
  contacts,
  conversations,
  createClient,
  discovery,
  receipts,
  richText,
  vcards,
} from '../../src/index.js'

interface Watched {
  readonly state: unknown
  readonly state$: Observable<unknown>
}

/** A client that waits, and everything of it that can be watched. */
function everything() {
  const client = createClient({ jid: 'alice@example.test', password: 'secret' })
  onTestFinished(() => client.close())
  const people = client.use(contacts)
  const chats = client.use(conversations)
  return {
    client,
    people,
    chat: chats.with('bob@example.test'),
    handshake: people.befriend('bob@example.test'),
    delivery: client.send({ to: 'bob@example.test', body: 'Hello' }),
    features: [accounts, archive, avatars, carbons, clientState, discovery, receipts, richText, vcards].map(
      (feature) => client.use<object>(feature),
    ),
  }
}

function streamsOf(thing: object): readonly string[] {
  const above: unknown = Object.getPrototypeOf(thing)
  const own = Object.getOwnPropertyNames(thing).filter((name) => name.endsWith('$'))
  return typeof above !== 'object' || above === null ? own : [...own, ...streamsOf(above)]
}

// A view that is drawn anew asks anew: whatever was another each time would be watched anew, and draw it again, for ever.
describe('what can be watched', () => {
  it('is the same each time that it is asked for', () => {
    const { features, ...things } = everything()
    const streams = [...Object.values(things), ...features].flatMap((thing) =>
      streamsOf(thing).map((name) => ({
        name,
        isSame: Reflect.get(thing, name) === Reflect.get(thing, name),
      })),
    )
    expect(streams.length).toBeGreaterThan(15)
    expect(streams.filter(({ isSame }) => !isSame)).toEqual([])
  })

  it('is in the same state until that changes, and tells of that one', () => {
    const { client, chat, handshake } = everything()
    const watched: readonly Watched[] = [client, chat, handshake]
    for (const { state, state$ } of watched) {
      const told: unknown[] = []
      state$.subscribe((value) => told.push(value))
      expect(told).toHaveLength(1)
      expect(told[0]).toBe(state)
    }
    const before = chat.state
    chat.attend()
    expect(chat.state).toBe(before)
    chat.close()
    expect(chat.state).not.toBe(before)
  })
})
