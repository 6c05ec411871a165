import type { SaslVerdict } from '../../machines/served-facts.js'
import type { SaslFailureCondition } from '../errors.js'
import { toSaslElement } from '../stanza/sasl.js'
import type { Transport } from '../transport/transport.js'
import type { XmlElement } from '../xml/element.js'
import { openAnonymousAccount } from './account-registry.js'
import type { Realm } from './realm.js'
import { SaslExchange, type SaslSettings } from './sasl-exchange.js'
import { readSaslData, toSaslFailure } from './session-elements.js'

/** The server's hands where a client says who it is by SASL, on one connection. */
export class SessionLogin {
  readonly #realm: Realm
  readonly #exchange: SaslExchange
  #forgetAccount: (() => void) | undefined

  constructor(settings: SaslSettings, realm: Realm, transport: Transport) {
    this.#realm = realm
    this.#exchange = new SaslExchange(settings, realm, transport)
  }

  /** Judges `<auth/>` or `<response/>`; who comes without an account gets one. */
  async verify(mechanism: string, element: XmlElement): Promise<SaslVerdict> {
    const said = readSaslData(element)
    if ('condition' in said) return { kind: 'refused', condition: said.condition }
    const verdict =
      element.name === 'auth'
        ? await this.#exchange.begin(mechanism, said.data)
        : await this.#exchange.respond(said.data ?? new Uint8Array())
    if (verdict.kind !== 'accepted' || verdict.username !== '') return verdict
    const { username, forget } = openAnonymousAccount(this.#realm)
    this.#forgetAccount = forget
    return { kind: 'accepted', username }
  }

  toChallenge(): XmlElement {
    return toSaslElement({ kind: 'challenge', data: this.#exchange.data ?? new Uint8Array() })
  }

  toSuccess(): XmlElement {
    return toSaslElement({ kind: 'success', data: this.#exchange.data })
  }

  toFailure(condition: SaslFailureCondition): XmlElement {
    return toSaslFailure(condition, this.#exchange.takeFailureText())
  }

  /** The account that was made for this connection goes with it. */
  end(): void {
    this.#forgetAccount?.()
  }
}
