import { StanzaError, type StanzaErrorCondition, type StanzaErrorType } from '../errors.js'
import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { Jid, tryParseJid } from './jid.js'
import { pickText, readLang, readText, toTextElement } from './language-text.js'
import { defaultErrorTypes, isStanzaErrorCondition, legacyErrors } from './stanza-error-tables.js'

/** What the application says in an error; a received `StanzaError` can be given as it is. */
export interface StanzaErrorInput {
  /** What went wrong. @see RFC 6120 §8.3.3 */
  readonly condition: StanzaErrorCondition
  /** Default: the type that the specification gives to the condition. */
  readonly type?: StanzaErrorType | undefined
  /** Words for people. */
  readonly text?: string | undefined
  /** The language of `text`, where it is not that of the stanza. */
  readonly lang?: string | undefined
  /** The entity that reports the error, where it is not the sender. */
  readonly by?: string | undefined
  /** With `gone` and `redirect` alone: the other address, as a URI. */
  readonly alternative?: string | undefined
  /** An application-specific condition. */
  readonly application?: XmlElement | undefined
}

/**
 * Reads the error out of a stanza of type `error`. It always gives one: an unknown condition is `undefined-condition`,
 * a bare numeric code is translated (XEP-0086). @see RFC 6120 §8.3
 */
export function parseStanzaError(stanza: XmlElement, streamLang?: string): StanzaError {
  const error = stanza.child('error')
  if (error === undefined) return new StanzaError('undefined-condition', 'cancel')
  const lang = readLang(error, readLang(stanza, streamLang))
  const elements = error.elements()
  const defined = elements.filter((element) => element.namespace === ns.stanzaErrors)
  const conditions = defined.filter((element) => element.name !== 'text')
  const known = conditions.find((element) => isStanzaErrorCondition(element.name))
  const legacy = conditions.length === 0 ? legacyErrors.get(error.attribute('code') ?? '') : undefined
  const condition = known !== undefined && isStanzaErrorCondition(known.name) ? known.name : legacy?.condition
  const texts = defined.filter((element) => element.name === 'text')
  const legacyText = error.text().trim()
  const type = error.attribute('type')
  return new StanzaError(
    condition ?? 'undefined-condition',
    isType(type) ? type : (legacy?.type ?? defaultErrorTypes[condition ?? 'undefined-condition']),
    {
      text:
        pickText(
          texts.map((element) => readText(element, lang)),
          [lang],
        ) ?? (legacyText === '' ? undefined : legacyText),
      by: error.attribute('by'),
      alternative: readAlternative(known),
      applicationCondition: elements.find((element) => element.namespace !== ns.stanzaErrors)?.name,
    },
  )
}

/** Only `gone` and `redirect` have content. @see RFC 6120 §8.3.3.5 */
function readAlternative(condition: XmlElement | undefined): string | undefined {
  if (condition?.name !== 'gone' && condition?.name !== 'redirect') return undefined
  const address = condition.text().trim()
  return address === '' ? undefined : address
}

function isType(type: string | undefined): type is StanzaErrorType {
  return type === 'auth' || type === 'cancel' || type === 'continue' || type === 'modify' || type === 'wait'
}

/** Writes `<error/>`, the child of a stanza of type `error`. @see RFC 6120 §8.3.2 */
export function toStanzaErrorElement(input: StanzaErrorInput): XmlElement {
  const { condition, text, lang, by, alternative, application } = input
  const hasAlternative = alternative !== undefined && (condition === 'gone' || condition === 'redirect')
  return xml(
    'error',
    ns.client,
    { type: input.type ?? defaultErrorTypes[condition], by },
    xml(condition, ns.stanzaErrors, {}, hasAlternative ? alternative : undefined),
    text === undefined ? undefined : toTextElement('text', ns.stanzaErrors, { lang, text }, undefined),
    application,
  )
}

/**
 * Answers a stanza with an error; `undefined` where none may be sent: to an error, to an answer, to an address that is
 * none. An IQ without an id is answered with an empty one. @see RFC 6120 §8.1.1.1, §8.2.3, §8.3.1
 */
export function toErrorReply(stanza: XmlElement, error: StanzaErrorInput): XmlElement | undefined {
  const type = stanza.attribute('type')
  const isIq = stanza.name === 'iq'
  const id = stanza.attribute('id') ?? (isIq ? '' : undefined)
  const to = stanza.attribute('from')
  if (type === 'error' || (isIq && type === 'result')) return undefined
  if (to !== undefined && !(tryParseJid(to) instanceof Jid)) return undefined
  return xml(
    stanza.name,
    ns.client,
    { from: stanza.attribute('to'), to, id, type: 'error' },
    toStanzaErrorElement(error),
  )
}
