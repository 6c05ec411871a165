import type { XmlElement } from '../xml/element.js'
import { escapeAttribute, escapeText } from '../xml/escape.js'
import type { Spell } from '../xml/serializer.js'
import { Jid, toJid } from './jid.js'
import { toMessageElement, type MessageInput, type MessageType } from './message.js'

/** DEL stands in a specimen where an id or a body will: XML has it, and no address may (RFC 8264 §9.12). */
const gap = '\x7f'

/** What stands around an id and a body, as one place demands it. */
export interface PlainSpelling {
  readonly spell: Spell
  readonly head: string
  readonly middle: string
  readonly tail: string
}

/** What all plain messages of one type to one address have in common. */
class MessageForm {
  readonly to: Jid
  readonly toBare: string
  readonly type: MessageType | undefined
  private spelling: PlainSpelling | undefined
  private other: PlainSpelling | undefined

  constructor(to: Jid, type: MessageType | undefined) {
    this.to = to
    this.toBare = to.bare.toString()
    this.type = type
  }

  toElement(id: string, body: string): XmlElement {
    return toMessageElement({ to: this.to, type: this.type, id, body })
  }

  /** The serialiser itself spells a specimen, once; so there is no second opinion on how a message is written. */
  toText(spell: Spell, id: string, body: string): string {
    const { head, middle, tail } = this.spelled(spell)
    return head + escapeAttribute(id) + middle + escapeText(body) + tail
  }

  spelled(spell: Spell): PlainSpelling {
    if (this.spelling?.spell === spell) return this.spelling
    if (this.other?.spell === spell) return this.other
    const [head = '', middle = '', tail = ''] = spell(this.toElement(gap, gap)).split(gap)
    this.other = this.spelling
    this.spelling = { spell, head, middle, tail }
    return this.spelling
  }
}

/** A message of an address, a type, an id and one body in the language of the stream: written without being built first. */
export class PlainMessage {
  readonly id: string
  readonly body: string
  private readonly form: MessageForm

  constructor(form: MessageForm, id: string, body: string) {
    this.id = id
    this.form = form
    this.body = body
  }

  /** The bare address that it goes to. */
  get toBare(): string {
    return this.form.toBare
  }

  /** What stands around its id and its body. @param spell the same at each call: what it makes is remembered */
  spelled(spell: Spell): PlainSpelling {
    return this.form.spelled(spell)
  }

  toElement(): XmlElement {
    return this.form.toElement(this.id, this.body)
  }

  /** The same as `spell(toElement())`; throws `RangeError` for what XML cannot carry. */
  toText(spell: Spell): string {
    return this.form.toText(spell, this.id, this.body)
  }
}

const rememberedLimit = 1024
const rememberedLength = 256

/** The forms of the messages of one sender; bounded: what exceeds the limit replaces all of them. */
export class MessageForms {
  private readonly forms = new Map<string, MessageForm>()

  /**
   * The message as a plain one, or `undefined` where it says more than a plain one can.
   * @throws RangeError for an address that cannot be prepared
   */
  toPlain(message: MessageInput, id: string): PlainMessage | undefined {
    const { body, to, type } = message
    if (typeof body !== 'string' || !isPlain(message)) return undefined
    if (typeof to === 'string') return new PlainMessage(this.find(to, to, type), id, body)
    return to instanceof Jid ? new PlainMessage(this.find(to.toString(), to, type), id, body) : undefined
  }

  private find(key: string, to: string | Jid, type: MessageType | undefined): MessageForm {
    const known = this.forms.get(key)
    if (known?.type === type && known !== undefined) return known
    const form = new MessageForm(toJid(to), type)
    if (this.forms.size === rememberedLimit) this.forms.clear()
    if (key.length <= rememberedLength) this.forms.set(key, form)
    return form
  }
}

function isPlain(message: MessageInput): boolean {
  return (
    message.bodies === undefined &&
    message.payloads === undefined &&
    message.lang === undefined &&
    message.thread === undefined &&
    message.subject === undefined &&
    message.subjects === undefined &&
    message.from === undefined &&
    message.error === undefined &&
    message.errorElement === undefined
  )
}
