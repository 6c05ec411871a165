import type { LanguageText } from '../stanza/language-text.js'
import { parsePresence, toPresenceElement, type Presence, type PresenceInput } from '../stanza/presence.js'
import type { Json } from '../store/store.js'
import type { XmlElement } from '../xml/element.js'
import { serialize } from '../xml/serializer.js'
import { Allowance } from './allowance.js'
import type { FeatureMemory } from './feature-host.js'
import { readStored } from './read-stored.js'

/** Of a longer one, in UTF-16 units, only who asks is stored, and how what they say begins. */
export const storedRequestUnits = 2_048
const briefUnits = 1_000

/** All that is stored of requests, in UTF-16 units: those beyond come again with the next session. */
export const storedRequestsUnits = 262_144

/** How facts of requests are called. */
const kept = 'subscribe '

/** Requests that outlive the process: the server repeats them in a new session, but not in one that goes on. */
export class KeptRequests {
  readonly #memory: FeatureMemory | undefined
  /** What an earlier process has left, until it is known whether its session goes on. */
  readonly #left = new Map<string, Json>()
  readonly #room = new Allowance(storedRequestsUnits)

  constructor(memory: FeatureMemory | undefined) {
    this.#memory = memory
    memory?.factsOf(kept, (jid, text) => void this.#left.set(jid, text))
  }

  keep(jid: string, presence: Presence): void {
    if (this.#memory === undefined) return
    const whole = write(presence)
    const text = whole.length > storedRequestUnits ? write(toBrief(presence)) : whole
    if (this.#room.take(jid, text)) this.#memory.keepFact(kept + jid, text)
  }

  forget(jid: string): void {
    this.#room.give(jid)
    this.#memory?.keepFact(kept + jid, null)
  }

  /** Gives those of an earlier process, once, and keeps them no longer. They are of no account where its session is over. */
  recall(isResumed: boolean): readonly Presence[] {
    const left = [...this.#left]
    this.#left.clear()
    for (const [jid] of left) this.forget(jid)
    return isResumed ? left.flatMap(([, text]) => readStored(text, toPresence) ?? []) : []
  }
}

/** No half of a surrogate pair is left at the end, which XML cannot carry. */
function toBrief({ from, status, type }: Presence): PresenceInput {
  return { type, from: from?.bare, status: status?.slice(0, briefUnits).replace(/[\uD800-\uDBFF]$/, '') }
}

/** Of two wordings in one language, which may be heard but not said (RFC 6121 §4.7.2.2), the first. */
function write(presence: PresenceInput): string {
  const { statuses } = presence
  if (statuses === undefined) return serialize(toPresenceElement(presence))
  const texts = new Map<string | undefined, LanguageText>()
  for (const each of statuses) if (!texts.has(each.lang)) texts.set(each.lang, each)
  return serialize(toPresenceElement({ ...presence, status: undefined, statuses: [...texts.values()] }))
}

function toPresence(element: XmlElement): Presence | undefined {
  const presence = parsePresence(element)
  return presence.kind === 'presence' ? presence : undefined
}
