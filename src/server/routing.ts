import type { MessageType } from '../stanza/message.js'

/** One connected resource of the addressee. */
export interface ResourceFacts {
  readonly resource: string
  /** `undefined`: connected, but no available presence has been sent. */
  readonly priority: number | undefined
}

/** Whom a stanza is for; `resource` is that of the address. */
export interface AddresseeFacts {
  readonly exists: boolean
  readonly resource: string | undefined
  readonly resources: readonly ResourceFacts[]
}

/** What becomes of a stanza for a local account. */
export type Route =
  | { readonly kind: 'deliver'; readonly resources: readonly string[] }
  /** Kept until the account is available. */
  | { readonly kind: 'store' }
  /** The server answers on behalf of the account. */
  | { readonly kind: 'serve' }
  | { readonly kind: 'refuse'; readonly condition: 'service-unavailable' }
  | { readonly kind: 'ignore' }

/**
 * Where a message goes. To a bare JID: the most available resources, which are those of the highest priority. To a full
 * JID that is gone: a chat message follows its bare JID, others come back.
 * @see RFC 6121 §8.5
 */
export function routeMessage(type: MessageType, addressee: AddresseeFacts): Route {
  const { exists, resource, resources } = addressee
  if (!exists) return type === 'error' ? ignore : refuse
  if (resource !== undefined) {
    if (isConnected(addressee, resource)) return deliver([resource])
    return type === 'chat'
      ? routeMessage(type, { exists, resource: undefined, resources })
      : outcomeOfGone[type]
  }
  if (type === 'error') return ignore
  if (type === 'groupchat') return refuse
  const ready = resources.flatMap(({ resource, priority }) =>
    priority !== undefined && priority >= 0 ? [{ resource, priority }] : [],
  )
  if (ready.length === 0) return type === 'headline' ? ignore : store
  if (type === 'headline') return deliver(ready.map(({ resource }) => resource))
  const highest = Math.max(...ready.map(({ priority }) => priority))
  return deliver(ready.filter(({ priority }) => priority === highest).map(({ resource }) => resource))
}

/**
 * Where presence without a type, or of type `unavailable` or `error`, goes; the types of subscriptions are not routed, and
 * probes are answered by the server.
 * @see RFC 6121 §8.5.1, §8.5.2.1.2, §8.5.3
 */
export function routePresence({ exists, resource, resources }: AddresseeFacts): Route {
  if (!exists) return ignore
  if (resource !== undefined)
    return isConnected({ exists, resource, resources }, resource) ? deliver([resource]) : ignore
  const available = resources.filter(({ priority }) => priority !== undefined)
  return available.length === 0 ? ignore : deliver(available.map(({ resource }) => resource))
}

/**
 * Where an IQ goes: requests to an account are the server's to answer, and answers that nobody awaits are dropped.
 * @see RFC 6121 §8.5.1, §8.5.2.1.3, §8.5.3
 */
export function routeIq(kind: 'request' | 'answer', addressee: AddresseeFacts): Route {
  const { exists, resource } = addressee
  const unreachable = kind === 'request' ? refuse : ignore
  if (!exists) return unreachable
  if (resource === undefined) return kind === 'request' ? { kind: 'serve' } : ignore
  return isConnected(addressee, resource) ? deliver([resource]) : unreachable
}

const refuse: Route = { kind: 'refuse', condition: 'service-unavailable' }
const ignore: Route = { kind: 'ignore' }
const store: Route = { kind: 'store' }

/** RFC 6121 §8.5.3.2.1: no resource matches the full JID. */
const outcomeOfGone: Readonly<Record<Exclude<MessageType, 'chat'>, Route>> = {
  error: ignore,
  groupchat: refuse,
  headline: ignore,
  normal: refuse,
}

function deliver(resources: readonly string[]): Route {
  return { kind: 'deliver', resources }
}

function isConnected({ resources }: AddresseeFacts, resource: string): boolean {
  return resources.some((facts) => facts.resource === resource)
}
