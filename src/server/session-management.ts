import type { ResumptionVerdict, ServedFault, ServedSessionEvent } from '../../machines/served-facts.js'
import { findCarbon } from '../stanza/carbons.js'
import { Jid, tryParseJid } from '../stanza/jid.js'
import { parseStreamManagement, toStreamManagementElement } from '../stanza/stream-management.js'
import type { XmlElement } from '../xml/element.js'
import type { Account } from './account.js'
import type { Unsent } from './backlog.js'
import { Ledger } from './ledger.js'
import type { Realm } from './realm.js'
import type { Resource } from './resource.js'
import type { Resumable } from './resumptions.js'

/** The session that is managed, as its management needs it. */
export interface ManagedSession {
  /** Writes to the client. @param others given: the stanza is in no ledger, and is `takeUnsent` where it does not leave */
  write(element: XmlElement, others?: readonly Resource[]): void
  /** What has not left, and is in no ledger. */
  takeUnsent(): readonly Unsent[]
  /** What is sent now is sent in one go. */
  isInBurst(): boolean
  /** Sends what was held back. */
  turnActive(): void
  /** Lets the resource go, and ends without telling anybody. */
  supersede(): void
  close(fault: ServedFault): void
}

interface Managed {
  readonly resource: Resource
  readonly ledger: Ledger
  /** `undefined`: not to be resumed. */
  readonly resumption: { readonly id: string; readonly patienceMs: number } | undefined
}

/** Stream management of one connection: counts, asks, and goes on with an earlier session (XEP-0198). */
export class SessionManagement {
  readonly #realm: Realm
  readonly #session: ManagedSession
  #managed: Managed | undefined
  /** What this connection has asked to go on with. */
  #earlier: { readonly id: string; readonly handled: number; readonly session: Resumable } | undefined
  /** How much had been sent when the client was last asked; `undefined`: it has answered. */
  #askedAt: number | undefined

  constructor(realm: Realm, session: ManagedSession) {
    this.#realm = realm
    this.#session = session
  }

  /** The client says something about it: counting is plain, what changes what may happen is for the chart. */
  take(element: XmlElement, account: Account | undefined): ServedSessionEvent | undefined {
    const command = parseStreamManagement(element)
    switch (command?.kind) {
      case 'enable': {
        const { resume, max } = command
        const wish = { resume, patienceMs: max === undefined ? undefined : max * 1000 }
        return { type: 'management.requested', wish }
      }
      case 'resume':
        return { type: 'resumption.requested', verdict: this.#judge(account, command.previd, command.h) }
      case 'r':
      case 'a':
        if (this.#managed === undefined) return misplaced
        return command.kind === 'a'
          ? this.#acknowledge(this.#managed, command.h)
          : this.#answer(this.#managed)
      default:
        return misplaced
    }
  }

  /** Grants it, and counts from now on. @param patienceMs `undefined`: it is not to be resumed */
  enable(resource: Resource, patienceMs: number | undefined): void {
    const resumption = patienceMs === undefined ? undefined : { id: this.#realm.nextId(), patienceMs }
    this.#session.write(
      toStreamManagementElement({
        kind: 'enabled',
        id: resumption?.id,
        resume: resumption !== undefined,
        max: patienceMs === undefined ? undefined : Math.ceil(patienceMs / 1000),
        location: undefined,
      }),
    )
    this.#begin({ resource, ledger: new Ledger(), resumption })
  }

  /** Takes the session that was judged resumable away from the connection that had it. */
  takeOver(): Resource | undefined {
    if (this.#earlier === undefined) return undefined
    const { id, handled, session } = this.#earlier
    const { ledger, resource, patienceMs } = session
    this.#earlier = undefined
    ledger.acknowledge(handled)
    session.supersede()
    this.#begin({ resource, ledger, resumption: { id, patienceMs } })
    return resource
  }

  /** Says so, and sends again what the client does not have. */
  greet(): void {
    if (this.#managed?.resumption === undefined) return
    const { ledger, resumption } = this.#managed
    this.#session.write(
      toStreamManagementElement({ kind: 'resumed', previd: resumption.id, h: ledger.handled }),
    )
    for (const { element } of ledger.owed) this.#session.write(element)
    this.#ask()
  }

  /** A stanza of the client has been taken. */
  handle(): void {
    this.#managed?.ledger.handle()
  }

  /** The client has more to acknowledge than may wait for that: whatever it is sent now counts. */
  get isOver(): boolean {
    return this.#managed?.ledger.isOver(this.#realm.limits) ?? false
  }

  /** A stanza goes to the client, which is asked whether it has it: one question at a time. */
  send(element: XmlElement, others: readonly Resource[]): void {
    if (this.#managed === undefined) return this.#session.write(element, others)
    const { ledger } = this.#managed
    const isOfBurst = this.#session.isInBurst()
    ledger.send({ element, sentAt: this.#realm.now(), others, isOfBurst })
    this.#session.write(element)
    this.#ask()
    if (!isOfBurst && ledger.exceeds(this.#realm.limits)) {
      queueMicrotask(() => this.#session.close(tooManyOwed))
    }
  }

  /** The transport is gone, and the session waits. */
  wait(): void {
    this.#session.turnActive()
    if (this.#managed?.resumption === undefined) return
    const { resource, resumption } = this.#managed
    resource.account.resumptions.wait(resumption.id)
  }

  /** The session is over: what the client may not have takes another way (XEP-0198 §4). */
  end(resource: Resource | undefined): void {
    const unsent = this.#session.takeUnsent()
    const managed = this.#managed
    this.#managed = undefined
    if (resource === undefined) return
    if (managed?.resumption !== undefined)
      resource.account.resumptions.close(managed.resumption.id, managed.ledger.handled)
    for (const one of [...unsent, ...(managed?.ledger.takeOwed() ?? [])]) redirect(this.#realm, resource, one)
  }

  #judge(account: Account | undefined, id: string, handled: number): ResumptionVerdict {
    const session = account?.resumptions.find(id)
    if (session === undefined) return { kind: 'unknown', handled: account?.resumptions.handledOf(id) }
    const { ledger, resource, patienceMs } = session
    if (!ledger.mayHave(handled)) return { kind: 'overcounted', fault: overcount(handled, ledger) }
    this.#earlier = { id, handled, session }
    return { kind: 'resumable', resource: resource.name, patienceMs }
  }

  #answer({ ledger }: Managed): undefined {
    this.#session.write(toStreamManagementElement({ kind: 'a', h: ledger.handled }))
  }

  #acknowledge({ ledger }: Managed, handled: number): ServedSessionEvent | undefined {
    if (!ledger.mayHave(handled)) return { type: 'session.close', fault: overcount(handled, ledger) }
    ledger.acknowledge(handled)
    const hasMore = this.#askedAt !== ledger.sent
    this.#askedAt = undefined
    if (hasMore) this.#ask()
    return undefined
  }

  #begin(managed: Managed): void {
    const { ledger, resource, resumption } = managed
    this.#managed = managed
    this.#askedAt = undefined
    if (resumption === undefined) return
    resource.account.resumptions.open(resumption.id, {
      ledger,
      resource,
      patienceMs: resumption.patienceMs,
      supersede: () => {
        // What it holds back would be in no ledger: whoever goes on is told of it.
        this.#session.turnActive()
        this.#managed = undefined
        this.#session.supersede()
      },
      expire: () => this.#session.close(tooManyWait),
    })
  }

  #ask(): void {
    if (this.#managed === undefined || this.#askedAt !== undefined) return
    const { ledger } = this.#managed
    if (ledger.owed.length === 0) return
    this.#askedAt = ledger.sent
    this.#session.write(toStreamManagementElement({ kind: 'r' }))
  }
}

const misplaced: ServedSessionEvent = { type: 'element.received' }

const tooManyOwed = {
  condition: 'policy-violation',
  text: 'too many stanzas wait to be acknowledged',
} as const

const tooManyWait = {
  condition: 'resource-constraint',
  text: 'too many sessions of this account wait to be resumed',
} as const

function overcount(handled: number, { sent }: Ledger): ServedFault {
  const text = `you acknowledge ${handled} stanzas where ${sent} were sent`
  return { condition: 'undefined-condition', text, overcount: { handled, sent } }
}

/** As if it came for somebody who is gone, unless another resource has it. Presence tells of a moment that is over. */
function redirect(
  realm: Realm,
  { account, jid }: Pick<Resource, 'account' | 'jid'>,
  { element, sentAt, others }: Unsent,
): void {
  if (element.name === 'presence') return
  if (others.some((other) => account.resources.get(other.name) === other)) {
    account.leftToOthers.add(element)
    return
  }
  const from = tryParseJid(element.attribute('from') ?? '')
  const to = tryParseJid(element.attribute('to') ?? jid.toString())
  if (!(from instanceof Jid) || !(to instanceof Jid)) return
  if (!from.equals(account.jid)) return realm.deliver({ element, from, to, sentAt })
  // What the account itself says, such as archived messages, was for this session alone; of a copy only this one may be left.
  const message = findCarbon(element.elements())?.message
  if (message !== undefined && account.leftToOthers.has(message))
    redirect(realm, { account, jid }, { element: message, sentAt, others })
}
