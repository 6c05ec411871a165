import type { StanzaError } from '../errors.js'
import { XmlElement, type XmlNode } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import type { Jid } from './jid.js'
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

/** @see RFC 6121 §5.2.2 */
export type MessageType = 'chat' | 'error' | 'groupchat' | 'headline' | 'normal'

/** The conversation that a message belongs to. @see RFC 6121 §5.2.5 */
export interface Thread {
  readonly id: string
  /** The thread that this one came out of. */
  readonly parent: string | undefined
}

/** A message as it came. @see RFC 6121 §5 */
export interface Message {
  readonly kind: 'message'
  /** `normal` where it says none, or one that nobody knows. */
  readonly type: MessageType
  readonly from: Jid | undefined
  readonly to: Jid | undefined
  readonly id: string | undefined
  /** The language in effect: the stanza's own, else the stream's. */
  readonly lang: string | undefined
  /** The text, in the language of the stanza where there are several: see `bodies`. */
  readonly body: string | undefined
  /** Every wording of the body, in order; `pickText` finds the best for a reader. */
  readonly bodies: readonly LanguageText[]
  /** The subject, in the language of the stanza where there are several: see `subjects`. */
  readonly subject: string | undefined
  /** Every wording of the subject, in order. */
  readonly subjects: readonly LanguageText[]
  /** The conversation that it belongs to; `undefined` where it does not say. */
  readonly thread: Thread | undefined
  /** What went wrong, with type `error` alone. */
  readonly error: StanzaError | undefined
  /** The same as it came: an application-specific condition may have content. */
  readonly errorElement: XmlElement | undefined
  /** Every other child, in order. */
  readonly payloads: readonly XmlElement[]
}

/** A message to send; a received `Message` can be given as it is, or changed: `body` counts where `bodies` disagrees. */
export interface MessageInput extends StanzaHeadInput {
  /** As a received one has it; nothing depends on it. */
  readonly kind?: 'message' | undefined
  /** Default `normal`. */
  readonly type?: MessageType | undefined
  /** The text, in one wording or several. */
  readonly body?: TextInput | undefined
  /** Every wording of the body, as a received message has them; of no account where `body` says something else. */
  readonly bodies?: readonly LanguageText[] | undefined
  /** What it is about, in one wording or several. */
  readonly subject?: TextInput | undefined
  /** Every wording of the subject, as a received message has them; of no account where `subject` says something else. */
  readonly subjects?: readonly LanguageText[] | undefined
  /** The conversation that it belongs to, by its id alone or with its parent; RangeError where it is its own parent. */
  readonly thread?: string | Thread | undefined
  /** What went wrong, for type `error`. */
  readonly error?: StanzaErrorInput | undefined
  /** The same as an element; it counts where both are given. */
  readonly errorElement?: XmlElement | undefined
  /** Every other child; they follow in this order. */
  readonly payloads?: readonly XmlElement[] | undefined
}

const noTexts: readonly LanguageText[] = []
const noElements: readonly XmlElement[] = []

/** Reads `<message/>`; a type that is unknown is `normal`. Text between the children is dropped. @see RFC 6121 §5.2 */
export function parseMessage(element: XmlElement, streamLang?: string): Message | StanzaProblem {
  if (!element.is('message', ns.client)) return toProblem(element, 'bad-request', 'this is not a message')
  const head = readHead(element, streamLang)
  if ('kind' in head) return head
  const { lang } = head
  const type = isMessageType(head.type) ? head.type : 'normal'
  let bodies: LanguageText[] | undefined
  let subjects: LanguageText[] | undefined
  let payloads: XmlElement[] | undefined
  let thread: Thread | undefined
  let errorElement: XmlElement | undefined
  for (const child of element.children) {
    if (typeof child === 'string') continue
    const name = child.namespace === ns.client ? child.name : ''
    if (name === 'body') (bodies ??= []).push(readText(child, lang))
    else if (name === 'subject') (subjects ??= []).push(readText(child, lang))
    else if (name === 'thread' && thread === undefined) {
      thread = { id: child.text(), parent: child.attribute('parent') }
    } else if (name === 'error' && type === 'error' && errorElement === undefined) errorElement = child
    else (payloads ??= []).push(child)
  }
  return {
    kind: 'message',
    type,
    from: head.from,
    to: head.to,
    id: head.id,
    lang,
    body: bodies === undefined ? undefined : pickText(bodies, [lang]),
    bodies: bodies ?? noTexts,
    subject: subjects === undefined ? undefined : pickText(subjects, [lang]),
    subjects: subjects ?? noTexts,
    thread,
    error: type === 'error' ? parseStanzaError(element, streamLang) : undefined,
    errorElement,
    payloads: payloads ?? noElements,
  }
}

function isMessageType(type: string | undefined): type is MessageType {
  return (
    type === 'chat' || type === 'groupchat' || type === 'error' || type === 'headline' || type === 'normal'
  )
}

/** Writes `<message/>`; throws `RangeError` for an address that cannot be prepared. */
export function toMessageElement(message: MessageInput): XmlElement {
  const { lang, type, thread, errorElement, error, payloads } = message
  const children: XmlNode[] = []
  for (const text of toLanguageTexts(message.subject, message.subjects, lang)) {
    children.push(toTextElement('subject', ns.client, text, lang))
  }
  for (const text of toLanguageTexts(message.body, message.bodies, lang)) {
    children.push(toTextElement('body', ns.client, text, lang))
  }
  if (thread !== undefined) children.push(toThreadElement(thread))
  if (errorElement !== undefined) children.push(errorElement)
  else if (error !== undefined) children.push(toStanzaErrorElement(error))
  if (payloads !== undefined) children.push(...payloads)
  const attributes = toHeadAttributes(message, type === 'normal' ? undefined : type)
  return new XmlElement('message', ns.client, attributes, children)
}

function toThreadElement(thread: string | Thread): XmlElement {
  const { id, parent } = typeof thread === 'string' ? { id: thread, parent: undefined } : thread
  if (parent === id) throw new RangeError('a thread cannot be its own parent (RFC 6121 §5.2.5)')
  const attributes = parent === undefined ? [] : [{ name: 'parent', namespace: '', value: parent }]
  return new XmlElement('thread', ns.client, attributes, [id])
}
