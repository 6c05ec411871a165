import { XmppError } from '../errors.js'
import type { LanguageText } from '../stanza/language-text.js'
import { parsePresence, toPresenceElement, type Presence } from '../stanza/presence.js'
import type { Json } from '../store/store.js'
import { readFrame } from '../xml/frame-reader.js'
import { serialize } from '../xml/serializer.js'
import type { FeatureMemory } from './feature-host.js'

/** A longer one, in characters, is not stored: it comes again with the next session. */
export const storedRequestUnits = 16_384

/** How facts of requests are called. */
const kept = 'subscribe '

/** Requests that outlive the process: the server repeats them in a new session, but not in one that goes on. */
export class KeptRequests {
  readonly #memory: FeatureMemory | undefined
  /** What an earlier process has left, until it is known whether its session goes on. */
  readonly #left = new Map<string, Json>()

  constructor(memory: FeatureMemory | undefined) {
    this.#memory = memory
    memory?.factsOf(kept, (jid, text) => void this.#left.set(jid, text))
  }

  keep(jid: string, presence: Presence): void {
    if (this.#memory === undefined) return
    const text = write(presence)
    if (text.length <= storedRequestUnits) this.#memory.keepFact(kept + jid, text)
  }

  forget(jid: string): void {
    this.#memory?.keepFact(kept + jid, null)
  }

  /** Gives those of an earlier process, once, and keeps them no longer. They are of no account where its session is over. */
  recall(isResumed: boolean): readonly Presence[] {
    const left = [...this.#left]
    this.#left.clear()
    for (const [jid] of left) this.forget(jid)
    return isResumed ? left.flatMap(([, text]) => read(text) ?? []) : []
  }
}

/** Of two wordings in one language, which may be heard but not said (RFC 6121 §4.7.2.2), the first. */
function write(presence: Presence): string {
  const texts = new Map<string | undefined, LanguageText>()
  for (const each of presence.statuses) if (!texts.has(each.lang)) texts.set(each.lang, each)
  return serialize(toPresenceElement({ ...presence, status: undefined, statuses: [...texts.values()] }))
}

function read(text: Json): Presence | undefined {
  if (typeof text !== 'string') return undefined
  try {
    const presence = parsePresence(readFrame(text))
    return presence.kind === 'presence' ? presence : undefined
  } catch (error) {
    if (!(error instanceof XmppError)) throw error
    return undefined
  }
}
