import type { BindVerdict } from '../../machines/served-facts.js'
import type { StanzaErrorCondition } from '../errors.js'
import type { XmlElement } from '../xml/element.js'
import { becomeUnavailable } from './presence-broadcast.js'
import type { Realm } from './realm.js'
import { decideResource, type ResourceConflictPolicy } from './resource-binding.js'
import { Resource, type ResourceLink } from './resource.js'
import { readWantedResource, toBindRefusal, toBound } from './session-elements.js'

/** The resource of one session: asked for, given, and taken back. */
export class SessionBinding {
  #request: XmlElement | undefined
  #resource: Resource | undefined
  readonly #realm: Realm
  readonly #policy: ResourceConflictPolicy

  constructor(realm: Realm, policy: ResourceConflictPolicy) {
    this.#realm = realm
    this.#policy = policy
  }

  get resource(): Resource | undefined {
    return this.#resource
  }

  /** Decides what the client gets; throws TypeError if its account is gone. */
  decide(username: string, request: XmlElement): BindVerdict {
    const account = this.#realm.accounts.get(username)
    if (account === undefined) throw new TypeError('there is no such account any more')
    this.#request = request
    const wanted = readWantedResource(request, account.jid)
    const { limits, nextId } = this.#realm
    return decideResource(account, wanted, this.#policy, limits.resourcesPerAccount, nextId)
  }

  /** The answer that grants the request. */
  grant(username: string, name: string): XmlElement | undefined {
    const account = this.#realm.accounts.get(username)
    const request = this.#request
    this.#request = undefined
    return account === undefined || request === undefined
      ? undefined
      : toBound(request, account.jid.withResource(name))
  }

  /** The answer that refuses it. */
  refuse(condition: StanzaErrorCondition): XmlElement | undefined {
    return this.#request === undefined ? undefined : toBindRefusal(this.#request, condition)
  }

  /** From now on stanzas find the session; an older one of the same address ends (RFC 6120 §7.7.2.2). */
  announce(username: string, name: string, link: ResourceLink): void {
    const account = this.#realm.accounts.get(username)
    if (account === undefined) return
    account.resources
      .get(name)
      ?.link.close({ condition: 'conflict', text: 'another session took this resource' })
    this.#resource = new Resource(account, account.jid.withResource(name), link)
    account.resources.set(name, this.#resource)
  }

  /** The session goes on with a resource that another one gives up (XEP-0198 §5). */
  adopt(resource: Resource, link: ResourceLink): void {
    resource.link = link
    this.#resource = resource
  }

  /** Another session goes on with the resource. */
  release(): void {
    this.#resource = undefined
  }

  /** From now on they do not, and whoever saw it available hears of that. */
  withdraw(): void {
    const resource = this.#resource
    if (resource === undefined || resource.account.resources.get(resource.name) !== resource) return
    resource.account.resources.delete(resource.name)
    becomeUnavailable(this.#realm, resource)
  }
}
