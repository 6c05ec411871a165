import { findDelay } from '../stanza/delay.js'
import { toJid, type JidInput } from '../stanza/jid.js'
import type { Message, MessageInput } from '../stanza/message.js'
import { readRichTexts, sanitise, toRichTextElement, type RichText } from '../stanza/rich-text.js'
import { xml, type XmlNode } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { announce } from './announcement.js'
import type { Delivery } from './delivery.js'
import type { DiscoveryFeature } from './discovery.js'
import type { FeatureHost } from './feature-host.js'
import { forgetOldest } from './forget-oldest.js'

/** Contacts of whom it is remembered whether they answer with markup; the oldest go first. */
export const rememberedReaderLimit = 1_000

/** A message whose body has markup. */
export interface RichMessageInput extends Omit<MessageInput, 'bodies'> {
  /** What `rich()` makes, and texts. */
  readonly rich: readonly XmlNode[]
}

/** What `richText` works with. */
export interface RichTextOptions {
  /** Sends each message, as `receipts` does; default `client.send`. */
  readonly send?: ((message: MessageInput) => Delivery) | undefined
  /** What is known of a contact, as `discovery` has it; without it they show by their answers whether they understand. */
  readonly known?: DiscoveryFeature['known'] | undefined
}

/** Messages with markup beside their plain body. */
export interface RichTextFeature {
  /**
   * Sends one; without a `body` it is the text of the markup, and that alone goes to a contact who would not read the rest: see
   * `mayRead`. Throws as `client.send` does, and RangeError for markup outside the profile.
   */
  readonly send: (message: RichMessageInput) => Delivery
  /**
   * Whether a contact is sent markup: not where their client is known not to understand it, nor, as long as nothing is known,
   * where it has answered markup without any.
   * @see XEP-0071 §8
   */
  readonly mayRead: (jid: JidInput) => boolean
  /** What of the markup of a message may be shown, in its first language; `undefined` where it has none. */
  readonly read: (message: Message) => RichText | undefined
}

/**
 * Rich text for a client: `client.use(richText)`, before it connects. Others are told that it is understood.
 * @example
 * const { send, read } = client.use(richText)
 * send({ to: 'bob@example.test', type: 'chat', rich: [rich('p', {}, 'Hello ', rich('strong', {}, 'you'))] })
 * client.message$.subscribe((message) => show(read(message)?.body ?? message.body))
 * @see XEP-0071
 */
export function richText(host: FeatureHost, options: RichTextOptions = {}): RichTextFeature {
  const { send = host.send, known } = options
  announce(host, ns.richText)
  const answers = hearAnswers(host)
  const mayRead = (jid: JidInput) => {
    const isKnown = known?.(jid)?.features.has(ns.richText)
    return isKnown ?? answers.get(toJid(jid).bare.toString()) === undefined
  }
  return {
    mayRead,
    send: ({ rich, ...message }) => {
      const { body = sanitise(xml('body', ns.xhtml, {}, ...rich)).text, payloads = [], to, type } = message
      const markup = toRichTextElement(rich)
      const isToRoom = type === 'groupchat'
      if (to !== undefined && !isToRoom && !mayRead(to)) return send({ ...message, body })
      const delivery = send({ ...message, body, payloads: [...payloads, markup] })
      if (to !== undefined && !isToRoom) answers.await(toJid(to).bare.toString())
      return delivery
    },
    read: ({ body, lang, payloads }) => (body === undefined ? undefined : readRichTexts(payloads, lang)[0]),
  }
}

/**
 * Who was sent markup, by bare JID, and the full JID that has answered without any; forgotten with the session, and once that
 * resource has left.
 */
function hearAnswers({ bus }: Pick<FeatureHost, 'bus'>) {
  const answered = new Map<string, string | undefined>()
  bus.session$.subscribe((standing) => {
    if (standing === 'none') answered.clear()
  })
  bus.presence$.subscribe(({ from, type }) => {
    if (type !== 'unavailable' || from === undefined) return
    const bare = from.bare.toString()
    if (answered.get(bare) === from.toString()) answered.delete(bare)
  })
  bus.message$.subscribe(({ body, from, payloads, type }) => {
    const bare = from?.bare.toString()
    if (from === undefined || bare === undefined || !answered.has(bare)) return
    if (body === undefined || (type !== 'chat' && type !== 'normal') || findDelay(payloads) !== undefined)
      return
    const isRich = payloads.some((payload) => payload.is('html', ns.richText))
    answered.set(bare, isRich ? undefined : from.toString())
  })
  return {
    get: (bare: string) => answered.get(bare),
    await: (bare: string) => {
      if (answered.has(bare)) return
      answered.set(bare, undefined)
      if (answered.size > rememberedReaderLimit) forgetOldest(answered)
    },
  }
}
