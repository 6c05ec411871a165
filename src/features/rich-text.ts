import type { Message, MessageInput } from '../stanza/message.js'
import { readRichTexts, sanitise, toRichTextElement, type RichText } from '../stanza/rich-text.js'
import { xml, type XmlNode } from '../xml/element.js'
import { ns } from '../xml/namespaces.js'
import { announce } from './announcement.js'
import type { Delivery } from './delivery.js'
import type { FeatureHost } from './feature-host.js'

/** A message whose body has markup. */
export interface RichMessageInput extends Omit<MessageInput, 'bodies'> {
  /** What `rich()` makes, and texts. */
  readonly rich: readonly XmlNode[]
}

export interface RichTextOptions {
  /** Sends each message, as `receipts` does; default `client.send`. */
  readonly send?: ((message: MessageInput) => Delivery) | undefined
}

/** Messages with markup beside their plain body. */
export interface RichTextFeature {
  /**
   * Sends one; without a `body` it is the text of the markup. Throws as `client.send` does, and RangeError for markup outside
   * the profile.
   */
  readonly send: (message: RichMessageInput) => Delivery
  /** What of the markup of a message may be shown, in its first language; `undefined` where it has none. */
  readonly read: (message: Message) => RichText | undefined
}

/**
 * Rich text for a client: `client.use(richText)`. Others are told that it is understood.
 * @example
 * const { send, read } = client.use(richText)
 * send({ to: 'bob@example.test', type: 'chat', rich: [rich('p', {}, 'Hello ', rich('strong', {}, 'you'))] })
 * client.message$.subscribe((message) => show(read(message)?.body ?? message.body))
 * @see XEP-0071
 */
export function richText(host: FeatureHost, options: RichTextOptions = {}): RichTextFeature {
  const { send = host.send } = options
  announce(host, ns.richText)
  return {
    send: ({ rich, ...message }) => {
      const { body = sanitise(xml('body', ns.xhtml, {}, ...rich)).text, payloads = [] } = message
      return send({ ...message, body, payloads: [...payloads, toRichTextElement(rich)] })
    },
    read: ({ body, lang, payloads }) => (body === undefined ? undefined : readRichTexts(payloads, lang)[0]),
  }
}
