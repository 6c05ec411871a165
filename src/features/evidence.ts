import type { ContactEvidence } from '../../machines/subscription-doctor.js'
import type { Presence } from '../stanza/presence.js'
import { forgetOldest } from './forget-oldest.js'

type Said = NonNullable<ContactEvidence['presence']>

/** Contacts of whom something is remembered; the oldest are forgotten first. */
const rememberedLimit = 10_000

/** What each contact's side has let on in this session, as far as it bears on the subscription to it. @see RFC 6121 §4.3.2 */
export class Evidence {
  readonly #said = new Map<string, Said>()

  of(jid: string): ContactEvidence {
    return { presence: this.#said.get(jid) }
  }

  take({ from, type }: Presence): void {
    if (from === undefined) return
    const jid = from.bare.toString()
    // Who approves takes an earlier refusal back, and need not be there to say more.
    if (type === 'subscribed') this.#said.delete(jid)
    const said = saidBy(type)
    if (said === undefined || this.#said.get(jid) === said) return
    this.#said.delete(jid)
    this.#said.set(jid, said)
    if (this.#said.size > rememberedLimit) forgetOldest(this.#said)
  }

  clear(): void {
    this.#said.clear()
  }
}

function saidBy(type: Presence['type']): Said | undefined {
  if (type === undefined) return 'received'
  if (type === 'unsubscribed') return 'refused'
  return type === 'error' ? 'unreachable' : undefined
}
