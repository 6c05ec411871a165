import { isPingElement } from '../../stanza/ping.js'
import { isSessionElement } from '../../stanza/session.js'
import type { Service } from './service.js'

/** Answers pings, of the server itself or of one's own account (XEP-0199 §4.2). */
export const servePing: Service = ({ iq, account, isOwn }) =>
  iq.type === 'get' && isPingElement(iq.payload) && (account === undefined || isOwn)
    ? { kind: 'result' }
    : undefined

/** Answers the session request of clients that still send it; there is nothing left to do (RFC 3921 §3). */
export const serveSession: Service = ({ iq, account, isOwn }) =>
  iq.type === 'set' && isSessionElement(iq.payload) && (account === undefined || isOwn)
    ? { kind: 'result' }
    : undefined
