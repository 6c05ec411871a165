import { DefectError, StanzaError, StreamError, TimeoutError, XmppError } from '../errors.js'

/** What a trace may say of an event: names, numbers and flags. */
export interface Facts {
  readonly [name: string]: Fact
}
export type Fact = boolean | number | string | null | Facts | readonly Fact[]

type Kind = 'flag' | 'number' | 'word' | 'words' | 'facts' | 'hidden'

/**
 * Everything that a trace may say, by name and kind; what is not here is left out, whatever it is. `password` is whether
 * there is one, and what is hidden is told to be there. No words of people or servers, no ids that others could answer by, no data of
 * exchanges.
 */
const allowed: Readonly<Record<string, Kind | readonly Kind[]>> = {
  allowPlaintext: 'flag',
  allowed: 'words',
  anchored: 'flag',
  anonymous: 'flag',
  answer: 'facts',
  approved: 'flag',
  ask: 'flag',
  bind: 'flag',
  certificate: 'flag',
  channelBindings: 'words',
  complete: 'flag',
  condition: 'word',
  conflict: 'flag',
  credentials: 'facts',
  digest: 'flag',
  domain: 'word',
  endpoint: 'word',
  endpoints: 'words',
  error: 'facts',
  facts: 'facts',
  failures: 'facts',
  features: 'facts',
  form: 'word',
  framing: 'word',
  from: 'word',
  hasAsked: 'flag',
  hasStore: 'flag',
  header: 'facts',
  id: 'hidden',
  isInvited: 'flag',
  item: 'facts',
  jid: 'word',
  kind: 'word',
  legacy: 'flag',
  location: 'word',
  mayAskAgain: 'flag',
  mechanism: 'word',
  mechanisms: 'words',
  mustList: 'flag',
  names: 'words',
  offered: ['flag', 'words'],
  offeredBindings: 'words',
  outcome: 'word',
  password: 'flag',
  preApproval: 'flag',
  previd: 'hidden',
  reason: 'word',
  reconnect: 'word',
  refusal: 'facts',
  registers: 'flag',
  resource: 'word',
  resumable: 'flag',
  scramPinned: 'flag',
  secure: 'flag',
  seed: 'number',
  session: ['word', 'facts'],
  silentMs: 'number',
  starttls: 'word',
  subscription: 'word',
  takesInvitations: 'flag',
  timeouts: 'facts',
  tlsVersion: 'word',
  to: 'word',
  transport: 'facts',
  version: 'word',
  versioned: 'flag',
  wanted: 'flag',
  wantsManagement: 'flag',
  wantsPresence: 'flag',
  wantsRoster: 'flag',
  wish: 'number',
}

/** The plain facts of an input, an event or an output; all else is left out. */
export function toFacts(value: object): Facts {
  const facts = Object.entries(value).flatMap(([name, content]) => {
    const kinds = [allowed[name] ?? (name.endsWith('Ms') ? 'number' : [])].flat()
    const facts = kinds.map((kind) => toFact(kind, content)).filter((fact) => fact !== undefined)
    return facts.slice(0, 1).map((fact) => [name, fact] as const)
  })
  return Object.fromEntries(facts)
}

/** What a deed or a chart has given, or what it failed with. */
export function toResult(value: unknown): Fact | undefined {
  if (value instanceof Error) return toErrorFacts(value)
  if (Array.isArray(value)) return toFact('words', value)
  return typeof value === 'object' && value !== null ? toFacts(value) : undefined
}

function toFact(kind: Kind, value: unknown): Fact | undefined {
  if (value === null) return value
  switch (kind) {
    case 'flag':
      return typeof value === 'boolean' ? value : undefined
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined
    case 'word':
      return typeof value === 'string' ? value : undefined
    case 'hidden':
      return typeof value === 'string' ? 'hidden' : undefined
    case 'words':
      return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : undefined
    case 'facts':
      if (Array.isArray(value)) return value.flatMap((each: unknown) => toFact(kind, each) ?? [])
      if (value instanceof Error) return toErrorFacts(value)
      return typeof value === 'object' ? toFacts(value) : undefined
  }
}

/** Name and code, and what the policy decides by; never the message, which may repeat what the server said. */
function toErrorFacts(error: Error): Facts {
  const { code, name } = error instanceof XmppError ? error : new DefectError(undefined)
  return {
    name,
    code,
    ...(error instanceof StanzaError && { type: error.type }),
    ...(error instanceof StreamError && error.otherHost !== undefined && { otherHost: error.otherHost }),
    ...(error instanceof TimeoutError && { timeoutMs: error.timeoutMs }),
  }
}
