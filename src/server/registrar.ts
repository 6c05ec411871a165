import type { StanzaErrorCondition } from '../errors.js'
import { parseDataForm, toDataFormElement, toFormTypeField } from '../stanza/data-form.js'
import { toOutOfBandElement } from '../stanza/out-of-band.js'
import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import type { AccountRegistry } from './account-registry.js'
import type { ServerLimits } from './limits.js'
import type { RegistrationOptions } from './server-options.js'

/** Why there is no account. */
export interface Refusal {
  readonly condition: StanzaErrorCondition
  readonly text?: string | undefined
}

/** Who may have an account, and what has to be said for it; what clients have asked for is counted over all connections. */
export class Registrar {
  readonly #options: RegistrationOptions
  readonly #accounts: AccountRegistry
  readonly #limit: number
  readonly #invitations: Set<string>
  #made = 0

  constructor(options: RegistrationOptions, accounts: AccountRegistry, limits: ServerLimits) {
    this.#options = options
    this.#accounts = accounts
    this.#limit = limits.registeredAccounts
    this.#invitations = new Set(options.invitations)
  }

  /** Whether there are invitations. */
  get invites(): boolean {
    return this.#options.invitations !== undefined
  }

  isInvitation(token: string): boolean {
    return this.#invitations.has(token)
  }

  /** One more invitation; `undefined` where as many wait as there may be accounts. */
  issue(): string | undefined {
    if (this.#invitations.size >= this.#limit) return undefined
    const token = crypto.randomUUID()
    this.#invitations.add(token)
    return token
  }

  /** What has to be said, or where to go instead. @see XEP-0077 §3.1, §5, §6 */
  toForm(): XmlElement {
    const { form = false, instructions, redirect } = this.#options
    const words = instructions === undefined ? undefined : xml('instructions', ns.register, {}, instructions)
    if (redirect !== undefined) return xml('query', ns.register, {}, words, toOutOfBandElement(redirect))
    const names = this.#names()
    if (!form) return xml('query', ns.register, {}, words, ...names.map((name) => xml(name, ns.register)))
    const fields = names.map((name) => {
      const type = name === 'password' ? ('text-private' as const) : ('text-single' as const)
      return { name, type, label: name, isRequired: true }
    })
    const asked = [toFormTypeField(ns.register), ...fields]
    const paragraphs = instructions === undefined ? [] : [instructions]
    return xml(
      'query',
      ns.register,
      {},
      words,
      toDataFormElement({ type: 'form', instructions: paragraphs, fields: asked }),
    )
  }

  /** Makes an account of what was said; gives why not, if not. @param token the invitation that was shown */
  async make(query: XmlElement, token: string | undefined): Promise<Refusal | undefined> {
    const { redirect, refuse } = this.#options
    if (redirect !== undefined) return { condition: 'not-allowed', text: 'accounts are made elsewhere' }
    const { uninvited = !this.invites } = this.#options
    if (token === undefined ? !uninvited : !this.#invitations.has(token)) {
      return { condition: 'not-allowed', text: 'an account takes an invitation' }
    }
    const answers = this.#read(query)
    const { username = '', password = '' } = answers
    if (this.#names().some((name) => (answers[name] ?? '') === '')) {
      return { condition: 'not-acceptable', text: 'something is missing' }
    }
    if (this.#made >= this.#limit) return { condition: 'resource-constraint' }
    try {
      if (this.#accounts.has(username)) return { condition: 'conflict', text: 'the name is taken' }
      const refusal = refuse?.(answers)
      if (refusal !== undefined) return refusal
      await this.#add(username, password, token)
      return undefined
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return { condition: 'not-acceptable', text: 'this cannot be a name, or not a password' }
    }
  }

  /** Counted, and the invitation used up, before it is there: two at once are two. One that cannot be made costs nothing. */
  async #add(username: string, password: string, token: string | undefined): Promise<void> {
    this.#made += 1
    if (token !== undefined) this.#invitations.delete(token)
    try {
      await this.#accounts.add({ username, password })
    } catch (error) {
      this.#made -= 1
      if (token !== undefined) this.#invitations.add(token)
      throw error
    }
  }

  #names(): readonly string[] {
    return ['username', 'password', ...(this.#options.fields ?? [])]
  }

  #read(query: XmlElement): Readonly<Record<string, string>> {
    const form = query.elements('x', ns.dataForm).map(parseDataForm)[0]
    return Object.fromEntries(
      this.#names().map((name) => [
        name,
        form === undefined
          ? (query.child(name)?.text() ?? '')
          : (form.fields.find((field) => field.name === name)?.values[0] ?? ''),
      ]),
    )
  }
}
