import type { AccountRequest, AccountVerdict } from '../../machines/served-facts.js'
import { parseIq, toResultElement, type IqRequest } from '../stanza/iq.js'
import { parseLegacyAuth, toLegacyAuthFieldsElement } from '../stanza/legacy-auth.js'
import { toErrorReply } from '../stanza/stanza-error.js'
import type { Transport } from '../transport/transport.js'
import type { XmlElement } from '../xml/element.js'
import type { Credentials } from './credentials.js'
import type { Realm } from './realm.js'
import type { Refusal, Registrar } from './registrar.js'
import { decideResource, type ResourceConflictPolicy } from './resource-binding.js'
import type { LegacyIdentificationOptions } from './server-options.js'
import { readResource } from './session-elements.js'

export interface AccountSettings {
  readonly credentials: Credentials
  readonly resourceConflict: ResourceConflictPolicy
  readonly allowPlaintext: boolean
  /** Where clients may identify without SASL. */
  readonly legacyIdentification: LegacyIdentificationOptions | undefined
  /** Where clients may make accounts. */
  readonly registrar: Registrar | undefined
}

/** The server's hands where somebody makes an account, or says who it is without SASL, on one connection. */
export class SessionAccount {
  readonly #settings: AccountSettings
  readonly #realm: Realm
  readonly #transport: Transport
  #answer: XmlElement | undefined
  #token: string | undefined
  #hasMade = false

  constructor(settings: AccountSettings, realm: Realm, transport: Transport) {
    this.#settings = settings
    this.#realm = realm
    this.#transport = transport
  }

  /** The server is as old as it wishes to be. */
  get isBeforeVersionOne(): boolean {
    return this.#settings.legacyIdentification?.beforeVersionOne === true
  }

  /** What this channel allows: passwords cross encrypted ones alone. */
  get requests(): readonly AccountRequest[] {
    const { registrar } = this.#settings
    const isSecure = this.#transport.tls !== null
    const { digest, password } = this.#forms
    return [
      ...(digest || password ? (['identification'] as const) : []),
      ...(registrar !== undefined && isSecure ? (['registration'] as const) : []),
      ...(registrar?.invites === true && isSecure ? (['invitation'] as const) : []),
    ]
  }

  /** The answer to the last request, once. */
  takeAnswer(): XmlElement | undefined {
    const answer = this.#answer
    this.#answer = undefined
    return answer
  }

  /** Serves a request; what it is answered with is kept until it is taken. */
  async serve(request: AccountRequest, element: XmlElement, streamId: string): Promise<AccountVerdict> {
    const iq = parseIq(element)
    if (iq.kind === 'problem' || (iq.type !== 'get' && iq.type !== 'set')) {
      return this.#refuse(element, { condition: 'bad-request' })
    }
    if (request === 'identification') return this.#identify(iq, element, streamId)
    return request === 'invitation' ? this.#welcome(iq, element) : this.#register(iq, element)
  }

  get #forms() {
    const { allowPlaintext, legacyIdentification } = this.#settings
    const isSecure = this.#transport.tls !== null
    const forms =
      legacyIdentification === undefined ? [] : (legacyIdentification.forms ?? ['digest', 'password'])
    return {
      digest: forms.includes('digest') && (isSecure || allowPlaintext),
      password: forms.includes('password') && isSecure,
    }
  }

  async #identify(iq: IqRequest, element: XmlElement, streamId: string): Promise<AccountVerdict> {
    if (iq.type === 'get') return this.#grant(iq, toLegacyAuthFieldsElement(this.#forms))
    const { digest, password, resource, username } = parseLegacyAuth(iq.payload) ?? {}
    const { credentials, resourceConflict } = this.#settings
    const given =
      digest !== undefined && this.#forms.digest
        ? { digest, streamId }
        : password !== undefined && this.#forms.password
          ? { password }
          : undefined
    if (username === undefined || resource === undefined || given === undefined) {
      return this.#refuse(element, { condition: 'not-acceptable', text: 'something is missing' })
    }
    const isKnown = await credentials.matches(username, given)
    const account = this.#realm.accounts.get(credentials.localOf(username) ?? '')
    if (!isKnown || account === undefined || account.takeRefusal())
      return this.#refuse(element, { condition: 'not-authorized' })
    const wanted = readResource(resource, account.jid)
    const { limits, nextId } = this.#realm
    // Nobody would tell the client of another resource than it asked for.
    const policy = resourceConflict === 'rename' ? 'refuse' : resourceConflict
    const verdict = decideResource(account, wanted, policy, limits.resourcesPerAccount, nextId)
    if (verdict.kind === 'refused') {
      this.#answer = toErrorReply(element, { condition: verdict.condition })
      return { kind: 'answered' }
    }
    this.#answer = toResultElement(iq)
    return { kind: 'identified', username: account.jid.local ?? '', resource: verdict.resource }
  }

  #welcome(iq: IqRequest, element: XmlElement): AccountVerdict {
    const token = iq.payload.attribute('token') ?? ''
    if (this.#settings.registrar?.isInvitation(token) !== true) {
      return this.#refuse(element, {
        condition: 'item-not-found',
        text: 'the invitation is invalid or expired',
      })
    }
    this.#token = token
    return this.#grant(iq)
  }

  async #register(iq: IqRequest, element: XmlElement): Promise<AccountVerdict> {
    const { registrar } = this.#settings
    if (registrar === undefined) return this.#refuse(element, { condition: 'service-unavailable' })
    if (iq.type === 'get') return this.#grant(iq, registrar.toForm())
    if (this.#hasMade) {
      return this.#refuse(element, { condition: 'not-acceptable', text: 'one account for one connection' })
    }
    const refusal = await registrar.make(iq.payload, this.#token)
    if (refusal !== undefined) return this.#refuse(element, refusal)
    this.#hasMade = true
    return this.#grant(iq)
  }

  #grant(iq: IqRequest, payload?: XmlElement): AccountVerdict {
    this.#answer = toResultElement(iq, payload)
    return { kind: 'answered' }
  }

  #refuse(element: XmlElement, { condition, text }: Refusal): AccountVerdict {
    this.#answer = toErrorReply(element, { condition, text, lang: text === undefined ? undefined : 'en' })
    return { kind: 'refused' }
  }
}
