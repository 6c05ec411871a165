import { childOf, textOf, type HeardElement } from './heard.js'
import type { Peer } from './peer.js'
import { at, failure, result, says, tea } from './room.js'

const archiveNamespace = 'urn:xmpp:mam:2'

/** What the room’s archive calls a message. */
export const stanzaId = (id: string, by = tea) => `<stanza-id xmlns='urn:xmpp:sid:0' by='${by}' id='${id}'/>`

/** What somebody has said, with what the room’s archive calls it: the same as its text. */
export const named = (nickname: string, text: string, more = '') =>
  `<message from='${at(nickname)}' to='alice@example.test/desk' type='groupchat' id='m-${text}'><body>${text}</body>${stanzaId(text)}${more}</message>`

/** The same, as an archive has it. */
export const kept = (text: string, from = at('Bob'), type = 'groupchat', id = `m-${text}`) =>
  `<message xmlns='jabber:client' from='${from}' type='${type}' id='${id}'><body>${text}</body></message>`

/** All questions to an archive, in order. */
export const questionsIn = ({ elements }: Peer): readonly HeardElement[] =>
  elements.filter(
    (element) => element.name === 'iq' && childOf(element, 'query')?.namespace === archiveNamespace,
  )

/** The last question to an archive: where it went, and what it asked for. */
export function question(peer: Peer) {
  const request = questionsIn(peer).at(-1)
  const query = request && childOf(request, 'query')
  if (request === undefined || query === undefined) throw new Error(`no archive was asked: ${peer.raw}`)
  const set = childOf(query, 'set')
  const form = childOf(query, 'x')
  const fields = (form?.children ?? []).flatMap((child) => {
    if (typeof child === 'string') return []
    return [[child.attributes['var'] ?? '', textOf(childOf(child, 'value'))] as const]
  })
  const part = (name: string) => {
    const found = set && childOf(set, name)
    return found && textOf(found)
  }
  return {
    id: request.attributes['id'],
    to: request.attributes['to'],
    type: request.attributes['type'],
    query: query.attributes['queryid'] ?? '',
    page: { max: part('max'), after: part('after'), before: part('before') },
    start: new Map(fields).get('start'),
  }
}

/** When the archive got a message: each a minute after the one before. */
export const momentOf = (id: string): number => Date.UTC(2026, 0, 2) + Number(id.replace(/\D/g, '')) * 60_000

/** One result of the archive. */
export const archived = (query: string, id: string, message = kept(id), from = tea) =>
  `<message from='${from}' to='alice@example.test/desk'><result xmlns='${archiveNamespace}' queryid='${query}' id='${id}'>` +
  `<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='${new Date(momentOf(id)).toISOString()}'/>${message}</forwarded></result></message>`

/** The end of a page. */
export const end = (
  id: string | undefined,
  isComplete: boolean,
  ids: readonly string[] = [],
  { from = tea, says: attributes = '' } = {},
) =>
  result(
    id,
    `<fin xmlns='${archiveNamespace}' ${isComplete ? "complete='true'" : ''} ${attributes}><set xmlns='http://jabber.org/protocol/rsm'>` +
      `${ids.length === 0 ? '' : `<first>${ids[0]}</first><last>${ids.at(-1)}</last>`}</set></fin>`,
    from,
  )

/** A page of messages that are called as they read. */
export function toPage(peer: Peer, isComplete: boolean, ...ids: readonly string[]): string {
  const { id, query } = question(peer)
  return ids.map((each) => archived(query, each)).join('') + end(id, isComplete, ids)
}

/** The archive answers what it was asked last. */
export const answers = (peer: Peer, isComplete: boolean, ...ids: readonly string[]): Promise<void> =>
  says(peer, toPage(peer, isComplete, ...ids))

/** The archive answers whatever it is asked, out of what it has, until it is asked nothing more. */
export async function serves(peer: Peer, all: readonly string[]): Promise<void> {
  for (let answered: string | undefined; question(peer).id !== answered;) {
    const { id, page } = question(peer)
    answered = id
    const following = page.before === '' ? all.slice(-1) : all.slice(all.indexOf(page.after ?? '') + 1)
    const part = following.slice(0, Number(page.max))
    await answers(peer, part.length === following.length, ...part)
  }
}

/** The archive refuses what it was asked last; by default since there is none. */
export const refuses = (peer: Peer, condition = 'service-unavailable'): Promise<void> =>
  says(peer, failure(question(peer).id, condition))
