import { findCapsClaim } from '../stanza/caps.js'
import { parseDiscoInfo, toDiscoInfoElement } from '../stanza/disco.js'
import { toIqElement } from '../stanza/iq.js'
import * as ns from '../xml/namespaces.js'
import type { Envelope } from './envelope.js'
import type { Realm } from './realm.js'
import type { Resource } from './resource.js'

/** What the client of one resource has said it can do, under one hash. */
interface Asked {
  readonly node: string
  features: ReadonlySet<string> | undefined
  readonly waiting: (() => void)[]
}

/** Questions that may be open at once; the oldest is given up. */
const openQuestionLimit = 1_000
/** Of one client, until it has said what it wants. */
const waitingLimit = 100

/**
 * What clients want to hear of: each is asked when there is something to hear, once for each hash that it shows.
 * @see XEP-0060 §9.2, XEP-0115 §6.2
 */
export class Interests {
  readonly #asked = new WeakMap<Resource, Asked>()
  /** By the id of the request. */
  readonly #open = new Map<string, { readonly resource: Resource; readonly asked: Asked }>()

  /** Calls back if the client wants to hear of the node: at once where that is known, else once it has said so. */
  whenInterested(realm: Realm, resource: Resource, node: string, tell: () => void): void {
    const claim = findCapsClaim(resource.presence?.elements() ?? [])
    if (claim === undefined) return
    let asked = this.#asked.get(resource)
    if (asked?.node !== claim.node) {
      asked = { node: claim.node, features: undefined, waiting: [] }
      this.#asked.set(resource, asked)
      this.#ask(realm, resource, asked)
    }
    const one = asked
    const tellIf = () => {
      if (one.features?.has(`${node}+notify`) === true) tell()
    }
    if (one.features !== undefined) tellIf()
    else if (one.waiting.length < waitingLimit) one.waiting.push(tellIf)
  }

  /** Takes what a client says to the server without having been asked by anybody else. */
  answer({ element, from }: Envelope): void {
    const id = element.attribute('id') ?? ''
    const question = this.#open.get(id)
    if (question === undefined || !question.resource.jid.equals(from)) return
    this.#open.delete(id)
    const query = element.attribute('type') === 'result' ? element.child('query', ns.discoInfo) : undefined
    question.asked.features = new Set(query && parseDiscoInfo(query)?.features)
    for (const tell of question.asked.waiting.splice(0)) tell()
  }

  #ask(realm: Realm, resource: Resource, asked: Asked): void {
    const id = realm.nextId()
    this.#open.set(id, { resource, asked })
    const [oldest] = this.#open.keys()
    if (this.#open.size > openQuestionLimit && oldest !== undefined) this.#open.delete(oldest)
    const payload = toDiscoInfoElement({ node: asked.node })
    resource.send(toIqElement({ type: 'get', id, from: realm.domain, to: resource.jid, payload }))
  }
}
