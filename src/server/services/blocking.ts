import { parseBlocking, toBlockingElement, type Blocking } from '../../stanza/blocking.js'
import { toIqElement } from '../../stanza/iq.js'
import { toJid, type Jid } from '../../stanza/jid.js'
import type { Account } from '../account.js'
import { hideFrom, showTo } from '../presence-broadcast.js'
import type { Realm } from '../realm.js'
import { refused, type Service, type ServiceAnswer } from './service.js'

/** Keeps addresses from an account, and the account from them. @see XEP-0191 §3 */
export const serveBlocking: Service = ({ iq, from, account, isOwn, realm }) => {
  const wish = parseBlocking(iq.payload)
  if (wish === undefined || account === undefined) return undefined
  const resource = account.resources.get(from.resource ?? '')
  if (!isOwn || resource === undefined) return refused('forbidden')
  if ((wish.name === 'blocklist') !== (iq.type === 'get')) return refused('bad-request')
  if (wish.name !== 'blocklist') return change(realm, account, wish)
  resource.hearsOfBlocking = true
  return { kind: 'result', payload: toBlockingElement('blocklist', account.blocklist.names) }
}

function change(realm: Realm, account: Account, { isEmpty, jids, name }: Blocking): ServiceAnswer {
  if (isEmpty && name === 'block') return refused('bad-request')
  if (!isEmpty && jids.length === 0) return refused('jid-malformed')
  if (name === 'block') {
    const refusal = block(realm, account, jids)
    if (refusal !== undefined) return refusal
  } else unblock(realm, account, isEmpty ? account.blocklist.names.map((blocked) => toJid(blocked)) : jids)
  const push = toBlockingElement(name, jids)
  return { kind: 'result', afterwards: () => tellAll(realm, account, push) }
}

/** Whoever sees the account hears that it is gone, while that can be said yet. @see XEP-0191 §3.3 */
function block(realm: Realm, account: Account, jids: readonly Jid[]): ServiceAnswer | undefined {
  if (jids.some((jid) => jid.bare.equals(account.jid))) return refused('not-allowed')
  const { blocklist } = account
  if (!blocklist.hasRoomFor(jids)) return refused('resource-constraint')
  for (const jid of jids) if (!blocklist.blocks(jid)) hideFrom(realm, account, jid)
  blocklist.add(jids)
  return undefined
}

/** @see XEP-0191 §3.4, §3.5 */
function unblock(realm: Realm, account: Account, jids: readonly Jid[]): void {
  const { blocklist } = account
  blocklist.remove(jids)
  for (const jid of jids) if (!blocklist.blocks(jid)) showTo(realm, account, jid)
}

function tellAll(realm: Realm, account: Account, payload: ReturnType<typeof toBlockingElement>): void {
  for (const resource of account.resources.values()) {
    if (!resource.hearsOfBlocking) continue
    resource.send(toIqElement({ type: 'set', id: realm.nextId(), to: resource.jid, payload }))
  }
}
