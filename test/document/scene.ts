import { createClient, ns, xml, type Client, type ClientOptions } from '../../src/index.js'
import { toIqElement } from '../../src/stanza/iq.js'
import {
  answerTo,
  createScriptedServer,
  type Reaction,
  type ScriptedServer,
} from '../../src/testing/index.js'
import { elementsOf, type HeardElement } from '../spec/heard.js'
import { elementOf } from './canonical.js'
import { textOf, type ExampleId } from './examples.js'

/** How a scene is set, beside the options of its client. */
export interface SceneOptions extends Partial<ClientOptions> {
  /** What the server answers, by the example that it answers; it gets the id that was asked with. */
  readonly answers?: Partial<Record<ExampleId, string>>
  /** The connection is in clear, and TLS is started on it; default secure from the start. */
  readonly isClear?: boolean
  /** From before XMPP 1.0: the stream is opened as in the document, without a version. */
  readonly isOld?: boolean
}

/** What is done for one example, and what comes of it; what the client says meanwhile is compared with the example. */
export interface Case {
  readonly does: (scene: Scene) => Promise<unknown>
  /** Of what was understood, at least this. */
  readonly gives?: unknown
}

/** A client and a server that a case plays. */
export interface Scene {
  /** Somebody on a scripted server, not yet connected. */
  readonly client: (jid: string, options?: SceneOptions) => Client
  /** The same, online. */
  readonly online: (jid: string, options?: SceneOptions) => Promise<Client>
  /** The server says an example, or any XML. */
  readonly says: (words: string) => void
  /** The server ends its stream. */
  readonly ends: () => void
}

/** What was played: all that was said, and how to end it. */
export interface Played {
  readonly scene: Scene
  /** Ends the session; resolves with all that the client has said, once it is over. */
  readonly end: () => Promise<string>
}

/** Sets a stage for one case. */
export function play(): Played {
  const clients: Client[] = []
  const servers: ScriptedServer[] = []
  const latest = () => servers.at(-1)?.peer
  const client: Scene['client'] = (
    jid,
    { answers = {}, isClear = false, isOld = false, ...options } = {},
  ) => {
    const server = createScriptedServer({
      jid: jid.includes('/') ? jid : `${jid}/scripted`,
      secure: !isClear,
      ...(isClear ? {} : { features: { mechanisms: ['PLAIN'], registration: true } }),
      reactions: [
        ...(isOld ? [openOld] : []),
        ...Object.entries(answers).map(([question, answer]) => answering(question, answer)),
        sayFields,
        keepRoster,
      ],
    })
    const made = createClient({ jid, password: 'mot2passe', lang: 'fr', endpoint: server.open, ...options })
    servers.push(server)
    clients.push(made)
    return made
  }
  return {
    scene: {
      client,
      online: async (jid, options) => {
        const made = client(jid, options)
        await made.connect()
        return made
      },
      says: (words) => latest()?.say(words),
      ends: () => latest()?.closeStream(),
    },
    end: async () => {
      for (const one of clients) await one.close()
      return servers.flatMap(({ peers }) => peers.map(({ heard }) => heard)).join('')
    },
  }
}

/** The old opening, which the document shows, and no features after it. */
const openOld: Reaction = (heard, peer) => {
  if (heard.kind === 'header') peer.say(textOf('S1.3'))
  return heard.kind === 'header'
}

/** Answers what asks the same as an example: of its type and, if it is a request, with its kind of payload. */
function answering(example: string, answer: string): Reaction {
  const asked = toQuestion(elementOf(textOf(example)))
  return (heard, peer) => {
    if (heard.kind !== 'element') return false
    if (toQuestion(elementOf(peer.spell(heard.element))) !== asked) return false
    peer.say(answer.replace(/ id=(['"])[^'"]*\1/, ` id='${heard.element.attribute('id')}'`))
    return true
  }
}

function toQuestion(element: HeardElement): string {
  const [payload] = elementsOf(element)
  const { type } = element.attributes
  return [element.name, type, ...(element.name === 'iq' ? [payload?.namespace] : [])].join(' ')
}

/** The document’s client knows what it takes to make an account; ours asks (XEP-0077 §3.1). */
const sayFields: Reaction = (heard, peer) => {
  if (heard.kind !== 'element' || heard.element.attribute('type') !== 'get') return false
  if (heard.element.child('query', ns.register) === undefined) return false
  const fields = ['username', 'password', 'email'].map((name) => xml(name, ns.register))
  peer.say(answerTo(heard.element, xml('query', ns.register, {}, ...fields)))
  return true
}

/** A change to the contact list is pushed, then confirmed (RFC 6121 §2.1.6). */
const keepRoster: Reaction = (heard, peer) => {
  const query = heard.kind === 'element' ? heard.element.child('query', ns.roster) : undefined
  if (heard.kind !== 'element' || query?.child('item') === undefined) return false
  peer.say(toIqElement({ type: 'set', id: 'push', payload: query }), answerTo(heard.element))
  return true
}
