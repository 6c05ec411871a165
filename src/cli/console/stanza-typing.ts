import type { XmlElement } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import { serializeOpening } from '../../xml/serializer.js'
import { UsageError } from '../usage-error.js'
import { toSection } from './sections.js'
import { SpelledStream } from './spelled-stream.js'

const stanzaNames: ReadonlySet<string> = new Set(['iq', 'message', 'presence'])

/** Stanzas that somebody types, over as many lines as each takes. */
export class StanzaTyping {
  #stanzas: XmlElement[] = []
  #mistake: UsageError | undefined
  #stream = this.#begin()

  /** Whether a stanza is begun and not closed yet. */
  get isOpen(): boolean {
    return this.#stream.isOpen
  }

  /** One line more; gives the stanzas that it closes. @throws UsageError for what is none, and all of it is forgotten */
  take(line: string): readonly XmlElement[] {
    this.#stream.write(`${line}\n`)
    const [stanzas, mistake] = [this.#stanzas, this.#mistake]
    this.#stanzas = []
    if (mistake === undefined) return stanzas
    this.drop()
    throw mistake
  }

  /** Forgets what is begun. */
  drop(): void {
    this.#mistake = undefined
    this.#stanzas = []
    this.#stream = this.#begin()
  }

  #begin(): SpelledStream {
    const stream = new SpelledStream({
      piece: ({ what, element }) => {
        if (what === 'header') return
        if (element === undefined)
          this.#mistake ??= new UsageError('That closes the stream.', 'Type /disconnect.')
        else if (element.namespace === ns.client && stanzaNames.has(element.name)) this.#stanzas.push(element)
        else this.#mistake ??= noStanza(element)
      },
      failed: (error) => {
        this.#mistake ??= new UsageError(
          `That was not sent: ${error.message} (${toSection(error.condition)}).`,
          'Type one whole element, e.g. <presence/>, or a command: see /help.',
        )
      },
    })
    stream.write(serializeOpening({}))
    return stream
  }
}

const noStanza = ({ name, namespace }: XmlElement): UsageError =>
  new UsageError(
    `That was not sent: <${name}/> in ${namespace} is no stanza (RFC 6120 §8).`,
    'Type <message/>, <presence/> or <iq/>; with --no-login the whole stream is yours.',
  )
