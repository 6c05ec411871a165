import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { parseDataForm, toFormTypeField, toDataFormElement } from './data-form.js'
import { parseDateTime, toDateTime } from './date-time.js'
import { findForwarded, toForwardedElement } from './forwarded.js'
import { Jid, toJid, tryParseJid, type JidInput } from './jid.js'
import {
  findPage,
  findPageRequest,
  toPage,
  toPageRequest,
  type Page,
  type PageRequest,
} from './result-set.js'

/** Which messages of an archive are wanted; moments in milliseconds since 1970 began, UTC. @see XEP-0313 §4.1 */
export interface ArchiveFilter {
  /** Exchanged with: any resource of a bare JID, or one. Default: everybody. */
  readonly with?: JidInput | undefined
  /** The earliest moment that is wanted. Default: the beginning of the archive. */
  readonly start?: number | undefined
  /** The latest moment that is wanted. Default: the end of the archive. */
  readonly end?: number | undefined
}

/** A query as its archive reads it. */
export interface ArchiveQuery {
  readonly queryId: string | undefined
  readonly filter: { readonly with: Jid | undefined } & Omit<ArchiveFilter, 'with'>
  readonly page: PageRequest
}

/** Why a query cannot be answered: a field that is not known, or a value that is none. */
export type ArchiveQueryProblem = 'bad-request' | 'feature-not-implemented'

/** One message out of an archive. @see XEP-0313 §4.2 */
export interface ArchiveResult {
  readonly queryId: string | undefined
  /** What the archive calls it. */
  readonly id: string
  /** `undefined` where there is none to be read: an archive may take one out, and keep its place (XEP-0313 §3.2). */
  readonly message: XmlElement | undefined
  /** When it was received by the archive, where that is said. */
  readonly moment: number | undefined
}

/** The end of an answer. @see XEP-0313 §4.3 */
export interface ArchiveEnd {
  /** Nothing follows this page. */
  readonly complete: boolean
  /** `false`: what is on this page, and in which order, may change yet. */
  readonly stable: boolean
  readonly page: Page
}

/** Writes a query; throws `RangeError` for what cannot be written. @see XEP-0313 §4 */
export function toArchiveQuery(
  queryId: string,
  { with: jid, start, end }: ArchiveFilter,
  page: PageRequest,
): XmlElement {
  const fields = [
    ['with', jid === undefined ? undefined : toJid(jid).toString()],
    ['start', start === undefined ? undefined : toDateTime(start)],
    ['end', end === undefined ? undefined : toDateTime(end)],
  ] as const
  const given = fields.flatMap(([name, value]) => (value === undefined ? [] : [{ name, values: [value] }]))
  const form = { type: 'submit', fields: [toFormTypeField(ns.archive), ...given] } as const
  return xml(
    'query',
    ns.archive,
    { queryid: queryId },
    given.length === 0 ? undefined : toDataFormElement(form),
    toPageRequest(page),
  )
}

/** Writes the form of what may be asked for (XEP-0313 §4.1.6). */
export function toArchiveForm(): XmlElement {
  const fields = [
    toFormTypeField(ns.archive),
    { name: 'with', type: 'jid-single' },
    { name: 'start', type: 'text-single' },
    { name: 'end', type: 'text-single' },
  ] as const
  return xml('query', ns.archive, {}, toDataFormElement({ type: 'form', fields }))
}

/** Reads a query; `undefined` if the element is none. */
export function parseArchiveQuery(element: XmlElement): ArchiveQuery | ArchiveQueryProblem | undefined {
  if (!element.is('query', ns.archive)) return undefined
  const x = element.child('x', ns.dataForm)
  const form = x && parseDataForm(x)
  if (x !== undefined && form === undefined) return 'bad-request'
  const fields = new Map(form?.fields.map(({ name = '', values: [value = ''] }) => [name, value]))
  for (const name of fields.keys()) if (!knownFields.has(name)) return 'feature-not-implemented'
  const text = fields.get('with')
  const jid = text === undefined ? undefined : tryParseJid(text)
  const start = readMoment(fields.get('start'))
  const end = readMoment(fields.get('end'))
  if ((jid !== undefined && !(jid instanceof Jid)) || start === null || end === null) return 'bad-request'
  return {
    queryId: element.attribute('queryid'),
    filter: { with: jid, start, end },
    page: findPageRequest(element),
  }
}

const knownFields: ReadonlySet<string> = new Set(['FORM_TYPE', 'with', 'start', 'end'])

/** `null`: it is none. */
function readMoment(text: string | undefined): number | undefined | null {
  return text === undefined ? undefined : (parseDateTime(text) ?? null)
}

/**
 * Reads the result among the payloads of a message; `undefined` where there is none, and where there are several. Anybody can
 * write one: it counts only from the archive that was asked, and with the id of the question.
 * @see XEP-0313 §4.2, §8.2
 */
export function findArchiveResult(payloads: readonly XmlElement[]): ArchiveResult | undefined {
  const [result, ...others] = payloads.filter((payload) => payload.is('result', ns.archive))
  const id = result?.attribute('id')
  if (result === undefined || others.length > 0 || !id) return undefined
  const forwarded = findForwarded(result)
  return {
    queryId: result.attribute('queryid'),
    id,
    message: forwarded?.message,
    moment: forwarded?.moment,
  }
}

/**
 * Tells a message from all others of its archive, for which what the archive calls it is not enough: ejabberd makes that of
 * the moment, and two messages that come in one microsecond are called alike.
 * @param id what the archive calls it
 * @param messageId the id of the message itself
 */
export function toArchivedName(id: string, from: string | undefined, messageId: string | undefined): string {
  return [id, from, messageId].join(' ')
}

/** The same of a result. */
export const toResultName = ({ id, message }: ArchiveResult): string =>
  toArchivedName(id, message?.attribute('from'), message?.attribute('id'))

/** Writes a result, the payload of a message. */
export function toArchiveResult({
  queryId,
  id,
  message,
  moment,
}: ArchiveResult & { readonly message: XmlElement }): XmlElement {
  return xml('result', ns.archive, { queryid: queryId, id }, toForwardedElement({ message, moment }))
}

/** Reads the end of an answer; `undefined` if the element is none. */
export function parseArchiveEnd(element: XmlElement): ArchiveEnd | undefined {
  if (!element.is('fin', ns.archive)) return undefined
  const complete = element.attribute('complete')
  const stable = element.attribute('stable')
  return {
    complete: complete === 'true' || complete === '1',
    stable: stable !== 'false' && stable !== '0',
    page: findPage(element),
  }
}

/** Writes the end of an answer. */
export function toArchiveEnd({ complete, stable, page }: ArchiveEnd): XmlElement {
  const says = { complete: complete ? 'true' : undefined, stable: stable ? undefined : 'false' }
  return xml('fin', ns.archive, says, toPage(page))
}
