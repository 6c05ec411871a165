import type { Iq } from '../stanza/iq.js'
import type { Jid } from '../stanza/jid.js'
import { findDelay } from '../stanza/delay.js'
import type { Message } from '../stanza/message.js'
import type { Presence } from '../stanza/presence.js'
import { parseRoster } from '../stanza/roster.js'
import { parseStanza } from '../stanza/stanza.js'
import { parseVersionElement } from '../stanza/version.js'
import type { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** A stanza in a few words. */
export interface StanzaWords {
  readonly name: string
  readonly from: string | undefined
  readonly to: string | undefined
  readonly id: string | undefined
  readonly type: string | undefined
  /** The text of a message, alone. */
  readonly body: string | undefined
  /** What it says, for people. */
  readonly words: string
}

/** Puts a stanza into words; one that cannot be read is named alone. */
export function toWords(element: XmlElement): StanzaWords {
  const stanza = parseStanza(element)
  if (stanza === undefined || stanza.kind === 'problem') {
    const words = stanza === undefined ? `{${element.namespace}}${element.name}` : stanza.text
    return {
      name: element.name,
      from: undefined,
      to: undefined,
      id: undefined,
      type: undefined,
      body: undefined,
      words,
    }
  }
  const { kind: name, from, to, id, type } = stanza
  const head = { name, from: from?.toString(), to: to?.toString(), id, type, body: undefined }
  if (stanza.kind === 'message') return { ...head, body: stanza.body, words: sayMessage(stanza) }
  return { ...head, words: stanza.kind === 'presence' ? sayPresence(stanza) : sayIq(stanza) }
}

/** Who is at the other end, in one word where there is one. */
export function toPeer(jid: string | Jid | undefined): string {
  return jid === undefined || jid === '' ? 'server' : jid.toString()
}

function sayMessage({ body, error, payloads, subject, type }: Message): string {
  if (error !== undefined) return `came back: ${error.condition}${inBrackets(error.text)}`
  const delay = findDelay(payloads)
  return [
    type === 'chat' || type === 'normal' ? '' : `[${type}]`,
    delay === undefined ? '' : `[sent ${new Date(delay.moment).toISOString()}]`,
    subject === undefined ? '' : `[${subject}]`,
    body ?? toNames(payloads),
  ]
    .filter((part) => part !== '')
    .join(' ')
}

const availability = {
  away: 'away',
  chat: 'free to chat',
  dnd: 'do not disturb',
  xa: 'away for long',
} as const

function sayPresence({ error, priority, show, status, type }: Presence): string {
  if (error !== undefined) return `error: ${error.condition}${inBrackets(error.text)}`
  return [
    type ?? (show === undefined ? 'available' : availability[show]),
    status === undefined || status === '' ? '' : `“${status}”`,
    priority === 0 ? '' : `priority ${priority}`,
  ]
    .filter((part) => part !== '')
    .join(', ')
}

function sayIq(iq: Iq): string {
  if (iq.type === 'error') return `error: ${iq.error.condition}${inBrackets(iq.error.text)}`
  return iq.payload === undefined ? 'done' : sayPayload(iq.payload, iq.type === 'get')
}

function sayPayload(payload: XmlElement, isQuestion: boolean): string {
  if (payload.is('ping', ns.ping)) return 'ping'
  const roster = parseRoster(payload)
  if (roster !== undefined) {
    const contacts = roster.items.map(({ jid, name }) => name ?? jid.toString())
    const shown = `${contacts.slice(0, 5).join(', ')}${contacts.length > 5 ? ', …' : ''}`
    return isQuestion ? 'contact list?' : `contact list: ${contacts.length}${inBrackets(shown)}`
  }
  const software = parseVersionElement(payload)
  if (software === undefined) return `${toNames([payload])}${isQuestion ? '?' : ''}`
  return isQuestion
    ? 'software version?'
    : `software: ${software.name ?? 'unnamed'} ${software.version ?? ''}`
}

const toNames = (elements: readonly XmlElement[]): string =>
  elements.map((element) => `${element.name} {${element.namespace}}`).join(', ')

const inBrackets = (text: string | undefined): string =>
  text === undefined || text === '' ? '' : ` (${text})`
