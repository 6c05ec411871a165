import { createStanzaId } from '../router/stanza-ids.js'
import { toRosterElement } from '../stanza/roster.js'
import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import type { Play } from './challenge-phases.js'
import { about, isEnd, mayComeBack, type Scene } from './challenge-scene.js'
import { absent, right, wrong, type Judgement } from './finding.js'

/** Where a client waits for the server. */
interface Phase {
  readonly id: string
  /** Behind `while it waits for`. */
  readonly awaited: string
  readonly state: string
  readonly ways?: Scene['ways'] & {}
  readonly reach: (play: Play) => Promise<unknown>
}

const inClear = { ways: ['starttls'] } as const

/** In order, up to an address. */
const phases: readonly Phase[] = [
  {
    id: 'header',
    awaited: 'the stream header',
    state: 'connection.opening',
    reach: (play) => play.header(),
  },
  {
    id: 'features',
    awaited: 'features',
    state: 'connection.negotiating',
    reach: async (play) => {
      await play.header()
      play.peer.openStream({ from: play.stage.theatre.domain })
    },
  },
  {
    id: 'starttls',
    awaited: 'the go-ahead for TLS',
    state: 'connection.requestingTls',
    ...inClear,
    reach: async (play) => {
      await play.greet({ starttls: { required: true } })
      await play.awaitStartTls()
    },
  },
  {
    id: 'tls',
    awaited: 'the TLS handshake',
    state: 'connection.securing',
    ...inClear,
    reach: async (play) => {
      await play.greet({ starttls: { required: true } })
      await play.awaitStartTls()
      play.peer.say(xml('proceed', ns.tls))
      // Its first word of TLS, which is no XML.
      await play.next()
    },
  },
  {
    id: 'login',
    awaited: 'the answer to its login',
    state: 'authentication.initiating',
    reach: async (play) => {
      await play.toLogin()
      await play.element('<auth/>')
    },
  },
  {
    id: 'verdict',
    awaited: 'the end of the exchange',
    state: 'authentication.responding',
    reach: async (play) => {
      await play.toLogin()
      await play.exchange()
    },
  },
  {
    id: 'restart',
    awaited: 'the header of the authenticated stream',
    state: 'binding.reopening',
    reach: async (play) => {
      await play.toLogin()
      await play.authenticate()
      await play.header()
    },
  },
  {
    id: 'address',
    awaited: 'its address',
    state: 'binding.requesting',
    reach: async (play) => {
      await play.toLogin()
      await play.authenticate()
      await play.toBinding()
    },
  },
]

const online: Phase = {
  id: 'online',
  awaited: 'nothing, being online',
  state: 'session.active.online',
  reach: (play) => play.logIn(),
}

/** The connection is lost, as a network that fails does it. */
const cuts = [...phases, online].map(({ awaited, id, reach, state, ways }) =>
  about(
    `cut.${id}`,
    `begins anew, without haste, when it is cut off while it waits for ${awaited}`,
    'RFC 6120 §3.3, §4.4',
    state,
    async (play) => {
      await reach(play)
      play.peer.reset()
      return mayComeBack(play.stage)
    },
    ways && { ways },
  ),
)

/** The server says nothing more. Online that is its right; before, a client that waits for ever has hung itself up. */
const silences = phases.map(({ awaited, id, reach, state, ways }) =>
  about(
    `silence.${id}`,
    `waits no longer than is reasonable for ${awaited}`,
    'RFC 6120 §4.6.2, §4.6.4',
    state,
    async (play) => {
      await reach(play)
      return awaitPatience(play)
    },
    ways && { ways },
  ),
)

/** No section names a limit, so that a client which still waits is not wrong. */
async function awaitPatience(play: Play): Promise<Judgement> {
  const { silenceMs } = play.stage.theatre
  const until = performance.now() + silenceMs
  for (;;) {
    const heard = await play.next(Math.max(1, until - performance.now()))
    if (heard === undefined) return absent(`it still waits after ${silenceMs} ms`)
    if (isEnd(heard) && heard.kind !== 'broken') return right('it gives up')
  }
}

/** Before a client is authenticated and has an address, nobody may ask anything of it. */
const early = (
  id: string,
  place: string,
  state: string,
  reach: Phase['reach'],
  more: Partial<Scene> = {},
): Scene =>
  about(
    `early.${id}`,
    `answers no stanza ${place}`,
    'RFC 6120 §6.4.1, §7.1, §4.9.3.12',
    state,
    async (play) => {
      await reach(play)
      const { domain } = play.stage.theatre
      const push = toRosterElement({ items: [{ jid: `early@${domain}`, subscription: 'none' }] })
      const ask = (type: 'get' | 'set', payload: XmlElement) =>
        xml('iq', ns.client, { type, id: createStanzaId(), from: play.stage.place.jid }, payload)
      play.peer.say(ask('get', xml('ping', ns.ping)), ask('set', push))
      return mayNotAnswer(play)
    },
    more,
  )

/** Whatever it goes on with may be its next step; an answer is not. */
async function mayNotAnswer(play: Play): Promise<Judgement> {
  for (;;) {
    const heard = await play.next()
    if (heard === undefined) return right('it takes no notice')
    if (isEnd(heard)) return right('it ends the stream')
    if (heard.kind !== 'element' || !heard.element.is('iq', ns.client)) continue
    const type = heard.element.attribute('type')
    if (type === 'result' || type === 'error') return wrong(`it answers with a stanza of type ${type}`)
  }
}

/** What network and server may do at any time. */
export const faultScenes: readonly Scene[] = [
  ...cuts,
  ...silences,
  early(
    'clear',
    'in clear',
    'connection.negotiating',
    async (play) => {
      await play.header()
      play.peer.openStream({ from: play.stage.theatre.domain })
    },
    inClear,
  ),
  early('login', 'before it is authenticated', 'authentication.initiating', async (play) => {
    await play.toLogin()
    await play.element('<auth/>')
  }),
  early('address', 'before it has an address', 'binding.requesting', async (play) => {
    await play.toLogin()
    await play.authenticate()
    await play.toBinding()
  }),
]
