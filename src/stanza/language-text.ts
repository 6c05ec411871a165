import { XmlElement, type XmlAttribute } from '../xml/element.js'
import { xmlNamespace } from '../xml/namespaces.js'

/** One wording of a text; `lang` is the `xml:lang` in effect, `undefined` where none is. */
export interface LanguageText {
  readonly lang: string | undefined
  readonly text: string
}

/**
 * A text that the application gives: plain, one wording per language tag, or a list. A plain text is in the language
 * of the stanza.
 */
export type TextInput = string | Readonly<Record<string, string>> | readonly LanguageText[]

/**
 * The wording that suits a reader best: by language range in order of preference (lookup, then any longer tag of the
 * range), else the first. `undefined` only where there is none at all. @see RFC 4647 §3.4
 * @example
 * pickText(message.bodies, ['fr-CA', 'en']) // a wording in fr-CA, else fr, else en, else the first
 */
export function pickText(
  texts: readonly LanguageText[],
  ranges: readonly (string | undefined)[] = [],
): string | undefined {
  if (texts.length > 1) {
    for (const range of ranges) {
      const found = range === undefined ? texts.find((text) => text.lang === undefined) : lookUp(texts, range)
      if (found !== undefined) return found.text
    }
  }
  return texts[0]?.text
}

function lookUp(texts: readonly LanguageText[], range: string): LanguageText | undefined {
  const wanted = range.toLowerCase()
  for (let prefix = wanted; prefix !== ''; prefix = shorten(prefix)) {
    const found = texts.find((text) => text.lang?.toLowerCase() === prefix)
    if (found !== undefined) return found
  }
  return texts.find((text) => text.lang?.toLowerCase().startsWith(`${wanted}-`))
}

/** Drops the last subtag, and a single letter that would then be last. */
function shorten(tag: string): string {
  return tag.replace(/(?:-[a-z0-9])?-[^-]*$|^[^-]*$/, '')
}

/** The language in effect on an element whose surroundings are in the language `inherited`. @see RFC 6120 §8.1.5 */
export function readLang(element: XmlElement, inherited: string | undefined): string | undefined {
  const own = element.attribute('lang', xmlNamespace)
  if (own === undefined) return inherited
  return own === '' ? undefined : own
}

/** Reads one wording; `inherited` is the language around it. */
export function readText(element: XmlElement, inherited: string | undefined): LanguageText {
  return { lang: readLang(element, inherited), text: element.text() }
}

/**
 * The wordings to send; throws `RangeError` for two in one language (RFC 6121 §5.2.3), and TypeError for what is no text. Where
 * `text` and `all` disagree, `text` is what the application changed, so it counts.
 */
export function toLanguageTexts(
  text: TextInput | undefined,
  all: readonly LanguageText[] | undefined,
  lang: string | undefined,
): readonly LanguageText[] {
  const texts = gatherTexts(text, all, lang)
  for (const [index, one] of texts.entries()) {
    if (typeof one.text !== 'string') {
      throw new TypeError(`a text to send is a string, or one for each language: not ${String(one.text)}`)
    }
    if (texts.findIndex((other) => other.lang === one.lang) !== index) {
      throw new RangeError(`two texts are in the language ${one.lang ?? 'of nothing'}`)
    }
  }
  return texts
}

function gatherTexts(
  text: TextInput | undefined,
  all: readonly LanguageText[] | undefined,
  lang: string | undefined,
): readonly LanguageText[] {
  if (text === undefined) return all ?? []
  if (typeof text !== 'object' || text === null) {
    return all !== undefined && pickText(all, [lang]) === text ? all : [{ lang, text }]
  }
  if (isList(text)) return text
  return Object.entries(text).map(([tag, wording]) => ({ lang: tag === '' ? undefined : tag, text: wording }))
}

function isList(text: TextInput): text is readonly LanguageText[] {
  return Array.isArray(text)
}

/** Writes one wording inside surroundings in the language `inherited`. */
export function toTextElement(
  name: string,
  namespace: string,
  { lang, text }: LanguageText,
  inherited: string | undefined,
): XmlElement {
  return new XmlElement(name, namespace, lang === inherited ? noAttributes : [toLangAttribute(lang)], [text])
}

const noAttributes: readonly XmlAttribute[] = []

/** The attribute that puts an element into a language, or into none. */
export function toLangAttribute(lang: string | undefined): XmlAttribute {
  return { name: 'lang', namespace: xmlNamespace, value: lang ?? '' }
}
