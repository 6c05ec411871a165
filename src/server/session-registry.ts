import { BehaviorSubject, defer, Subject } from 'rxjs'
import type { InspectionEvent } from 'xstate'
import { harmless } from '../router/harmless.js'
import { createOutbound } from '../router/outbound.js'
import type { Jid } from '../stanza/jid.js'
import { toStreamErrorElement } from '../stanza/stream-error.js'
import type { Transport } from '../transport/transport.js'
import * as ns from '../xml/namespaces.js'
import type { Disturbance } from './disturbance.js'
import { Line } from './line.js'
import type { Realm } from './realm.js'
import { toStanzaFacts, type ServerEvent, type SessionFacts } from './server-events.js'
import { Session, type SessionObserver, type SessionSettings } from './session.js'

/** Every connection of the server, from accepting it to its end. */
export class SessionRegistry {
  readonly #realm: Realm
  readonly #settings: SessionSettings
  readonly #observer: SessionObserver
  readonly #sessions = new Map<string, Session>()
  readonly #sessions$ = new BehaviorSubject<readonly SessionFacts[]>([])
  readonly #events$ = new Subject<ServerEvent>()
  /** Every connection, replayed. */
  readonly sessions$ = defer(() => {
    if (!this.#closing) this.#sessions$.next(this.#facts())
    return this.#sessions$
  })
  readonly events$ = this.#events$.asObservable()
  #count = 0
  #closing = false
  #emptied: (() => void) | undefined

  constructor(
    realm: Realm,
    settings: SessionSettings,
    inspect: ((event: InspectionEvent) => void) | undefined,
  ) {
    this.#realm = realm
    this.#settings = settings
    this.#observer = {
      changed: (session) => {
        this.#publish()
        this.#events$.next({ kind: 'changed', session: toFacts(session) })
      },
      stanza: (session, direction, element) => {
        if (!this.#events$.observed) return
        const stanza = toStanzaFacts(element, element.namespace === ns.client)
        this.#events$.next({ kind: 'stanza', session: session.id, direction, stanza })
      },
      defect: (session, error) => {
        const message = error instanceof Error ? error.message : String(error)
        this.#events$.next({ kind: 'defect', session: session.id, message })
      },
      ended: (session) => this.#forget(session),
      inspect: inspect === undefined ? undefined : harmless(inspect),
    }
  }

  accept(transport: Transport): void {
    if (this.#closing) return transport.destroy()
    if (this.#sessions.size >= this.#realm.limits.connections) return this.#turnAway(transport)
    this.#count += 1
    const id = `session-${this.#count}`
    const session = new Session(id, new Line(transport), this.#realm, this.#settings, this.#observer)
    this.#sessions.set(id, session)
    this.#events$.next({ kind: 'connected', session: id, address: transport.address })
    return session.start()
  }

  /** Disturbs the session of a full JID, or every one of an account; tells how many those are. */
  disturb(jid: Jid, how: Disturbance): number {
    const isMeant = (own: Jid) => (jid.resource === undefined ? own.bare : own).equals(jid)
    const meant = [...this.#sessions.values()].filter(
      (session) => session.jid !== undefined && isMeant(session.jid),
    )
    for (const session of meant) session.disturb(how)
    return meant.length
  }

  /** Ends every session with system-shutdown and resolves when the last is gone; takes no other. */
  async close(): Promise<void> {
    this.#closing = true
    if (this.#sessions.size > 0) {
      await new Promise<void>((resolve) => {
        const before = this.#emptied
        this.#emptied = () => {
          before?.()
          resolve()
        }
        for (const session of this.#sessions.values()) {
          session.close({ condition: 'system-shutdown', text: 'the server shuts down' })
          // Nobody there will answer.
          if (session.transport.isSilent) session.disturb('cut')
        }
      })
    }
    this.#sessions$.complete()
    this.#events$.complete()
  }

  #turnAway(transport: Transport): void {
    this.#events$.next({ kind: 'turnedAway', address: transport.address })
    const outbound = createOutbound(transport, this.#realm.limits.outboundBytes)
    transport.start({ data: () => {}, closed: () => {} })
    outbound.open({ from: this.#realm.domain.toString(), id: this.#realm.nextId(), version: '1.0' })
    outbound.send(
      toStreamErrorElement({ condition: 'resource-constraint', text: 'too many connections', lang: 'en' }),
    )
    outbound.close()
    outbound.left(() => transport.destroy())
  }

  #forget(session: Session): void {
    if (!this.#sessions.delete(session.id)) return
    this.#publish()
    const { output } = session.actor.getSnapshot()
    this.#events$.next({ kind: 'ended', session: session.id, fault: output?.fault })
    if (this.#sessions.size === 0) this.#emptied?.()
  }

  #publish(): void {
    if (this.#sessions$.observed) this.#sessions$.next(this.#facts())
  }

  #facts(): readonly SessionFacts[] {
    return [...this.#sessions.values()].map(toFacts)
  }
}

function toFacts({ id, transport, actor, jid }: Session): SessionFacts {
  const { value, context } = actor.getSnapshot()
  return {
    id,
    address: transport.address,
    framing: transport.framing,
    secure: transport.tls !== null,
    state: toPath(value),
    username: context.username,
    jid: jid?.toString(),
  }
}

function toPath(value: unknown): string {
  if (typeof value === 'string') return value
  const [entry] = Object.entries(value ?? {})
  return entry === undefined ? '' : `${entry[0]}.${toPath(entry[1])}`
}
