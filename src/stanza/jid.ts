import { detach } from '../xml/interner.js'
import { prepareDomain } from './domain.js'
import { enforceOpaqueString, enforceUsernameCaseMapped, nameCharacter, type Refusal } from './precis.js'

/** The longest that each part of a JID may be, in bytes of UTF-8. @see RFC 7622 §3.1 */
export const jidPartLimitBytes = 1023

// Preparation can shorten a part (composition takes at most four code units to one), so this is not a rule of the RFC
// but the length from which no text can be a JID.
const jidLimitUnits = 4 * 3 * jidPartLimitBytes

/** The parts of a JID before preparation. */
export interface JidParts {
  readonly local?: string | undefined
  readonly domain: string
  readonly resource?: string | undefined
}

/** What the application may give wherever a JID is wanted. */
export type JidInput = string | Jid | JidParts

/** Why a text is not a JID: the part that is wrong (`address` is the whole) and what is wrong with it. */
export interface JidProblem {
  readonly part: 'address' | 'localpart' | 'domainpart' | 'resourcepart'
  /** Worded to follow the name of the part: `is empty`. It names code points by number and repeats none of the text. */
  readonly reason: string
}

let construct: (local: string | undefined, domain: string, resource: string | undefined, text: string) => Jid

/**
 * A prepared XMPP address; immutable. There is no way to an unprepared one, so two of them are the same address exactly
 * when their texts are equal. @see RFC 7622
 */
export class Jid {
  /** `undefined` where nothing stands before the domain, as with servers. */
  readonly local: string | undefined
  readonly domain: string
  /** `undefined` where it is bare. */
  readonly resource: string | undefined
  readonly #text: string
  #bare: Jid | undefined

  static {
    construct = (local, domain, resource, text) => new Jid(local, domain, resource, text)
  }

  private constructor(local: string | undefined, domain: string, resource: string | undefined, text: string) {
    this.local = local
    this.domain = domain
    this.resource = resource
    this.#text = text
  }

  /** The address without its resourcepart: itself where it has none. */
  get bare(): Jid {
    if (this.resource === undefined) return this
    this.#bare ??= construct(
      this.local,
      this.domain,
      undefined,
      this.#text.slice(0, -1 - this.resource.length),
    )
    return this.#bare
  }

  /** Whether it is the same address, resource included. */
  equals(other: Jid | undefined): boolean {
    return other !== undefined && this.#text === other.#text
  }

  /** The same bare address with another resourcepart; throws `RangeError` if that cannot be prepared. */
  withResource(resource: string): Jid {
    return toJid({ local: this.local, domain: this.domain, resource })
  }

  /** The whole address, prepared. */
  toString(): string {
    return this.#text
  }

  /** The same. */
  toJSON(): string {
    return this.#text
  }
}

/**
 * Prepares an address that the application gives; throws `RangeError` naming the part and what is wrong with it.
 * @example
 * parseJid('Juliet@Example.com/Balcony').toString() // 'juliet@example.com/Balcony'
 */
export function parseJid(text: string): Jid {
  if (typeof text !== 'string') throw new TypeError('a JID must be given as text')
  return orThrow(tryParseJid(text), text)
}

/** Prepares whatever stands for an address; throws `RangeError` where it cannot be prepared. */
export function toJid(input: JidInput): Jid {
  if (input instanceof Jid) return input
  if (typeof input !== 'object' || input === null) return parseJid(input)
  if (typeof input.domain !== 'string')
    throw new TypeError('a JID must be given as text, or as its parts: { local, domain, resource }')
  return orThrow(
    prepareParts(input.local, input.domain, input.resource),
    joinParts(input.local, input.domain, input.resource),
  )
}

function orThrow(prepared: Jid | JidProblem, text: string): Jid {
  if (prepared instanceof Jid) return prepared
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text
  const what = prepared.part === 'address' ? 'it' : `its ${prepared.part}`
  throw new RangeError(`${JSON.stringify(shown)} is not a JID: ${what} ${prepared.reason}`)
}

// Addresses that preparation leaves as they are, which nearly all are: printable ASCII, no upper case before the resource.
const preparedLocal = /^[!#-%(-.0-9;=?[-~]{1,1023}$/
const preparedDomain =
  /^(?!xn--)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.(?!xn--)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/
const preparedResource = /^[ -~]{1,1023}$/

/** Addresses met lately, since nearly every stanza has those of an earlier one; what exceeds the limit replaces all of them. */
const remembered = new Map<string, Jid>()
const rememberedLimit = 1024
const rememberedLength = 256

/**
 * As `tryParseJid`, for one of a long list, which would only take the place of addresses that come again. It may hold the
 * text it was cut from, as the names beside it do.
 */
export function tryParseListedJid(text: string): Jid | JidProblem {
  if (lastDomain !== undefined && text.endsWith(lastDomain)) {
    const at = text.length - lastDomain.length - 1
    const local = text.slice(0, Math.max(at, 0))
    if (text[at] === '@' && preparedLocal.test(local)) return construct(local, lastDomain, undefined, text)
  }
  return prepare(text)
}

/** Prepares an address that came over the wire; never throws. The first `/` ends the bare JID, then the first `@` the localpart. */
export function tryParseJid(text: string): Jid | JidProblem {
  const known = remembered.get(text)
  if (known !== undefined) return known
  if (text.length > rememberedLength) return prepare(text)
  const own = detach(text)
  const jid = prepare(own)
  if (!(jid instanceof Jid)) return jid
  if (remembered.size === rememberedLimit) remembered.clear()
  remembered.set(own, jid)
  return jid
}

/** The domainpart met last that needed no preparation: those of a list are mostly one. */
let lastDomain: string | undefined

function prepare(text: string): Jid | JidProblem {
  const slash = text.indexOf('/')
  const bare = slash < 0 ? text : text.slice(0, slash)
  const resource = slash < 0 ? undefined : text.slice(slash + 1)
  const at = bare.indexOf('@')
  const local = at < 0 ? undefined : bare.slice(0, at)
  const domain = at < 0 ? bare : bare.slice(at + 1)
  if (
    (local === undefined || preparedLocal.test(local)) &&
    (resource === undefined || preparedResource.test(resource))
  ) {
    if (domain === lastDomain) return construct(local, lastDomain, resource, text)
    if (domain.length <= jidPartLimitBytes && preparedDomain.test(domain)) {
      lastDomain = domain
      return construct(local, domain, resource, text)
    }
  }
  return prepareParts(local, domain, resource)
}

function prepareParts(
  local: string | undefined,
  domain: string,
  resource: string | undefined,
): Jid | JidProblem {
  if ((local?.length ?? 0) + domain.length + (resource?.length ?? 0) > jidLimitUnits) {
    return { part: 'address', reason: `is longer than three parts of ${jidPartLimitBytes} bytes can be` }
  }
  const preparedLocal = local === undefined ? undefined : withinLimit(prepareLocal(local))
  if (typeof preparedLocal === 'object') return { part: 'localpart', reason: preparedLocal.refused }
  const preparedDomain = withinLimit(prepareDomain(domain))
  if (typeof preparedDomain === 'object') return { part: 'domainpart', reason: preparedDomain.refused }
  const preparedResource = resource === undefined ? undefined : withinLimit(enforceOpaqueString(resource))
  if (typeof preparedResource === 'object') return { part: 'resourcepart', reason: preparedResource.refused }
  const text = joinParts(preparedLocal, preparedDomain, preparedResource)
  return construct(preparedLocal, preparedDomain, preparedResource, text)
}

/** @see RFC 7622 §3.3.1 */
function prepareLocal(text: string): string | Refusal {
  const prepared = enforceUsernameCaseMapped(text)
  const excluded = typeof prepared === 'string' ? /["&'/:<>@]/.exec(prepared) : null
  if (excluded === null) return prepared
  return { refused: `holds ${nameCharacter(excluded[0])}, which no localpart may hold unescaped (XEP-0106)` }
}

function withinLimit(prepared: string | Refusal): string | Refusal {
  if (typeof prepared !== 'string' || countBytes(prepared) <= jidPartLimitBytes) return prepared
  return { refused: `is longer than ${jidPartLimitBytes} bytes` }
}

function countBytes(text: string): number {
  return new TextEncoder().encode(text).length
}

function joinParts(local: string | undefined, domain: string, resource: string | undefined): string {
  const bare = local === undefined ? domain : `${local}@${domain}`
  return resource === undefined ? bare : `${bare}/${resource}`
}
