import { parseArchiveQuery, toArchiveEnd, toArchiveForm, toArchiveResult } from '../../stanza/archive.js'
import { toMessageElement } from '../../stanza/message.js'
import * as ns from '../../xml/namespaces.js'
import type { Service } from './service.js'

/** Reads from the archive of one's own account, page by page, the results before the answer (XEP-0313 §4). */
export const serveArchive: Service = ({ iq, from, account, isOwn, realm }) => {
  if (account === undefined || !iq.payload.is('query', ns.archive)) return undefined
  if (!isOwn) return { kind: 'refused', condition: 'forbidden' }
  if (iq.type === 'get') return { kind: 'result', payload: toArchiveForm() }
  const query = parseArchiveQuery(iq.payload)
  if (query === undefined) return undefined
  if (typeof query === 'string') return { kind: 'refused', condition: query }
  const { queryId, filter, page } = query
  const found = account.archive.find(filter, page, realm.limits.archivedPage)
  if (found === undefined) return { kind: 'refused', condition: 'item-not-found' }
  const { messages, index, count, complete } = found
  const resource = account.resources.get(from.resource ?? '')
  for (const { id, moment, element } of messages) {
    const result = toArchiveResult({ queryId, id, moment, message: element })
    resource?.send(toMessageElement({ from: account.jid, to: from, payloads: [result] }))
  }
  const first = messages[0]?.id
  const last = messages.at(-1)?.id
  const shown = { first, index: first === undefined ? undefined : index, last, count }
  return { kind: 'result', payload: toArchiveEnd({ complete, stable: true, page: shown }) }
}
