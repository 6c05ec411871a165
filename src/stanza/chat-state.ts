import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** Every chat state. @see XEP-0085 §2 */
const chatStates = ['active', 'composing', 'gone', 'inactive', 'paused'] as const

/** What somebody does in a conversation. @see XEP-0085 §2 */
export type ChatState = (typeof chatStates)[number]

/** Reads it from the payloads of a message; `undefined` where there is none, or more than one. @see XEP-0085 §5.5 */
export function findChatState(payloads: readonly XmlElement[]): ChatState | undefined {
  const [found, ...more] = payloads.filter(({ namespace }) => namespace === ns.chatStates)
  return more.length > 0 ? undefined : chatStates.find((state) => state === found?.name)
}

/** Writes it. */
export function toChatStateElement(state: ChatState): XmlElement {
  return xml(state, ns.chatStates)
}
