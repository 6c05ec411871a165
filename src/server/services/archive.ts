import { parseArchiveQuery, toArchiveEnd, toArchiveForm, toArchiveResult } from '../../stanza/archive.js'
import type { IqRequest } from '../../stanza/iq.js'
import type { Jid } from '../../stanza/jid.js'
import { toMessageElement } from '../../stanza/message.js'
import type { XmlElement } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import type { Archive, ArchivedMessage } from '../archive.js'
import { refused, type Service, type ServiceAnswer } from './service.js'

/** Whose archive is read by whom, and how the results get there. */
interface Reading<Archived extends ArchivedMessage> {
  readonly archive: Archive<Archived>
  /** Of whom it is. */
  readonly owner: Jid
  readonly reader: Jid
  /** Messages that one answer brings at most. */
  readonly pageLimit: number
  readonly send: (result: XmlElement) => void
  /** A message as its reader may see it. */
  readonly shown: (message: Archived) => XmlElement
}

/** Reads from the archive of one's own account, page by page. */
export const serveArchive: Service = ({ iq, from, account, isOwn, realm }) => {
  if (account === undefined || !iq.payload.is('query', ns.archive)) return undefined
  if (!isOwn) return refused('forbidden')
  const resource = account.resources.get(from.resource ?? '')
  return readArchive(iq, {
    archive: account.archive,
    owner: account.jid,
    reader: from,
    pageLimit: realm.limits.archivedPage,
    send: (result) => resource?.send(result),
    shown: ({ element }) => element,
  })
}

/** Answers a query, the results before the answer (XEP-0313 §4). */
export function readArchive<Archived extends ArchivedMessage>(
  { payload, type }: IqRequest,
  { archive, owner, reader, pageLimit, send, shown }: Reading<Archived>,
): ServiceAnswer | undefined {
  if (type === 'get') return { kind: 'result', payload: toArchiveForm() }
  const query = parseArchiveQuery(payload)
  if (query === undefined) return undefined
  if (typeof query === 'string') return refused(query)
  const { queryId, filter, page } = query
  const found = archive.find(filter, page, pageLimit)
  if (found === undefined) return refused('item-not-found')
  const { messages, index, count, complete } = found
  for (const message of messages) {
    const { id, moment } = message
    const result = toArchiveResult({ queryId, id, moment, message: shown(message) })
    send(toMessageElement({ from: owner, to: reader, payloads: [result] }))
  }
  const first = messages[0]?.id
  const last = messages.at(-1)?.id
  const part = { first, index: first === undefined ? undefined : index, last, count }
  return { kind: 'result', payload: toArchiveEnd({ complete, stable: true, page: part }) }
}
