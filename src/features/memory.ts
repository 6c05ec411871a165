import type { Observable } from 'rxjs'
import type { LeftBehind } from '../../machines/session-context.js'
import { StoreError, TransportError, XmppError } from '../errors.js'
import { randomName } from '../random-name.js'
import { Channel } from '../router/channel.js'
import { Repeats } from '../router/repeats.js'
import type { StanzaBus } from '../router/stanza-bus.js'
import type { LeftStanza } from '../router/kept-stanza.js'
import type { StanzaLedger } from '../router/stanza-ledger.js'
import type { WriteAhead } from '../router/write-ahead.js'
import { parseJid } from '../stanza/jid.js'
import { toRosterElement } from '../stanza/roster.js'
import type { Journal } from '../store/journal.js'
import type { Change, Saved, SavedSession } from '../store/saved.js'
import type { Json } from '../store/store.js'
import { readFrame } from '../xml/frame-reader.js'
import type { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { serialize } from '../xml/serializer.js'
import { Allowance } from './allowance.js'
import { Delivery } from './delivery.js'
import type { SessionMessages } from './messages.js'
import type { Outbox, SentMessage } from './outbox.js'
import type { RosterStore } from './roster.js'
import { ShelvedMessage, type Shelf } from './shelved-message.js'

/** A longer presence, in UTF-16 units, is not stored: who goes on with the session does not see it. */
const storedPresenceUnits = 4_096

/** All that is stored of the presences of who is not in the roster, in UTF-16 units. */
export const strangersUnits = 262_144

/** What was there when the store was opened. */
export interface Restoration {
  /** The session that an earlier process has left; the server may keep it no longer. */
  readonly session: boolean
  /** Messages that wait, or that nobody has acknowledged: they are sent again. */
  readonly deliveries: readonly Delivery[]
  /** What could not be read, and was left out. */
  readonly ignored: readonly StoreError[]
}

/** What the memory is about. */
export interface Remembered {
  readonly bus: StanzaBus
  readonly ledger: StanzaLedger
  readonly messages: Pick<SessionMessages, 'remember'>
  readonly outbox: Outbox
  readonly roster: RosterStore
}

/**
 * What outlives the process: notes what happens, and puts a new process where the last one was. Nothing leaves before it is
 * stored, and the server hears that something has arrived once that is.
 */
export class Memory implements Shelf, WriteAhead {
  readonly #journal: Journal
  readonly #restorations = new Channel<Restoration>()
  /** One name of a message in the store is not that of another process. */
  readonly #prefix = randomName().slice(0, 8)
  /** Who was there in the session that is to go on. */
  #presences: readonly XmlElement[] = []
  readonly #strangers = new Allowance(strangersUnits)
  #facts: ReadonlyMap<string, Json> | undefined
  /** What was restored, by id. */
  #left: ReadonlyMap<string, LeftMessage> = new Map()
  #restoring: Promise<LeftBehind> | undefined
  /** What was left was ended, whether or not whoever asks for it has come to it. */
  #isOver = false
  /** Aborted once whoever has asked last waits no longer. */
  #asker: AbortSignal | undefined
  #parts: Remembered | undefined
  #count = 0

  readonly restored$: Observable<Restoration> = this.#restorations.stream$
  /** Of those that come twice, whatever process they came to first. */
  readonly repeats = new Repeats((key, print) => this.#journal.note(['seen', key, print]))

  constructor(journal: Journal) {
    this.#journal = journal
  }

  get isSettled(): boolean {
    return this.#journal.isSettled
  }

  whenSettled(tell: () => void): void {
    this.#journal.whenSettled(tell)
  }

  toSent(to: string | undefined, delivery: Delivery, outbox: Outbox, isToAll: boolean): SentMessage {
    return new ShelvedMessage(to, delivery, outbox, isToAll, this)
  }

  noteHandled(count: number): void {
    this.#journal.note(['handled', count])
  }

  put(stanza: XmlElement, moment: number): string {
    const key = `${this.#prefix}-${(this.#count += 1)}`
    this.#journal.note(['sent', key, serialize(stanza), moment])
    return key
  }

  number(key: string, seq: number | null): void {
    this.#journal.note(['counted', key, seq])
  }

  remove(key: string): void {
    this.#journal.note(['gone', key])
  }

  /** The server keeps this session, or none. */
  keepSession(session: SavedSession | null): void {
    // What the last process has left is not over because this one begins.
    if (this.#facts !== undefined) this.#journal.note(['session', session])
  }

  pinScram(): void {
    this.#journal.note(['pinned'])
  }

  /** Keeps a fact of a feature; `null` forgets it. */
  keepFact(key: string, value: Json): void {
    this.#journal.note(['fact', key, value])
  }

  /** The facts whose key begins so, once they are known; later ones are one's own. */
  factsOf(prefix: string, tell: (key: string, value: Json) => void): void {
    const tellAll = (facts: ReadonlyMap<string, Json>) => {
      for (const [key, value] of facts) if (key.startsWith(prefix)) tell(key.slice(prefix.length), value)
    }
    if (this.#facts !== undefined) tellAll(this.#facts)
    else this.restored$.subscribe(() => tellAll(this.#facts ?? new Map()))
  }

  deliveryOf(id: string): Delivery | undefined {
    return this.#left.get(id)?.fate.delivery
  }

  mayHaveLeft(id: string): boolean {
    return this.#left.get(id)?.seq !== undefined
  }

  /** Resolves once everything is stored and the session is still one's own; rejects with `StoreError`. */
  async settle(): Promise<void> {
    await this.#journal.settle()
  }

  watch(tell: (error: StoreError) => void): () => void {
    return this.#journal.watch(tell)
  }

  remember(parts: Remembered): void {
    this.#parts = parts
  }

  /**
   * Takes the session, and makes everything as it was: once, however often it is asked to. Rejects with `StoreError`.
   * @param asker aborted once nobody waits for it any more: then the session is left to whoever has it
   */
  async restore(asker: AbortSignal): Promise<LeftBehind> {
    this.#asker = asker
    this.#restoring ??= this.#restore()
    try {
      const left = await this.#restoring
      return this.#isOver ? { ...left, session: undefined } : left
    } catch (error) {
      this.#restoring = undefined
      // Whoever asked before has given up, and this one came too late to be waited for.
      if (isUnwanted(error) && !asker.aborted) return this.restore(asker)
      throw error
    }
  }

  async #restore(): Promise<LeftBehind> {
    const parts = this.#parts
    if (parts === undefined) throw new TypeError('there is nothing to remember')
    const { saved, ignored } = await this.#journal.open(() => this.#asker?.aborted !== true)
    const unread: StoreError[] = [...ignored]
    const readable = (xml: string): XmlElement | undefined => {
      try {
        const element = readFrame(xml)
        const to = element.attribute('to')
        if (to !== undefined) parseJid(to)
        return element
      } catch (cause) {
        if (!(cause instanceof XmppError || cause instanceof RangeError)) throw cause
        unread.push(new StoreError('garbage', 'a stanza that is stored cannot be read', { cause }))
        return undefined
      }
    }
    this.#facts = saved.facts
    this.repeats.restore(saved.seen)
    restoreRoster(saved, parts.roster, readable)
    for (const [from, xml] of saved.presences) this.#mayStore(from, xml, parts.roster)
    const session = usable(saved.session)
    const messages = restoreMessages(saved, parts.outbox, this, readable)
    this.#left = new Map(messages.map((each) => [each.fate.delivery.id, each]))
    const goOn: LeftMessage[] = []
    for (const each of messages) {
      const { fate, seq, stanza } = each
      parts.messages.remember(fate)
      const waits = seq === undefined && parts.outbox.gate?.claims({ stanza, sent: fate })
      if (session === undefined || waits === true) fate.lost(stanza)
      else goOn.push(each)
    }
    if (session !== undefined) {
      parts.ledger.restore(saved.handled, goOn)
      parts.bus.restore(parts.ledger, { full: session.jid, bare: parseJid(session.jid).bare.toString() })
      this.#presences = [...saved.presences.values()].flatMap((xml) => readable(xml) ?? [])
    }
    this.#listen(parts)
    this.#restorations.next({
      session: session !== undefined,
      deliveries: messages.map(({ fate }) => fate.delivery),
      ignored: unread,
    })
    return {
      session: session && {
        previd: session.previd,
        endpoint: session.endpoint ?? undefined,
        // Nobody knows when its connection was lost: an idle one may have been there until this process began.
        maxMs: session.maxMs ?? undefined,
      },
      scramPinned: saved.isPinned,
    }
  }

  /** The session goes on: who was there is there, until something else is heard. */
  replay(): void {
    const presences = this.#presences
    this.#presences = []
    for (const presence of presences) this.#parts?.bus.dispatch(presence)
  }

  complete(): void {
    this.#restorations.complete()
  }

  #listen({ bus, roster }: Remembered): void {
    const note = (...changes: readonly Change[]) => this.#journal.note(...changes)
    roster.change$.subscribe(({ jid, item }) => {
      const version = roster.version ?? null
      if (jid !== undefined) return note(['contact', version, jid, item === undefined ? null : toText(item)])
      note(['roster', version])
      for (const [each, contact] of roster.contacts) note(['contact', version, each, toText(contact)])
    })
    bus.stanza$.subscribe((stanza) => {
      if (stanza.name !== 'presence') return
      const from = stanza.attribute('from')
      const type = stanza.attribute('type')
      if (from === undefined || (type !== undefined && type !== 'unavailable')) return
      // Who is in a room is told anew to who enters it; what a contact says is kept, whatever is in it.
      const isOfRoom = stanza.child('x', ns.roomUser) !== undefined
      if (isOfRoom && !isContact(from, roster)) return
      const text = type === undefined ? serialize(stanza) : ''
      // What was said before is true no longer.
      note(['presence', from, this.#mayStore(from, text, roster) ? text : null])
    })
    bus.session$.subscribe((standing) => {
      if (standing !== 'none') return
      this.#isOver = true
      this.#presences = []
      this.#strangers.giveAll()
      note(['alone'])
    })
  }

  /** Whether a presence is to outlive the process; an empty text is none. */
  #mayStore(from: string, text: string, roster: RosterStore): boolean {
    this.#strangers.give(from)
    if (text === '' || text.length > storedPresenceUnits) return false
    return isContact(from, roster) || this.#strangers.take(from, text)
  }
}

const isUnwanted = (error: unknown) =>
  error instanceof StoreError && error.cause instanceof TransportError && error.cause.reason === 'aborted'

const isContact = (from: string, roster: RosterStore) => roster.find(from.replace(/\/.*/s, '')) !== undefined

type Readable = (xml: string) => XmlElement | undefined

/** A message of an earlier process. */
interface LeftMessage extends LeftStanza {
  readonly stanza: XmlElement
  readonly fate: ShelvedMessage
}

function restoreMessages(
  { messages }: Saved,
  outbox: Outbox,
  shelf: Shelf,
  readable: Readable,
): readonly LeftMessage[] {
  return [...messages].flatMap(([key, { xml, moment, seq }]) => {
    const stanza = readable(xml)
    if (stanza === undefined) {
      shelf.remove(key)
      return []
    }
    const delivery = new Delivery(stanza.attribute('id') ?? '')
    delivery.store()
    const to = stanza.attribute('to')
    const bare = to === undefined ? undefined : parseJid(to).bare.toString()
    const isToAll = stanza.attribute('type') === 'groupchat'
    const fate = new ShelvedMessage(bare, delivery, outbox, isToAll, shelf, { key, moment })
    if (seq !== null) fate.counted(seq)
    return [{ stanza, fate, seq: seq ?? undefined }]
  })
}

function restoreRoster(saved: Saved, roster: RosterStore, readable: Readable): void {
  if (saved.contacts.size === 0 && saved.rosterVersion === null) return
  const items = [...saved.contacts.values()].flatMap((item) => readable(item) ?? [])
  roster.take(toRosterElement({ ver: saved.rosterVersion ?? undefined, payloads: items }))
}

/** An item by itself. */
const toText = (item: Parameters<typeof toItem>[0]) => serialize(toItem(item))

function toItem(item: NonNullable<Parameters<RosterStore['change']>[0]>): XmlElement {
  const [element] = toRosterElement({ items: [item] }).elements('item', ns.roster)
  if (element === undefined) throw new TypeError('a roster has no item')
  return element
}

/** A session whose address can be read. */
function usable(session: SavedSession | null): SavedSession | undefined {
  if (session === null) return undefined
  try {
    parseJid(session.jid)
    return session
  } catch {
    return undefined
  }
}
