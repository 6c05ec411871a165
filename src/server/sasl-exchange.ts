import type { SaslVerdict } from '../../machines/served-facts.js'
import { channelBindingTypes } from '../sasl/channel-binding.js'
import type { SaslOffer } from '../sasl/downgrade-protection.js'
import type { CertifiedAccount } from '../sasl/external-server.js'
import type { SaslServerStep } from '../sasl/mechanism.js'
import { findMechanism, saslMechanisms } from '../sasl/mechanisms.js'
import { createServerMechanism } from '../sasl/server-mechanisms.js'
import { Jid, tryParseJid } from '../stanza/jid.js'
import type { Transport } from '../transport/transport.js'
import type { Credentials } from './credentials.js'
import type { Realm } from './realm.js'

/** Every mechanism that a server offers unless it is told otherwise: all but ANONYMOUS. */
export const defaultMechanisms: readonly string[] = saslMechanisms
  .map(({ name }) => name)
  .filter((name) => name !== 'ANONYMOUS')

export interface SaslSettings {
  /** Mechanisms by name; each is offered where the channel allows it. */
  readonly mechanisms: readonly string[]
  /** Offers mechanisms without encryption too, but never PLAIN. */
  readonly allowPlaintext: boolean
  readonly credentials: Credentials
}

/**
 * Mechanisms that this channel allows, strongest first, and what they may bind to (XEP-0440): nothing without encryption
 * unless that is allowed, PLAIN only with it, EXTERNAL only for a certificate that was verified, -PLUS only where the
 * channel has something to bind to.
 */
export function offerMechanisms(settings: SaslSettings, transport: Transport): SaslOffer {
  const { tls } = transport
  if (tls === null && !settings.allowPlaintext) return { mechanisms: [] }
  const bindings = channelBindingTypes.filter((type) => transport.channelBinding(type) !== undefined)
  const mechanisms = saslMechanisms
    .filter(({ name, needs, bound, sendsPassword }) => {
      if (!settings.mechanisms.includes(name)) return false
      if (needs === 'certificate') return tls?.peer?.authorized === true
      return (tls !== null || !sendsPassword) && (!bound || bindings.length > 0)
    })
    .map(({ name }) => name)
  const hasBound = mechanisms.some((name) => findMechanism(name)?.bound === true)
  return hasBound ? { mechanisms, channelBindings: bindings } : { mechanisms }
}

/** The server's hands in SASL exchanges of one connection; what is secret stays in here. */
export class SaslExchange {
  /** What goes with the next challenge or success; `null`: no data at all. */
  data: Uint8Array | null = null
  #failureText: string | undefined
  readonly #settings: SaslSettings
  readonly #realm: Realm
  readonly #transport: Transport
  #next: ((response: Uint8Array) => Promise<SaslServerStep>) | undefined

  constructor(settings: SaslSettings, realm: Realm, transport: Transport) {
    this.#settings = settings
    this.#realm = realm
    this.#transport = transport
  }

  /** The client chose a mechanism, with or without an initial response. */
  async begin(name: string, initial: Uint8Array | null): Promise<SaslVerdict> {
    const mechanism = createServerMechanism(name, {
      accounts: this.#settings.credentials,
      offer: offerMechanisms(this.#settings, this.#transport),
      channelBinding: (type) => this.#transport.channelBinding(type),
      certified: this.#certified(),
    })
    if (mechanism === undefined) return { kind: 'refused', condition: 'invalid-mechanism' }
    return this.#judge(await mechanism.start(initial))
  }

  /** The client answered the challenge. */
  async respond(response: Uint8Array): Promise<SaslVerdict> {
    if (this.#next === undefined) return { kind: 'refused', condition: 'malformed-request' }
    return this.#judge(await this.#next(response))
  }

  /** What may be said about the failure that has just been judged, beside its condition. */
  takeFailureText(): string | undefined {
    const text = this.#failureText
    this.#failureText = undefined
    return text
  }

  #judge(step: SaslServerStep): SaslVerdict {
    this.#next = undefined
    this.#failureText = undefined
    if (step.kind === 'failure') {
      this.#failureText = step.scramError
      return { kind: 'refused', condition: step.condition }
    }
    if (step.kind === 'challenge') {
      this.data = step.challenge
      this.#next = step.next
      return { kind: 'challenged' }
    }
    this.data = step.additional
    if (step.username === '') return { kind: 'accepted', username: '' }
    const local = this.#settings.credentials.localOf(step.username)
    const account = local === undefined ? undefined : this.#realm.accounts.get(local)
    if (account === undefined || account.takeRefusal())
      return { kind: 'refused', condition: 'not-authorized' }
    if (!mayActAs(step.authzid, account.jid)) return { kind: 'refused', condition: 'invalid-authzid' }
    return { kind: 'accepted', username: account.jid.local ?? '' }
  }

  /** Accounts of this server that the client's certificate names (XEP-0178 §2). */
  #certified(): readonly CertifiedAccount[] {
    const peer = this.#transport.tls?.peer
    if (peer?.authorized !== true) return []
    return peer.xmppAddresses.flatMap((address) => {
      const jid = tryParseJid(address)
      const account = jid instanceof Jid ? this.#realm.accountOf(jid) : undefined
      return account === undefined ? [] : [{ username: account.jid.local ?? '', jid: account.jid.toString() }]
    })
  }
}

/** Nobody acts as somebody else here (RFC 6120 §6.3.8). */
function mayActAs(authzid: string, own: Jid): boolean {
  if (authzid === '') return true
  const jid = tryParseJid(authzid)
  return jid instanceof Jid && jid.equals(own)
}
