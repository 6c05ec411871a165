import type { Crossing } from '../../router/crossing.js'
import type { XmlElement } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import { serialize } from '../../xml/serializer.js'
import { conceal } from '../conceal.js'
import type { Screen } from '../screen.js'
import { styled } from '../text.js'

/** Characters of one element that are shown. */
const lengthLimit = 16_384

/** What crosses the stream, on the screen: `→` is sent, `←` received. */
export class WireLines {
  readonly #screen: Screen
  readonly #showsSecrets: boolean

  /** @param showsSecrets whether credentials are shown as they are */
  constructor(screen: Screen, showsSecrets: boolean) {
    this.#screen = screen
    this.#showsSecrets = showsSecrets
  }

  /** What the engine says and hears. */
  cross(crossing: Crossing): void {
    const { direction, text, what } = crossing
    if (what === 'broken') this.unread(direction, text)
    else this.spelled(direction, text, what === 'element' ? crossing.element : undefined)
  }

  /** As it was spelled, unless there is a secret in it. @param element what it was read as */
  spelled(direction: Crossing['direction'], text: string, element: XmlElement | undefined): void {
    const isTellable =
      this.#showsSecrets || element === undefined || serialize(element) === serialize(conceal(element))
    this.#say(direction, isTellable ? text : this.#toXml(element))
  }

  /** What could not be read; tells only how much there is where a secret may be in it. */
  unread(direction: Crossing['direction'], text: string): void {
    const isTellable = this.#showsSecrets || !mayHoldSecret(text)
    this.#say(direction, isTellable ? text : `…(${text.length} characters)`)
  }

  #say(direction: Crossing['direction'], text: string): void {
    const isOut = direction === 'out'
    const shown =
      text.length > lengthLimit ? `${text.slice(0, lengthLimit)}…(${text.length} characters)` : text
    const lines = shown.split(/\r?\n/).filter((line) => line.trim() !== '')
    lines.forEach((line, index) => {
      const mark = index > 0 ? '  ' : isOut ? '→ ' : '← '
      const style = isOut ? 'magenta' : 'cyan'
      this.#screen.print(styled(style, `${mark}${line}`))
    })
  }

  #toXml(element: XmlElement): string {
    const told = this.#showsSecrets ? element : conceal(element)
    return serialize(told, { namespace: ns.client, prefixes: streamPrefix })
  }
}

const streamPrefix = new Map([[ns.streams, 'stream']])

const secretWords = /\b(?:password|digest|preauth|secret|token|auth|response|challenge|success)\b/i

/** Whether a piece of XML that nobody has parsed may carry a credential. */
export const mayHoldSecret = (text: string): boolean => secretWords.test(text)
