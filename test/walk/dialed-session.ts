import type { InspectionEvent } from 'xstate'
import { defaultTimeouts } from '../../machines/timeouts.js'
import { Link } from '../../src/actors/link.js'
import type { SessionMeans } from '../../src/actors/means.js'
import { createSession } from '../../src/actors/session.js'
import { PresenceWords, SessionPresence } from '../../src/features/presence.js'
import { RosterStore, SessionRoster } from '../../src/features/roster.js'
import { SessionWishes } from '../../src/features/wishes.js'
import { createStanzaId } from '../../src/router/stanza-ids.js'
import { StanzaBus } from '../../src/router/stanza-bus.js'
import { StreamManagement } from '../../src/router/stream-management.js'
import type { App, SessionRig } from './session-rig.js'

/**
 * The session of an app that names no endpoint: a client of an app would ask the real DNS, so the parts of one are put
 * together here with a dialer of the test's.
 */
export function discoveringSession(
  { transport, endpoints, surroundings }: SessionRig,
  inspect: (event: InspectionEvent) => void,
): App {
  const link = new Link()
  const bus = new StanzaBus(createStanzaId)
  const roster = new RosterStore()
  const presence = new PresenceWords(bus, createStanzaId, {})
  const means: SessionMeans = {
    link,
    bus,
    management: new StreamManagement(),
    memory: undefined,
    surroundings,
    account: { make: undefined },
    createId: createStanzaId,
    roster,
    presence,
    dialer: { discover: endpoints.ask, dial: transport.ask, tlsOptions: (domain) => ({ domain }) },
    identity: { domain: 'example.test', bare: 'alice@example.test', lang: 'en' },
    stream: {},
    watch: undefined,
    credentials: { username: 'alice', password: () => 'secret' },
    forgetKeys: () => undefined,
  }
  const actor = createSession(means, {
    inspect,
    input: {
      domain: 'example.test',
      endpoints: [],
      resource: undefined,
      credentials: { password: true, certificate: false, anonymous: false },
      mechanisms: null,
      allowPlaintext: false,
      wantsRoster: true,
      wantsPresence: true,
      wantsManagement: false,
      hasStore: false,
      reconnect: 'always',
      timeouts: defaultTimeouts,
      seed: 1,
    },
  })
  const { roster: rosterActor, presence: presenceActor } = actor.getSnapshot().children
  if (rosterActor === undefined || presenceActor === undefined) throw new TypeError('a chart is missing')
  actor.start()
  const wishes = new SessionWishes(actor)
  const people = new SessionRoster(bus, roster, rosterActor)
  const own = new SessionPresence(bus, presence, presenceActor)
  return {
    actor,
    connect: (options) => wishes.connect(options),
    disconnect: () => wishes.disconnect(),
    close: () => wishes.close(),
    account: {
      session: actor,
      register: (make, options) => {
        means.account.make = make
        return wishes.connect(options, true)
      },
    },
    fetchRoster: () => people.fetchRoster(),
    sendPresence: (words) => own.sendPresence(words),
    hide: (options) => own.hide(options),
  }
}
