import type { ClientOptions } from '../../src/client-options.js'

/**
 * `keeps a withdrawn request`: an `unsubscribe` while the request waits is not delivered, as the prose of RFC 6121 §3.3.3 has
 * it against table 7 of its appendix. `confirms the removal of nobody`: no item-not-found (RFC 6121 §2.5.3). `hides nobody`:
 * no XEP-0186. `keeps an approval that was taken back`: it ends only with the roster item (against RFC 6121 §3.4.2).
 * `takes no approval in advance`: RFC 6121 §3.4 is optional, and not offered. `tells of no approval in advance`: roster pushes
 * have no `approved` (against RFC 6121 §3.4.1). `swaps what comes while a session moves`: a stanza that arrives for a session
 * just while it is resumed may come after one that was sent later, or, seldom, twice; by whose doing twice is not known.
 * `calls a removed account a conflict`: its other sessions end with that, not with not-authorized (XEP-0077 §3.2).
 * `forgets the last words`: once the connection of a resource has ended, the status with which it became unavailable before is
 * not told any more (against XEP-0012 §3). `makes no invitations`: XEP-0401 and XEP-0445 are not offered. `tells strangers to subscribe`: who may not know when an account was left gets
 * subscription-required, not forbidden (against XEP-0012 §3). `keeps the fields it knows`: a
 * vcard-temp is kept as the vCard 4 it can be turned into, and what that turning does not know is dropped. `remembers a room
 * that is gone`: nobody can make it anew for a while, but is told that it is gone. `gives newcomers voice`: in a moderated room
 * they are visitors only where its configuration says so with `members_by_default`, a field of its own (against XEP-0045
 * §5.1.1). `calls occupants by no id`: no XEP-0421. `tells nobody that they are blocked`: who is blocked sees one on (against XEP-0191
 * §3.3). `has no word for what one blocks`: what comes back has no `<blocked/>` (against XEP-0191 §3.3). `keeps 256 items of a
 * node`: of more the oldest are gone, of which nobody is told; its configuration may say otherwise (`pep_max_items`). `tells nobody
 * what is taken back`: of an item that is retracted, `notify` or not, no other client of the account is told (against XEP-0060
 * §7.2.2.1). `fails where two change a node`: of two devices that configure it and publish in the same moment one now and then gets
 * `internal-server-error` ("Database failure").
 */
export type Deviation =
  | 'calls a removed account a conflict'
  | 'calls occupants by no id'
  | 'confirms the removal of nobody'
  | 'fails where two change a node'
  | 'forgets the last words'
  | 'gives newcomers voice'
  | 'has no word for what one blocks'
  | 'hides nobody'
  | 'keeps the fields it knows'
  | 'makes no invitations'
  | 'keeps 256 items of a node'
  | 'keeps a withdrawn request'
  | 'keeps an approval that was taken back'
  | 'remembers a room that is gone'
  | 'swaps what comes while a session moves'
  | 'takes no approval in advance'
  | 'tells nobody that they are blocked'
  | 'tells nobody what is taken back'
  | 'tells of no approval in advance'
  | 'tells strangers to subscribe'

/** A server that the conversations are held on, ours or a real one. */
export interface ServerUnderTest {
  readonly name: string
  readonly domain: string
  /** Ways in, by name, e.g. `STARTTLS`. */
  readonly endpoints: Readonly<Record<string, NonNullable<ClientOptions['endpoint']>>>
  /** PEM authority of its certificate. */
  readonly ca: string
  /** Everybody's: alice, bob (who are each other's contacts), carol, dave. */
  readonly password: string
  /** Mechanisms it offers over STARTTLS or direct TLS. */
  readonly mechanisms: readonly string[]
  /** Where it goes its own way; each is held to that too. */
  readonly deviations?: readonly Deviation[]
}

/** Where each real server does. */
export const realDeviations: Readonly<Record<'ejabberd' | 'prosody', readonly Deviation[]>> = {
  prosody: [
    'forgets the last words',
    'hides nobody',
    'keeps 256 items of a node',
    'keeps the fields it knows',
    'keeps an approval that was taken back',
    'remembers a room that is gone',
    'tells of no approval in advance',
  ],
  ejabberd: [
    'calls a removed account a conflict',
    'calls occupants by no id',
    'fails where two change a node',
    'forgets the last words',
    'keeps a withdrawn request',
    'confirms the removal of nobody',
    'gives newcomers voice',
    'has no word for what one blocks',
    'hides nobody',
    'makes no invitations',
    'takes no approval in advance',
    'tells nobody that they are blocked',
    'tells nobody what is taken back',
    'tells strangers to subscribe',
  ],
}
