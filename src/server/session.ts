import { createActor, fromPromise, type Actor, type InspectionEvent } from 'xstate'
import type { ServedChannelFacts, ServedFault, ServedTimeouts } from '../../machines/served-facts.js'
import { servedSessionMachine } from '../../machines/served-session.js'
import { TransportError } from '../errors.js'
import { createInbound, type Inbound, type StreamHeader } from '../router/inbound.js'
import { createOutbound, type Outbound } from '../router/outbound.js'
import { parseClientState } from '../stanza/client-state.js'
import { tryParseJid, Jid } from '../stanza/jid.js'
import type { TlsServerOptions } from '../transport/transport.js'
import type { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { Backlog } from './backlog.js'
import { dispatch } from './dispatch.js'
import { withLang } from './envelope.js'
import type { Disturbance } from './disturbance.js'
import type { Line } from './line.js'
import { toXmlLimits } from './limits.js'
import type { Realm } from './realm.js'
import { Quiet } from './quiet.js'
import { nobodyElse, type Resource, type ResourceLink } from './resource.js'
import type { ResourceConflictPolicy } from './resource-binding.js'
import { offerMechanisms, type SaslSettings } from './sasl-exchange.js'
import { SessionAccount, type AccountSettings } from './session-account.js'
import { SessionBinding } from './session-binding.js'
import { SessionLogin } from './session-login.js'
import { SessionManagement } from './session-management.js'
import {
  isOfStanza,
  proceed,
  tlsFailure,
  toBindingFeatures,
  toEvent,
  toFault,
  toManagementFailure,
  toOpenFeatures,
} from './session-elements.js'

export interface SessionSettings extends SaslSettings, AccountSettings {
  /** For STARTTLS; without it that is not offered. */
  readonly tls: TlsServerOptions | undefined
  readonly timeouts: ServedTimeouts
  readonly resourceConflict: ResourceConflictPolicy
}

/** What a session tells its server; called synchronously. */
export interface SessionObserver {
  readonly changed: (session: Session) => void
  readonly stanza: (session: Session, direction: 'in' | 'out', element: XmlElement) => void
  /** The server's own mistake; the session ends with internal-server-error. */
  readonly defect: (session: Session, error: unknown) => void
  readonly ended: (session: Session) => void
  readonly inspect: ((event: InspectionEvent) => void) | undefined
}

/** The hands of one `servedSession`: does what the chart names, and tells it what the client does. */
export class Session implements ResourceLink {
  readonly id: string
  readonly transport: Line
  readonly actor: Actor<ReturnType<Session['provide']>>
  readonly #realm: Realm
  readonly #settings: SessionSettings
  readonly #observer: SessionObserver
  readonly #inbound: Inbound
  readonly #outbound: Outbound
  readonly #backlog: Backlog
  readonly #login: SessionLogin
  readonly #binding: SessionBinding
  readonly #account: SessionAccount
  readonly #management: SessionManagement
  readonly #quiet: Quiet
  #header: StreamHeader = {}
  #isHeaderSent = false
  #streamId = ''
  /** The element that the chart is being told of: `<auth/>`, `<response/>` or a bind request. */
  #current: XmlElement | undefined
  #proceeded: Promise<unknown> = Promise.resolve()

  constructor(
    id: string,
    transport: Line,
    realm: Realm,
    settings: SessionSettings,
    observer: SessionObserver,
  ) {
    this.id = id
    this.transport = transport
    this.#realm = realm
    this.#settings = settings
    this.#observer = observer
    this.#login = new SessionLogin(settings, realm, transport)
    this.#account = new SessionAccount(settings, realm, transport)
    this.#binding = new SessionBinding(realm, settings.resourceConflict)
    this.#quiet = new Quiet(realm.limits.heldPresences)
    this.#management = new SessionManagement(realm, {
      write: (element, others) => this.#backlog.write(element, others),
      takeUnsent: () => this.#backlog.take(),
      isInBurst: () => this.#backlog.isBurst,
      close: (fault) => this.close(fault),
      turnActive: () => this.#turnActive(),
      supersede: () => {
        this.#binding.release()
        this.#tell({ type: 'session.superseded' })
      },
    })
    this.#outbound = createOutbound(transport, realm.limits.outboundBytes / 2)
    this.#backlog = new Backlog(transport, this.#outbound, realm, {
      halt: () => this.#inbound.halt(),
      readOn: () => this.#readOn(),
      isOwed: () => this.#management.isOver,
    })
    this.#inbound = createInbound(
      transport,
      {
        opened: (header) => this.#guarded(() => this.#takeHeader(header)),
        element: (element) => this.#guarded(() => this.#backlog.inOneGo(() => this.#take(element))),
        closed: () => this.#tell({ type: 'stream.ended' }),
        failed: ({ condition, message }) =>
          this.#tell({ type: 'stream.broken', fault: { condition, text: message } }),
      },
      toXmlLimits(realm.limits, settings.legacyIdentification !== undefined),
    )
    this.actor = createActor(this.provide(), {
      input: {
        domain: realm.domain.domain,
        channel: this.#channel(),
        isBeforeVersionOne: this.#account.isBeforeVersionOne,
        attempts: realm.limits.authenticationAttempts,
        timeouts: settings.timeouts,
      },
      ...(observer.inspect === undefined ? {} : { inspect: observer.inspect }),
    })
  }

  /** The full JID, once there is one. */
  get jid(): Jid | undefined {
    return this.#binding.resource?.jid
  }

  start(): void {
    this.actor.subscribe({
      next: () => {
        this.#observer.changed(this)
        queueMicrotask(() => this.#readOn())
      },
      error: (error) => {
        this.#observer.defect(this, error)
        this.#withdraw()
        this.#end()
      },
      complete: () => this.#end(),
    })
    this.actor.start()
    this.transport.start({
      data: (chunk) => this.#inbound.write(chunk),
      closed: (reason) => {
        this.#backlog.endConnection()
        // Its client would come back with the same.
        if (reason?.code === 'transport.overflow') this.#tell({ type: 'stream.broken', fault: frameTooLong })
        this.#tell({ type: 'transport.closed' })
      },
    })
  }

  send(element: XmlElement, others: readonly Resource[]): void {
    const [first, ...more] = this.#quiet.pass(element)
    if (first === element) return this.#send(element, others)
    this.#backlog.inOneGo(() => {
      if (first !== undefined) this.#send(first, nobodyElse)
      for (const due of more) this.#send(due, due === element ? others : nobodyElse)
    })
  }

  close(fault: ServedFault): void {
    this.#tell({ type: 'session.close', fault })
  }

  disturb(how: Disturbance): void {
    if (how === 'silence') this.transport.fallSilent()
    else this.transport.destroy()
  }

  /** The chart with every name filled in. */
  provide() {
    return servedSessionMachine.provide({
      actors: {
        secureChannel: fromPromise(({ signal }) => this.#secure(signal)),
        verifyResponse: fromPromise(async ({ input }) =>
          this.#login.verify(input.mechanism, this.#takeCurrent()),
        ),
        serveAccount: fromPromise(({ input }) =>
          this.#account.serve(input.request, this.#takeCurrent(), this.#streamId),
        ),
        bindResource: fromPromise(async ({ input }) =>
          this.#binding.decide(input.username, this.#takeCurrent()),
        ),
      },
      actions: {
        sendHeader: () => this.#sendHeader(),
        sendFeatures: ({ context }) =>
          this.#account.isBeforeVersionOne
            ? undefined
            : this.#write(this.#features(context.username !== undefined)),
        sendProceed: () => {
          this.#proceeded = new Promise((written) => this.#outbound.send(proceed, { written }))
        },
        sendTlsFailure: () => this.#write(tlsFailure),
        sendChallenge: () => this.#write(this.#login.toChallenge()),
        sendSuccess: () => this.#write(this.#login.toSuccess()),
        sendSaslFailure: (_, { condition }) => this.#write(this.#login.toFailure(condition)),
        sendAccountAnswer: () => this.#write(this.#account.takeAnswer()),
        restartStream: () => this.#restart(true),
        sendBindError: (_, { condition }) => this.#write(this.#binding.refuse(condition)),
        sendBound: ({ context }) =>
          this.#write(this.#binding.grant(context.username ?? '', context.resource ?? '')),
        announceSession: ({ context }) =>
          this.#binding.announce(context.username ?? '', context.resource ?? '', this),
        sendEnabled: ({ context }, { wish }) => {
          const { resource } = this.#binding
          if (resource === undefined) return
          this.#management.enable(resource, wish.resume ? context.patienceMs : undefined)
        },
        sendManagementRefusal: (_, { condition }) => this.#write(toManagementFailure(condition)),
        sendResumptionRefusal: (_, { verdict }) =>
          this.#write(
            toManagementFailure('item-not-found', verdict.kind === 'unknown' ? verdict.handled : undefined),
          ),
        takeSessionOver: () => {
          const resource = this.#management.takeOver()
          if (resource !== undefined) this.#binding.adopt(resource, this)
        },
        sendResumed: () => this.#management.greet(),
        leaveTransport: () => {
          this.#leaveTransport()
          this.#management.wait()
        },
        withdrawSession: () => this.#withdraw(),
        sendFault: ({ context }) => {
          if (context.fault === undefined) return
          if (!this.#isHeaderSent) this.#sendHeader()
          this.#write(toFault(context.fault))
        },
        closeStream: () => this.#backlog.close(),
        closeTransport: () => this.transport.close(),
        destroyTransport: () => this.transport.destroy(),
      },
    })
  }

  #send(element: XmlElement, others: readonly Resource[]): void {
    this.#observer.stanza(this, 'out', element)
    this.#management.send(element, others)
  }

  /** From now on nothing is held back. */
  #turnActive(): void {
    this.#quiet.set('active')
    this.#backlog.inOneGo(() => {
      for (const held of this.#quiet.take()) this.#send(held, nobodyElse)
    })
  }

  #tell(event: Parameters<Session['actor']['send']>[0]): void {
    if (this.actor.getSnapshot().status === 'active') this.actor.send(event)
  }

  /** A mistake of the server costs one session, never the process. */
  #guarded(deed: () => void): void {
    try {
      deed()
    } catch (error) {
      this.#observer.defect(this, error)
      this.close({ condition: 'internal-server-error', text: 'the server made a mistake' })
    }
  }

  #takeHeader(header: StreamHeader): void {
    this.#header = header
    const to = header.to === undefined ? undefined : tryParseJid(header.to)
    const domain =
      to instanceof Jid && to.local === undefined && to.resource === undefined ? to.domain : header.to
    this.#tell({ type: 'header.received', header: { to: domain, version: header.version } })
    this.#haltIfBusy()
  }

  #take(element: XmlElement): void {
    this.#observer.stanza(this, 'in', element)
    const { resource } = this.#binding
    if (resource !== undefined && this.actor.getSnapshot().hasTag('online')) {
      if (element.namespace === ns.streamManagement) return this.#takeManagement(element)
      const activity = parseClientState(element)
      if (activity === 'active') return this.#turnActive()
      if (activity === 'inactive') return this.#quiet.set('inactive')
      const event = toEvent(element)
      if (!isOfStanza(event)) return this.#tell(event)
      const fault = dispatch(this.#realm, resource, withLang(element, this.#header.lang))
      this.#management.handle()
      return fault === undefined ? undefined : this.close(fault)
    }
    if (element.namespace === ns.streamManagement) return this.#takeManagement(element)
    this.#current = element
    this.#tell(toEvent(element))
    return this.#haltIfBusy()
  }

  #takeManagement(element: XmlElement): void {
    const { username } = this.actor.getSnapshot().context
    const event = this.#management.take(element, this.#realm.accounts.get(username ?? ''))
    if (event !== undefined) this.#tell(event)
  }

  #haltIfBusy(): void {
    if (this.actor.getSnapshot().hasTag('busy')) this.#inbound.halt()
  }

  #readOn(): void {
    if (this.actor.getSnapshot().hasTag('busy') || this.#backlog.isBehind) return
    this.#guarded(() => this.#inbound.resume())
  }

  #takeCurrent(): XmlElement {
    const element = this.#current
    this.#current = undefined
    if (element === undefined) throw new TypeError('the chart asks for what nobody said')
    return element
  }

  #channel(): ServedChannelFacts {
    const { framing, tls } = this.transport
    return {
      secure: tls !== null,
      startTls: tls === null && framing === 'bytes' && this.#settings.tls !== undefined,
      mechanisms: offerMechanisms(this.#settings, this.transport).mechanisms,
      accountRequests: this.#account.requests,
    }
  }

  #features(isAuthenticated: boolean): XmlElement {
    if (isAuthenticated) return toBindingFeatures()
    const startTls = this.#channel().startTls ? { required: !this.#settings.allowPlaintext } : undefined
    return toOpenFeatures(offerMechanisms(this.#settings, this.transport), startTls, this.#account.requests)
  }

  #sendHeader(): void {
    const { from } = this.#header
    this.#isHeaderSent = true
    this.#streamId = this.#realm.nextId()
    this.#outbound.open({
      from: this.#realm.domain.toString(),
      ...(from === undefined ? {} : { to: from }),
      id: this.#streamId,
      ...(this.#account.isBeforeVersionOne ? {} : { version: '1.0' }),
      lang: 'en',
    })
  }

  #restart(isKnown = this.#settings.legacyIdentification !== undefined): void {
    this.#isHeaderSent = false
    this.#inbound.restart(toXmlLimits(this.#realm.limits, isKnown))
  }

  /** @see RFC 6120 §5.4.3: nothing that was said in clear may count afterwards. */
  async #secure(signal: AbortSignal): Promise<ServedChannelFacts> {
    const { tls } = this.#settings
    await this.#proceeded
    if (tls === undefined || this.#inbound.dropHeld() > 0) {
      throw new TransportError('tls-failed', 'bytes came in clear where TLS should begin')
    }
    await this.transport.startTls(tls, signal)
    this.#restart()
    return this.#channel()
  }

  #write(element: XmlElement | undefined): void {
    if (element !== undefined) this.#backlog.write(element)
  }

  #withdraw(): void {
    this.#binding.withdraw()
    this.#management.end(this.#binding.resource)
  }

  #leaveTransport(): void {
    this.#inbound.stop()
    this.#outbound.stop(new TransportError('closed', 'the connection has ended'))
  }

  #end(): void {
    this.#leaveTransport()
    this.transport.destroy()
    this.#login.end()
    this.#observer.ended(this)
  }
}

const frameTooLong: ServedFault = { condition: 'policy-violation', text: 'a frame was longer than may be' }
