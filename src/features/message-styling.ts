import type { Message } from '../stanza/message.js'
import { isUnstyled, parseStyling, type StyledBlock } from '../stanza/message-styling.js'
import * as ns from '../xml/namespaces.js'
import { announce } from './announcement.js'
import type { FeatureHost } from './feature-host.js'

/** Bodies that are written in styles. */
export interface MessageStylingFeature {
  /** How the body of a message is styled; `undefined` where it has none, or its sender does not want that. */
  readonly read: (message: Message) => readonly StyledBlock[] | undefined
}

/**
 * Message styling for a client: `client.use(messageStyling)`. Others are told that it is understood.
 * @example
 * const { read } = client.use(messageStyling)
 * client.message$.subscribe((message) => console.log(read(message)))
 * @see XEP-0393
 */
export function messageStyling(host: FeatureHost): MessageStylingFeature {
  announce(host, ns.styling)
  return {
    read: ({ body, payloads }) =>
      body === undefined || isUnstyled(payloads) ? undefined : parseStyling(body),
  }
}
