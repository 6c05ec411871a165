import { createFrameInbound } from './frame-inbound.js'
import type { CreateInbound } from './inbound.js'

/**
 * The reading half in a browser, which has frames alone: what reads bytes stays out of its apps.
 * @throws TypeError for a transport of bytes, which only an app could have opened
 */
export const createInbound: CreateInbound = (transport, ...how) => {
  if (transport.framing === 'frames') return createFrameInbound(transport, ...how)
  throw new TypeError('in a browser XMPP is read from frames: give a transport that has them (RFC 7395)')
}
