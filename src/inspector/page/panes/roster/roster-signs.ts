import type { RosterAttributes } from '../../../../../machines/subscription-state.js'
import type { StanzaCrossed } from '../../../recording/record.js'
import { attributeOf, elementsOf, parseXml, unescapeXml, type XmlElement } from '../wire/parse-xml.js'

/** What a stanza says about contacts and where one stands with them. */
export type RosterSign =
  /** The whole roster, as the server has sent it. */
  | { readonly kind: 'roster'; readonly items: readonly ListedContact[] }
  | { readonly kind: 'push'; readonly item: ListedContact }
  | {
      readonly kind: 'presence'
      readonly direction: 'sent' | 'received'
      readonly type: 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed'
      readonly jid: string
    }
  /** A new session: requests may have come and gone unseen. */
  | { readonly kind: 'session'; readonly jid: string }

export interface ListedContact {
  /** Bare, as the server writes it. */
  readonly jid: string
  readonly name: string
  readonly groups: readonly string[]
  /** `undefined`: it is removed. */
  readonly standing: RosterAttributes | undefined
}

/** Cheap enough for every stanza: most say nothing about a roster. */
const mayTell =
  /jabber:iq:roster|urn:ietf:params:xml:ns:xmpp-bind|type=['"](?:un)?subscribed?['"]|authorization-identifier/

/**
 * Reads what a stanza says about contacts; `undefined` where it says nothing.
 * @param account one’s own bare JID as far as it is known: a push or a session that claims another sender is a stranger’s, and tells nothing
 * @see RFC 6120 §7.6.1, RFC 6121 §2.1.6
 */
export function readRosterSign(record: StanzaCrossed, account: string | undefined): RosterSign | undefined {
  if (record.what !== 'element' || !mayTell.test(record.xml)) return undefined
  const { nodes, problem } = parseXml(record.xml)
  const [root] = elementsOf(nodes)
  if (root === undefined || problem !== undefined) return undefined
  if (root.name === 'presence') return readPresence(root, record.direction)
  if (record.direction === 'out') return undefined
  if (root.name === 'success') {
    const isResumed = elementsOf(root.children).some(({ name }) => name === 'resumed')
    return isResumed ? undefined : readSession(textOf(root, 'authorization-identifier'))
  }
  return root.name === 'iq' ? readAnswer(root, account) : undefined
}

/** Without its resource, in lower case: as near to its prepared form as a view has to be. */
export function toBare(jid: string): string {
  return (jid.split('/', 1)[0] ?? '').toLowerCase()
}

function readPresence(root: XmlElement, direction: 'in' | 'out'): RosterSign | undefined {
  const type = subscriptionTypes.find((known) => known === attributeOf(root, 'type'))
  const peer = attributeOf(root, direction === 'in' ? 'from' : 'to')
  if (type === undefined || peer === undefined) return undefined
  return { kind: 'presence', direction: direction === 'in' ? 'received' : 'sent', type, jid: toBare(peer) }
}

const subscriptionTypes = ['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed'] as const

function readAnswer(root: XmlElement, account: string | undefined): RosterSign | undefined {
  const type = attributeOf(root, 'type')
  const [from, to] = [attributeOf(root, 'from'), attributeOf(root, 'to')]
  const childIn = (namespace: string) =>
    elementsOf(root.children).find((child) => attributeOf(child, 'xmlns') === namespace)
  const bind = childIn('urn:ietf:params:xml:ns:xmpp-bind')
  const bound = bind === undefined ? '' : textOf(bind, 'jid')
  const own = account ?? toBare(to ?? bound)
  const speaker = from === undefined ? own : toBare(from)
  if (type === 'result' && bind !== undefined) {
    const isOwnSide = speaker === own || own.endsWith(`@${speaker}`)
    return isOwnSide ? readSession(bound) : undefined
  }
  const query = childIn('jabber:iq:roster')
  if (query === undefined || speaker !== own) return undefined
  const items = elementsOf(query.children).flatMap((each) => (each.name === 'item' ? readItem(each) : []))
  const [item] = items
  if (type === 'result') return { kind: 'roster', items }
  return type === 'set' && item !== undefined ? { kind: 'push', item } : undefined
}

function readSession(jid: string): RosterSign | undefined {
  return jid === '' ? undefined : { kind: 'session', jid: toBare(jid) }
}

function readItem(item: XmlElement): readonly ListedContact[] {
  const jid = attributeOf(item, 'jid')
  if (jid === undefined) return []
  const said = attributeOf(item, 'subscription')
  const subscription = subscriptions.find((known) => known === said) ?? 'none'
  const approved = ['true', '1'].includes(attributeOf(item, 'approved') ?? '')
  return [
    {
      jid: toBare(jid),
      name: attributeOf(item, 'name') ?? '',
      groups: elementsOf(item.children).flatMap((each) => (each.name === 'group' ? textIn(each) : [])),
      standing:
        said === 'remove'
          ? undefined
          : { subscription, ask: attributeOf(item, 'ask') === 'subscribe', approved },
    },
  ]
}

const subscriptions = ['none', 'to', 'from', 'both'] as const

function textOf(element: XmlElement, child: string): string {
  return elementsOf(element.children).flatMap((each) => (each.name === child ? textIn(each) : []))[0] ?? ''
}

function textIn({ children }: XmlElement): string {
  return children
    .map((each) => (each.kind === 'text' ? unescapeXml(each.text) : ''))
    .join('')
    .trim()
}
