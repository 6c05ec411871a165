import { XmlElement, type AttributeName } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import { serialize } from '../../xml/serializer.js'
import { toJsonPiece } from './line-text.js'
import { tellableWords, type TellableWords } from './wire-words.js'

/** How the tags of an element are told, in pieces of a JSON text between which values and content stand. */
export interface ToldTag {
  readonly name: string
  readonly namespace: string
  /** The default namespace around it; `undefined` where it stands alone. */
  readonly outer: string | undefined
  /** And inside it. */
  readonly inner: string
  readonly attributeNames: readonly AttributeName[]
  readonly values: readonly ToldValue[]
  readonly text: TellableWords['text']
  /** How the start tag ends where content follows, and where none does. */
  readonly content: string
  readonly empty: string
  readonly end: string
  /** Whether all that is short enough to be remembered, with the namespaces by which it is found. */
  readonly isKept: boolean
  /** What was told behind it last. */
  next: ToldTag | undefined
}

/** An attribute, up to its value. */
export interface ToldValue {
  readonly before: string
  readonly kind: 'hidden' | 'language' | 'told'
  /** Whether most elements have another value. */
  readonly isNew: boolean
  /** What it was last, if that is told, and the same with what stands before it. */
  last: string | undefined
  piece: string
}

/** Of one tag, in UTF-16 units; escaped, they may be six times as long. */
const namespacesLimit = 16_384

/** No more is told of one that crosses once that is so long, in UTF-16 units; what was escaped may be five times that. */
export const lengthLimit = 131_072

/** What is remembered; what exceeds it replaces all of it, or is not remembered. */
const tagsLimit = 128
const unitsLimit = 1024

/** How tags are told that were told before: there are few, each comes often, and mostly behind the same. */
export class ToldTags {
  readonly #tags = new Map<string, ToldTag[]>()
  #count = 0
  #last: ToldTag | undefined

  /** `undefined` where it is too long to be told: it may be told again for every few letters that cross. */
  find(element: XmlElement, outer: string | undefined): ToldTag | undefined {
    const last = this.#last
    const next = last?.next
    if (next !== undefined && fits(next, element, outer)) {
      this.#last = next
      return next
    }
    const tag = this.#search(element, outer)
    const kept = tag?.isKept === true ? tag : undefined
    if (last !== undefined && kept !== undefined) last.next = kept
    this.#last = kept
    return tag
  }

  #search(element: XmlElement, outer: string | undefined): ToldTag | undefined {
    const { attributeNames, name, namespace } = element
    const known = this.#tags.get(name)
    if (known !== undefined) for (const tag of known) if (fits(tag, element, outer)) return tag
    const tag = describe(name, namespace, attributeNames, outer)
    if (tag?.isKept === true) this.#remember(tag)
    return tag
  }

  #remember(tag: ToldTag): void {
    if (this.#count === tagsLimit) {
      this.#tags.clear()
      this.#count = 0
      this.#last = undefined
    }
    this.#count += 1
    const known = this.#tags.get(tag.name)
    if (known === undefined) this.#tags.set(tag.name, [tag])
    else known.push(tag)
  }
}

const fits = (tag: ToldTag, element: XmlElement, outer: string | undefined) =>
  tag.name === element.name &&
  tag.namespace === element.namespace &&
  tag.outer === outer &&
  areSame(tag.attributeNames, element.attributeNames)

function areSame(some: readonly AttributeName[], others: readonly AttributeName[]): boolean {
  if (some === others) return true
  if (some.length !== others.length) return false
  for (let index = 0; index < some.length; index++) {
    const one = some[index]
    const other = others[index]
    if (one !== other && (one?.name !== other?.name || one?.namespace !== other?.namespace)) return false
  }
  return true
}

/** The serialiser itself spells a specimen, so that there is no second opinion on how an element is written. */
function describe(
  name: string,
  namespace: string,
  attributeNames: readonly AttributeName[],
  outer: string | undefined,
): ToldTag | undefined {
  const namespaces = [namespace, ...attributeNames.map((each) => each.namespace)]
  if (sumOf(namespaces) > namespacesLimit) return undefined
  const gap = gaps.find((each) => !namespaces.some((other) => other.includes(each)))
  if (gap === undefined) return undefined
  const values = attributeNames.map(() => gap)
  const spell = (children: readonly string[]) => {
    const specimen = new XmlElement(name, namespace, { names: attributeNames, values }, children)
    const text =
      outer === undefined ? spellAlone(specimen) : serialize(specimen, { namespace: outer, prefixes })
    return text.split(gap).map(toJsonPiece)
  }
  const pieces = spell([gap])
  const [content = '', end = ''] = pieces.slice(-2)
  const { attributes, text } = tellableWords(namespace, name)
  const units = sumOf(pieces) + name.length
  return {
    name,
    namespace,
    outer,
    inner: prefixes.has(namespace) || namespace === ns.xmlNamespace ? (outer ?? '') : namespace,
    attributeNames,
    values: attributeNames.map((each, index) => toldValue(each, pieces[index] ?? '', attributes)),
    text,
    content,
    empty: spell([]).at(-1) ?? '',
    end,
    isKept: units + namespace.length + (outer?.length ?? 0) <= unitsLimit,
    next: undefined,
  }
}

function toldValue(
  { name, namespace }: AttributeName,
  text: string,
  tellable: ReadonlySet<string>,
): ToldValue {
  const isTold = namespace === '' && tellable.has(name)
  const isLanguage = namespace === ns.xmlNamespace && name === 'lang'
  const kind = isTold ? 'told' : isLanguage ? 'language' : 'hidden'
  return { before: text, kind, isNew: changing.has(name), last: undefined, piece: text }
}

const changing: ReadonlySet<string> = new Set(['id', 'jid', 'h', 'stamp'])

const sumOf = (texts: readonly string[]) => texts.reduce((sum, { length }) => sum + length, 0)

/** One stands where a value or content will: no name has a DEL in it, and hardly a namespace has all of these. */
const gaps = Array.from('0123456789', (digit) => `\x7f${digit}`)

const prefixes = new Map([[ns.streams, 'stream']])

/** Alone, and all the same with the prefix that everybody knows. */
export function spellAlone(element: XmlElement): string {
  const text = serialize(element, { prefixes })
  if (element.namespace !== ns.streams) return text
  const name = `stream:${element.name}`
  return `<${name} xmlns:stream='${ns.streams}'${text.slice(name.length + 1)}`
}
