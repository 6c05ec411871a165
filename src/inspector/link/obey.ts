import type { XmlElement } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import { readFrame } from '../../xml/frame-reader.js'
import { parseStanza } from '../../stanza/stanza.js'
import type { PresenceInput } from '../../stanza/presence.js'
import type { Command, Fault, Outcome } from './command.js'

/** What commands are carried out with: every `Client` is one. */
export interface Commandable {
  connect(): Promise<void>
  disconnect(): Promise<void>
  sendPresence(presence?: PresenceInput): void
  use<T>(feature: (host: { readonly bus: { send(stanza: XmlElement): void } }) => T): T
}

/** Carries out a fault on the server that the client talks to; throws where it cannot be. */
export type FaultHandler = (fault: Fault) => unknown

/** The names of the commands that can be carried out. */
export function commandsOf(onFault: FaultHandler | undefined): readonly Command['name'][] {
  const names = ['connect', 'disconnect', 'presence', 'send'] as const
  return onFault === undefined ? names : [...names, 'fault']
}

/** Carries a command out. Never rejects: what does not work is refused, with a sentence that says why. */
export async function obey(
  command: Command,
  client: Commandable,
  onFault: FaultHandler | undefined,
): Promise<Outcome> {
  try {
    switch (command.name) {
      case 'connect':
        await client.connect()
        break
      case 'disconnect':
        await client.disconnect()
        break
      case 'presence':
        client.sendPresence({ show: command.show, status: command.status })
        break
      case 'send':
        sendRaw(command.xml, client)
        break
      case 'fault':
        if (onFault === undefined) throw new RangeError('nobody here can disturb the server')
        await onFault(command.fault)
    }
    return { outcome: 'ok' }
  } catch (error) {
    return { outcome: 'refused', reason: error instanceof Error ? error.message : String(error) }
  }
}

/** Sends one stanza as it was written; the namespace of the stream is taken for granted. */
function sendRaw(xml: string, client: Commandable): void {
  const stanza = readStanza(xml)
  client.use(({ bus }) => bus.send(stanza))
}

/**
 * Reads one stanza as strictly as if a server had sent it.
 * @throws ProtocolError for what is no XML, RangeError for what is no stanza
 */
export function readStanza(xml: string): XmlElement {
  const { children } = readFrame(`<stream xmlns='${ns.client}'>${xml}</stream>`)
  const elements = children.filter((child) => typeof child !== 'string')
  const [element] = elements
  const hasText = children.some((child) => typeof child === 'string' && child.trim() !== '')
  if (element === undefined || elements.length > 1 || hasText) {
    throw new RangeError('one stanza is sent at a time, with nothing beside it')
  }
  const stanza = parseStanza(element)
  if (stanza === undefined)
    throw new RangeError(`${element.name} is no stanza: send a message, presence or iq`)
  if (stanza.kind === 'problem') throw new RangeError(stanza.text)
  return element
}
