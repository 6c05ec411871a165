import { DefectError, StanzaError, StreamError, TimeoutError, XmppError } from '../../errors.js'
import type { Fact, Facts } from './record.js'

type Kind = 'address' | 'facts' | 'flag' | 'hidden' | 'mechanism' | 'number' | 'word' | 'words'

/**
 * Everything that a recording may say of contexts, inputs, events and outputs, by name and kind; what is not here is left out,
 * whatever it is. `password` is whether there is one, and what is hidden is told to be there. No words of people or servers,
 * no ids that others could answer by, no data of exchanges; addresses end before their query, which may be a secret.
 */
const allowed: ReadonlyMap<string, Kind | readonly Kind[]> = new Map(
  Object.entries<Kind | readonly Kind[]>({
    affiliation: 'word',
    alike: 'facts',
    allowPlaintext: 'flag',
    allowed: 'words',
    anchored: 'flag',
    anonymous: 'flag',
    answer: 'facts',
    answersExit: 'flag',
    approved: 'flag',
    ask: 'flag',
    attempts: 'number',
    because: 'word',
    bind: 'flag',
    binding: 'word',
    certificate: 'flag',
    channelBindings: 'words',
    chatState: 'word',
    compat: 'flag',
    complete: 'flag',
    condition: 'word',
    conflict: 'flag',
    converts: 'flag',
    credentials: 'facts',
    corrections: 'number',
    decision: 'word',
    digest: 'flag',
    domain: 'word',
    ended: 'number',
    endpoint: 'address',
    endpoints: 'address',
    error: 'facts',
    exit: 'facts',
    facts: 'facts',
    failures: ['number', 'facts'],
    features: 'facts',
    form: 'word',
    framing: 'word',
    from: 'word',
    gap: 'facts',
    gs2: 'word',
    hasAsked: 'flag',
    hasEntered: 'flag',
    hasStore: 'flag',
    hasWaited: 'flag',
    hash: 'word',
    heard: 'flag',
    header: 'facts',
    hops: 'number',
    id: 'hidden',
    isHaunted: 'flag',
    isHidden: 'flag',
    isAnswering: 'flag',
    isAsked: 'flag',
    isBeforeVersionOne: 'flag',
    isInvited: 'flag',
    isLeft: 'flag',
    isNew: 'flag',
    isUnheard: 'flag',
    isUnread: 'flag',
    item: 'facts',
    jid: 'word',
    kind: 'word',
    knowsLast: 'flag',
    legacy: 'flag',
    location: 'address',
    mayAskAgain: 'flag',
    mayBeThere: 'flag',
    mechanism: ['word', 'mechanism'],
    mechanisms: 'words',
    mustList: 'flag',
    names: 'words',
    nickname: 'word',
    offered: ['flag', 'words'],
    offeredBindings: 'words',
    outcome: 'word',
    pace: 'number',
    password: 'flag',
    preApproval: 'flag',
    previd: 'hidden',
    reason: 'word',
    reconnect: 'word',
    redirect: 'address',
    refusal: 'facts',
    refusals: 'mechanism',
    registers: 'flag',
    remaining: ['address', 'mechanism'],
    resource: 'word',
    resumable: 'flag',
    resumed: 'flag',
    resumption: 'facts',
    retryAt: 'number',
    returns: 'number',
    role: 'word',
    scramPinned: 'flag',
    secure: 'flag',
    seed: 'number',
    self: 'facts',
    session: ['word', 'facts'],
    silentMs: 'number',
    stable: 'flag',
    starttls: 'word',
    stays: 'flag',
    subscription: 'word',
    supported: 'flag',
    takesInvitations: 'flag',
    times: 'number',
    timeouts: 'facts',
    tlsVersion: 'word',
    to: 'word',
    transport: 'facts',
    tried: 'facts',
    unheard: 'number',
    verdict: 'facts',
    version: 'word',
    versioned: 'flag',
    wanted: 'flag',
    wantsManagement: 'flag',
    wantsPresence: 'flag',
    wantsRoster: 'flag',
    wasAsked: 'flag',
    wasOnline: 'flag',
    wish: 'number',
    wished: 'word',
  }),
)

/** What is longer or deeper is cut: nobody of ours says as much. */
const limits = { depth: 6, entries: 200, units: 4096 }

/** The plain facts of an input, an event or an output; all else is left out. */
export function toFacts(value: object, depth = 0): Facts {
  const facts: Record<string, Fact> = {}
  if (!isRecord(value)) return facts
  for (const name of Object.keys(value)) {
    const kinds = kindsOf(name)
    if (kinds === undefined) continue
    const fact = toFactOf(kinds, value[name], depth)
    if (fact !== undefined) facts[name] = fact
  }
  return facts
}

/** The facts in which `next` differs from `before`; `null` for what it has no more. */
export function toChanges(before: object, next: object): Facts {
  const changes: Record<string, Fact> = {}
  if (!isRecord(before) || !isRecord(next)) return changes
  for (const name of Object.keys(next)) {
    if (Object.is(before[name], next[name])) continue
    const kinds = kindsOf(name)
    if (kinds === undefined) continue
    const fact = toFactOf(kinds, next[name], 0) ?? null
    if (fact !== (toFactOf(kinds, before[name], 0) ?? null)) changes[name] = fact
  }
  return changes
}

/** Whatever is an object can be asked for what it has under a name. */
const isRecord = (value: object): value is Readonly<Record<string, unknown>> => typeof value === 'object'

/** What a deed or a chart has given, or what it failed with. */
export function toResult(value: unknown): Fact | undefined {
  if (value instanceof Error) return toErrorFacts(value)
  if (Array.isArray(value)) return toFact('address', value, 0)
  return typeof value === 'object' && value !== null ? toFacts(value) : undefined
}

const kindsOf = (name: string) => allowed.get(name) ?? (name.endsWith('Ms') ? 'number' : undefined)

function toFactOf(kinds: Kind | readonly Kind[], value: unknown, depth: number): Fact | undefined {
  if (typeof kinds === 'string') return toFact(kinds, value, depth)
  for (const kind of kinds) {
    const fact = toFact(kind, value, depth)
    if (fact !== undefined) return fact
  }
  return undefined
}

function toFact(kind: Kind, value: unknown, depth: number): Fact | undefined {
  if (value === null) return value
  if (Array.isArray(value)) return toList(kind, value, depth)
  switch (kind) {
    case 'flag':
      return typeof value === 'boolean' ? value : undefined
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined
    case 'word':
      return typeof value === 'string' ? value.slice(0, limits.units) : undefined
    case 'address':
      return typeof value === 'string' ? withoutSecrets(value) : undefined
    case 'hidden':
      return typeof value === 'string' ? 'hidden' : undefined
    case 'words':
      return undefined
    case 'mechanism':
      return typeof value === 'object' && value !== undefined ? toMechanism(value) : undefined
    case 'facts':
      if (depth === limits.depth) return undefined
      if (value instanceof Error) return toErrorFacts(value)
      return typeof value === 'object' ? toFacts(value, depth + 1) : undefined
  }
}

/** What cannot be in a list of this kind makes no fact of it. */
function toList(kind: Kind, values: readonly unknown[], depth: number): Fact | undefined {
  const each = kind === 'words' ? 'word' : kind
  if (each !== 'word' && each !== 'address' && each !== 'facts' && each !== 'mechanism') return undefined
  if (kind === 'word') return undefined
  const facts = values.slice(0, limits.entries).map((value) => toFact(each, value, depth))
  const told = facts.filter((fact) => fact !== undefined)
  return told.length === 0 && values.length > 0 ? undefined : told
}

/** What was said of a mechanism, or of why it was not used. */
function toMechanism(value: object): Facts {
  const { binding, gs2, name, reason } = { ...noMechanism, ...value }
  const words = Object.entries({ name, gs2, binding, reason })
  return Object.fromEntries(words.filter((word): word is [string, string] => typeof word[1] === 'string'))
}

const noMechanism: Readonly<Record<'binding' | 'gs2' | 'name' | 'reason', unknown>> = {
  binding: undefined,
  gs2: undefined,
  name: undefined,
  reason: undefined,
}

/** Neither the query of an address nor who it lets in. */
function withoutSecrets(address: string): string {
  const bare = address
    .slice(0, limits.units)
    .replace(/[?#].*$/s, '')
    .replace(/\/\/.*@/s, '//')
  return !bare.includes('://') || isUrl(bare) ? bare : 'hidden'
}

function isUrl(text: string): boolean {
  try {
    return new URL(text).href !== ''
  } catch {
    return false
  }
}

/** Name and code, and what the policy decides by; never the message, which may repeat what the server said. */
function toErrorFacts(error: Error): Facts {
  const { code, name } = error instanceof XmppError ? error : new DefectError(undefined)
  return {
    name,
    code,
    ...(error instanceof StanzaError && { type: error.type }),
    ...(error instanceof StreamError &&
      error.otherHost !== undefined && { otherHost: withoutSecrets(error.otherHost) }),
    ...(error instanceof TimeoutError && { timeoutMs: error.timeoutMs }),
  }
}

/** Plain data that may be told as it is, without what is not there. */
export function toPlain(value: object): Facts {
  const facts: (readonly [string, Fact])[] = []
  for (const [name, content] of Object.entries(value)) {
    const fact = toPlainFact(content)
    if (fact !== undefined) facts.push([name, fact])
  }
  return Object.fromEntries(facts)
}

function toPlainFact(value: unknown): Fact | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (Array.isArray(value)) return value.map(toPlainFact).filter((fact) => fact !== undefined)
  return typeof value === 'object' ? toPlain(value) : undefined
}
