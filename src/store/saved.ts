import type { Json } from './store.js'

/** A session that the server keeps. @see XEP-0198 §5 */
export interface SavedSession {
  /** What the server calls it. */
  readonly previd: string
  /** The full JID that was bound. */
  readonly jid: string
  /** How long it can be resumed once its connection is lost, as far as the server says. */
  readonly maxMs: number | null
  /** Where the server would like that, as an endpoint. */
  readonly endpoint: string | null
}

/** A message that waits, or that the server has not acknowledged. */
export interface SavedMessage {
  readonly xml: string
  /** When the app sent it, in milliseconds since 1970. */
  readonly moment: number
  /** Which stanza of the session it is; `null` where it has not left yet. */
  readonly seq: number | null
}

/** One thing that has changed; a record of the store is a row of these, whether it holds one turn or everything. */
export type Change =
  | readonly ['session', SavedSession | null]
  | readonly ['handled', number]
  | readonly ['sent', key: string, xml: string, moment: number]
  | readonly ['counted', key: string, seq: number | null]
  | readonly ['gone', key: string]
  | readonly ['seen', key: string, print: number]
  /** The list is a new one; its contacts follow. */
  | readonly ['roster', version: string | null]
  | readonly ['contact', version: string | null, jid: string, item: string | null]
  | readonly ['presence', jid: string, xml: string | null]
  /** Nobody is known to be there. */
  | readonly ['alone']
  | readonly ['fact', key: string, value: Json]
  | readonly ['pinned']

/** Whose presence is kept at most; of others one hears when the session is a new one. */
export const savedPresenceLimit = 10_000
/** Names of messages that are kept, to know one that comes twice: three of each message at most. */
export const savedIdLimit = 6_000
/** Facts of features that are kept; the oldest go first. */
export const savedFactLimit = 5_000

/** All that is kept of one account. */
export class Saved {
  session: SavedSession | null = null
  /** How many stanzas of the session were handled. */
  handled = 0
  /** The server can do SCRAM. */
  isPinned = false
  rosterVersion: string | null = null
  /** In the order in which they were sent. */
  readonly messages = new Map<string, SavedMessage>()
  readonly seen = new Map<string, number>()
  /** Items of the roster as XML text, by bare JID. */
  readonly contacts = new Map<string, string>()
  /** Presences as XML text, by the JID that they came from. */
  readonly presences = new Map<string, string>()
  readonly facts = new Map<string, Json>()

  apply(change: Change): void {
    switch (change[0]) {
      case 'session':
        this.session = change[1]
        break
      case 'handled':
        this.handled = change[1]
        break
      case 'sent':
        this.messages.set(change[1], { xml: change[2], moment: change[3], seq: null })
        break
      case 'counted': {
        const message = this.messages.get(change[1])
        if (message !== undefined) this.messages.set(change[1], { ...message, seq: change[2] })
        break
      }
      case 'gone':
        this.messages.delete(change[1])
        break
      case 'seen':
        put(this.seen, change[1], change[2], savedIdLimit)
        break
      case 'roster':
        this.rosterVersion = change[1]
        this.contacts.clear()
        break
      case 'contact':
        this.rosterVersion = change[1]
        if (change[3] === null) this.contacts.delete(change[2])
        else this.contacts.set(change[2], change[3])
        break
      case 'presence':
        if (change[2] === null) this.presences.delete(change[1])
        else put(this.presences, change[1], change[2], savedPresenceLimit)
        break
      case 'alone':
        this.presences.clear()
        break
      case 'fact':
        if (change[2] === null) this.facts.delete(change[1])
        else put(this.facts, change[1], change[2], savedFactLimit)
        break
      case 'pinned':
        this.isPinned = true
    }
  }

  /** The changes that make all this of nothing. */
  toChanges(): readonly Change[] {
    return [
      ...(this.isPinned ? [['pinned'] as const] : []),
      ['session', this.session],
      ['handled', this.handled],
      ...[...this.messages].flatMap(([key, { xml, moment, seq }]): readonly Change[] => [
        ['sent', key, xml, moment],
        ...(seq === null ? [] : [['counted', key, seq] as const]),
      ]),
      ...[...this.seen].map(([key, print]) => ['seen', key, print] as const),
      ['roster', this.rosterVersion],
      ...[...this.contacts].map(([jid, item]) => ['contact', this.rosterVersion, jid, item] as const),
      ...[...this.presences].map(([jid, xml]) => ['presence', jid, xml] as const),
      ...[...this.facts].map(([key, value]) => ['fact', key, value] as const),
    ]
  }
}

/** Puts it last, and forgets the first where there are too many. */
function put<T>(map: Map<string, T>, key: string, value: T, limit: number): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= limit) return
  const [first] = map.keys()
  if (first !== undefined) map.delete(first)
}
