import { archive, XmppError, type ArchiveOptions } from '../../src/index.js'
import type { ClientOptions } from '../../src/client-options.js'
import { childOf, type HeardElement } from '../spec/heard.js'
import type { Peer } from '../spec/peer.js'
import { logIn, rest, start } from '../spec/session.js'

export const own = 'alice@example.test'
export const bob = 'bob@example.test'

/** What the account's archive calls a message. */
export const stanzaId = (id: string) => `<stanza-id xmlns='urn:xmpp:sid:0' by='${own}' id='${id}'/>`

/** A message with what the account's archive calls it. */
export const live = (body: string, id?: string, from = `${bob}/x`) =>
  `<message from='${from}' type='chat'><body>${body}</body>${id === undefined ? '' : stanzaId(id)}</message>`

export const forwarded = (message: string, stamp = '2026-01-02T03:04:05Z') =>
  `<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='${stamp}'/>${message}</forwarded>`

/** Inside of another namespace it has to say its own. */
export const inner = (body: string, from = `${bob}/x`, id = '', to = own) =>
  `<message xmlns='jabber:client' from='${from}' to='${to}' type='chat'${id && ` id='${id}'`}><body>${body}</body></message>`

export const archived = (query: string, id: string, message: string, from = own, stamp?: string) =>
  `<message${from && ` from='${from}'`}><result xmlns='urn:xmpp:mam:2' queryid='${query}' id='${id}'>${forwarded(message, stamp)}</result></message>`

/** @param ends what the archive calls the first and the last message of the page */
export const end = (
  request: HeardElement,
  complete: boolean,
  ends?: { readonly first: string; readonly last: string },
) =>
  `<iq type='result' id='${request.attributes['id']}'><fin xmlns='urn:xmpp:mam:2'${complete ? " complete='true'" : ''}><set xmlns='http://jabber.org/protocol/rsm'>${ends ? `<first>${ends.first}</first><last>${ends.last}</last>` : ''}</set></fin></iq>`

/** The answer that is none. */
export const refusal = (request: HeardElement, condition: string) =>
  `<iq type='error' id='${request.attributes['id']}'><error type='wait'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`

/** The answer to what was asked behind a question. */
export const pong = (request: HeardElement) => {
  if (childOf(request, 'ping') === undefined) throw new Error('it is no ping')
  return `<iq type='result' id='${request.attributes['id']}'/>`
}

/** The next question to the archive: its request, its id, and the page that it asks for. */
export async function question(peer: Peer) {
  const request = await peer.next('iq')
  const query = childOf(request, 'query')
  const set = query === undefined ? undefined : childOf(query, 'set')
  const field = (name: string) => {
    const found = set === undefined ? undefined : childOf(set, name)
    return found === undefined
      ? undefined
      : found.children.filter((child) => typeof child === 'string').join('')
  }
  return {
    request,
    query: query?.attributes['queryid'] ?? '',
    page: { max: field('max'), after: field('after'), before: field('before') },
  }
}

/** Answers the question for the youngest message, which follows a page that may lack something wherever one looks. */
export async function tellYoungest(peer: Peer, stamp?: string): Promise<void> {
  const { page, query, request } = await question(peer)
  if (page.before !== '') throw new Error(`a page is asked for, after ${page.after}`)
  peer.say(archived(query, 'youngest', inner('youngest'), own, stamp) + end(request, true))
}

/** A result whose message says its own name, of which the archive takes no more than two letters. */
export const alike = (query: string, name: string) =>
  archived(query, name.slice(0, 2), inner(name, `${bob}/x`, name))

/** Answers each question with a page of messages of these names; gives the page that was asked for. */
export const answering =
  (peer: Peer, toResult: (query: string, name: string) => string = alike) =>
  async (complete: boolean, ...names: readonly string[]) => {
    const { page, query, request } = await question(peer)
    peer.say(names.map((name) => toResult(query, name)).join('') + end(request, complete))
    return page
  }

/** A client with its archive, available unless something else is said, whose server is the test; what came out of `message$` so far, and where it stands. */
export async function remember(options: Partial<ClientOptions> = {}, archiveOptions: ArchiveOptions = {}) {
  const session = start({ presence: {}, ...options })
  const history = session.client.use((host) => archive(host, archiveOptions))
  const seen: string[] = []
  const states: string[] = []
  history.message$.subscribe(({ id, message }) =>
    seen.push(`${message.body}${id === undefined ? '' : ` ${id}`}`),
  )
  history.state$.subscribe(({ status }) => states.push(status))
  const enter = async (index: number) => {
    const peer = await session.peer(index)
    await logIn(peer)
    if (options.presence !== false) await peer.next('presence')
    return peer
  }
  const peer = await enter(0)
  await session.outcome
  return {
    ...session,
    history,
    seen,
    states,
    peer,
    /** The connection is lost, and another one made. */
    again: async () => {
      session.peers.at(-1)?.cut()
      await rest()
      const index = session.peers.length
      const connecting = session.client.connect()
      const entered = await enter(index)
      await connecting
      return entered
    },
  }
}

/** The same, after the first look at the end of the archive. */
export async function anchored(last?: string, options: Partial<ClientOptions> = {}) {
  const session = await remember(options)
  const { query, request } = await question(session.peer)
  session.peer.say((last === undefined ? '' : archived(query, last, inner('old'))) + end(request, true))
  await rest()
  return session
}

/** What a search fails with. */
export async function toCode(search: AsyncIterable<unknown>): Promise<unknown> {
  try {
    for await (const one of search) void one
  } catch (error) {
    return error instanceof XmppError ? error.code : error
  }
  return 'nothing'
}
