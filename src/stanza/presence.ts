import type { StanzaError } from '../errors.js'
import { XmlElement, type XmlNode } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { toJid, type Jid } from './jid.js'
import {
  pickText,
  readText,
  toLanguageTexts,
  toTextElement,
  type LanguageText,
  type TextInput,
} from './language-text.js'
import { parseStanzaError, toStanzaErrorElement, type StanzaErrorInput } from './stanza-error.js'
import { readHead, toHeadAttributes, type StanzaHeadInput } from './stanza-head.js'
import { toProblem, type StanzaProblem } from './stanza-problem.js'

/** Available presence has no type. @see RFC 6121 §4.7.1 */
export type PresenceType =
  'error' | 'probe' | 'subscribe' | 'subscribed' | 'unavailable' | 'unsubscribe' | 'unsubscribed'

/** How available: away, free to chat, do not disturb, away for long. @see RFC 6121 §4.7.2.1 */
export type Show = 'away' | 'chat' | 'dnd' | 'xa'

/** A presence as it came. @see RFC 6121 §4.7 */
export interface Presence {
  readonly kind: 'presence'
  /** `undefined` is available. */
  readonly type: PresenceType | undefined
  readonly from: Jid | undefined
  readonly to: Jid | undefined
  readonly id: string | undefined
  /** The language in effect: the stanza's own, else the stream's. */
  readonly lang: string | undefined
  /** `undefined` is simply available. */
  readonly show: Show | undefined
  /** The person's own words, in the language of the stanza where there are several: see `statuses`. */
  readonly status: string | undefined
  /** Every wording of the status, in order. */
  readonly statuses: readonly LanguageText[]
  /** From −128 to 127; 0 where it is absent or no such number. */
  readonly priority: number
  /** What went wrong, with type `error` alone. */
  readonly error: StanzaError | undefined
  /** The same as it came: an application-specific condition may have content. */
  readonly errorElement: XmlElement | undefined
  /** Every other child, in order. */
  readonly payloads: readonly XmlElement[]
}

/** A presence to send; a received `Presence` can be given as it is. */
export interface PresenceInput extends StanzaHeadInput {
  /** As a received one has it; nothing depends on it. */
  readonly kind?: 'presence' | undefined
  /** Default: available. */
  readonly type?: PresenceType | undefined
  /** How available; `unavailable` presence has none, else a RangeError. Default: simply available. */
  readonly show?: Show | undefined
  /** The person’s own words, in one wording or several. */
  readonly status?: TextInput | undefined
  /** Every wording of the status, as a received presence has them; of no account where `status` says something else. */
  readonly statuses?: readonly LanguageText[] | undefined
  /** From −128 to 127, default 0; a resource below 0 gets no messages that are sent to the bare JID. */
  readonly priority?: number | undefined
  /** What went wrong, for type `error`. */
  readonly error?: StanzaErrorInput | undefined
  /** The same as an element; it counts where both are given. */
  readonly errorElement?: XmlElement | undefined
  /** Every other child; they follow in this order. */
  readonly payloads?: readonly XmlElement[] | undefined
}

const noTexts: readonly LanguageText[] = []
const noElements: readonly XmlElement[] = []

/**
 * Reads `<presence/>`. An unknown type is a problem, lest it pass for being available; a `show` or `priority` that
 * means nothing stays among the payloads.
 */
export function parsePresence(element: XmlElement, streamLang?: string): Presence | StanzaProblem {
  if (!element.is('presence', ns.client)) return toProblem(element, 'bad-request', 'this is not a presence')
  const head = readHead(element, streamLang)
  if ('kind' in head) return head
  const { lang, type } = head
  if (type !== undefined && !isPresenceType(type)) {
    return toProblem(element, 'bad-request', 'there is no such type of presence')
  }
  let statuses: LanguageText[] | undefined
  let payloads: XmlElement[] | undefined
  let show: Show | undefined
  let priority: number | undefined
  let errorElement: XmlElement | undefined
  for (const child of element.children) {
    if (typeof child === 'string') continue
    const name = child.namespace === ns.client ? child.name : ''
    if (name === 'status') (statuses ??= []).push(readText(child, lang))
    else if (name === 'show' && show === undefined && isShow(child.text())) show = readShow(child)
    else if (name === 'priority' && priority === undefined && readPriority(child) !== undefined) {
      priority = readPriority(child)
    } else if (name === 'error' && type === 'error' && errorElement === undefined) errorElement = child
    else (payloads ??= []).push(child)
  }
  return {
    kind: 'presence',
    type,
    from: head.from,
    to: head.to,
    id: head.id,
    lang,
    show,
    status: statuses === undefined ? undefined : pickText(statuses, [lang]),
    statuses: statuses ?? noTexts,
    priority: priority ?? 0,
    error: type === 'error' ? parseStanzaError(element, streamLang) : undefined,
    errorElement,
    payloads: payloads ?? noElements,
  }
}

const presenceTypes: ReadonlySet<string> = new Set<PresenceType>([
  'error',
  'probe',
  'subscribe',
  'subscribed',
  'unavailable',
  'unsubscribe',
  'unsubscribed',
])

function isPresenceType(type: string): type is PresenceType {
  return presenceTypes.has(type)
}

function readShow(element: XmlElement): Show | undefined {
  const text = element.text()
  return isShow(text) ? text : undefined
}

function isShow(text: string): text is Show {
  return text === 'away' || text === 'chat' || text === 'dnd' || text === 'xa'
}

function readPriority(element: XmlElement): number | undefined {
  const text = element.text().trim()
  if (!/^[+-]?\d{1,3}$/.test(text)) return undefined
  const priority = Number(text) || 0
  return isPriority(priority) ? priority : undefined
}

function isPriority(priority: number): boolean {
  return Number.isInteger(priority) && priority >= -128 && priority <= 127
}

/** Writes `<presence/>`; throws `RangeError` for an address that cannot be prepared, a priority out of range, a show that is none. */
export function toPresenceElement(presence: PresenceInput): XmlElement {
  const { lang, show, priority = 0, errorElement, error, payloads } = presence
  if (!isPriority(priority)) {
    throw new RangeError(`a priority must be a whole number from -128 to 127, not ${priority}`)
  }
  if (show !== undefined && !isShow(show)) {
    throw new RangeError(`a show is away, chat, dnd or xa (RFC 6121 §4.7.2.1), not ${String(show)}`)
  }
  if (presence.type === 'unavailable' && (show !== undefined || priority !== 0)) {
    throw new RangeError('unavailable presence has neither show nor priority (RFC 6121 §4.5.1)')
  }
  const children: XmlNode[] = []
  if (show !== undefined) children.push(new XmlElement('show', ns.client, [], [show]))
  for (const text of toLanguageTexts(presence.status, presence.statuses, lang)) {
    children.push(toTextElement('status', ns.client, text, lang))
  }
  if (priority !== 0) children.push(new XmlElement('priority', ns.client, [], [String(priority)]))
  if (errorElement !== undefined) children.push(errorElement)
  else if (error !== undefined) children.push(toStanzaErrorElement(error))
  if (payloads !== undefined) children.push(...payloads)
  return new XmlElement(
    'presence',
    ns.client,
    toHeadAttributes(toAddressed(presence), presence.type),
    children,
  )
}

/** Subscriptions are between bare JIDs, whatever was given. @see RFC 6121 §3.1.1 */
function toAddressed(presence: PresenceInput): PresenceInput {
  const { to, type } = presence
  if (to === undefined || type === undefined || !subscriptionTypes.has(type)) return presence
  return { ...presence, to: toJid(to).bare }
}

const subscriptionTypes: ReadonlySet<string> = new Set<PresenceType>([
  'subscribe',
  'subscribed',
  'unsubscribe',
  'unsubscribed',
])
