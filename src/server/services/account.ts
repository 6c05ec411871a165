import { isRemovalElement } from '../../stanza/account-removal.js'
import { xml, type XmlElement } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import type { AccountRegistry } from '../account-registry.js'
import type { Service, ServiceAnswer } from './service.js'

/** Tells what is on file of one's own account, changes its password, or removes it (XEP-0077 §3.2, §3.3). */
export function serveAccount(registry: () => AccountRegistry): Service {
  return ({ iq, from, account, isOwn }) => {
    const { payload, type } = iq
    if (!payload.is('query', ns.register)) return undefined
    if (account !== undefined && !isOwn) return { kind: 'refused', condition: 'forbidden' }
    const username = from.local ?? ''
    if (type === 'get') return { kind: 'result', payload: toRegistered(username) }
    if (isRemovalElement(payload)) {
      return { kind: 'result', afterwards: () => void registry().remove(username) }
    }
    const password = payload.child('password')?.text() ?? ''
    if (payload.child('remove') !== undefined || payload.child('username') === undefined) {
      return { kind: 'refused', condition: 'bad-request' }
    }
    if (password === '')
      return { kind: 'refused', condition: 'not-acceptable', text: 'the password is empty' }
    if (payload.child('username')?.text() !== username) {
      return { kind: 'refused', condition: 'not-allowed', text: 'this is the account of somebody else' }
    }
    return { kind: 'later', answer: change(registry(), username, password) }
  }
}

async function change(registry: AccountRegistry, username: string, password: string): Promise<ServiceAnswer> {
  try {
    await registry.setPassword({ username, password })
    return { kind: 'result' }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { kind: 'refused', condition: 'not-acceptable', text: 'this cannot be a password' }
  }
}

const toRegistered = (username: string): XmlElement =>
  xml(
    'query',
    ns.register,
    {},
    xml('registered', ns.register),
    xml('username', ns.register, {}, username),
    xml('password', ns.register),
  )
