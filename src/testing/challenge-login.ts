import { toSaslElement } from '../stanza/sasl.js'
import { toErrorReply } from '../stanza/stanza-error.js'
import { toStreamFeaturesElement } from '../stanza/stream-features.js'
import { xml } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { NotReached, Play, toWords, type Tamper } from './challenge-phases.js'
import {
  about,
  clearAuth,
  hasAuth,
  isEnd,
  mayComeBack,
  mayGoNoFurther,
  mustEnd,
  type Scene,
} from './challenge-scene.js'
import { absent, right, wrong } from './finding.js'
import type { Heard } from './scripted-peer.js'

const opensAgain = (heard: Heard) =>
  heard.kind === 'header' ? 'it believes the server and goes on' : undefined

/** A login by SCRAM in which the server's words are falsified; whoever does not choose SCRAM shows nothing. */
const tampered = (id: string, title: string, spec: string, state: string, tamper: Tamper): Scene =>
  about(id, title, spec, state, async (play) => {
    await play.toLogin({ mechanisms: ['SCRAM-SHA-256', 'SCRAM-SHA-1'] })
    try {
      await play.authenticate(tamper)
    } catch (error) {
      if (!(error instanceof NotReached) || tamper.challenge === undefined || !play.wasChallenged) throw error
      return play.hasResponded ? wrong('it answers the challenge') : right(error.message)
    }
    if (!play.isScram) throw new NotReached(`it chooses ${play.mechanism}`)
    return mayGoNoFurther(play, opensAgain)
  })

const starttlsOnly = { ways: ['starttls'] } as const

/** A certificate that must not be believed. */
const certificate = (shown: 'otherName' | 'otherAuthority', title: string): Scene => ({
  subjects: [
    { id: `certificate.${shown}`, title, spec: 'RFC 6120 §13.7.2, RFC 6125', state: 'connection.securing' },
  ],
  shown,
  run: async (stage, note) => {
    const id = `certificate.${shown}`
    const play = await Play.begin(stage).catch((error: unknown) => {
      // Direct TLS that comes to nothing is no connection.
      if (!(error instanceof NotReached) || stage.theatre.way === 'starttls' || !stage.wasTried) throw error
    })
    if (play === undefined) return note(id, right('no connection comes about'))
    try {
      await play.toLogin()
    } catch (error) {
      const isRefused = play.wasShownCertificate && (play.headers.length > 0 || play.peer.ended)
      if (!(error instanceof NotReached) || !isRefused) throw error
      return note(id, right(error.message))
    }
    note(id, await mayGoNoFurther(play, (heard) => (hasAuth(heard) ? 'it logs in' : undefined)))
  },
})

/** A stream error at one place: the client has to end the stream, and not come back at once over and over. */
const streamError = (
  id: string,
  condition: 'conflict' | 'host-unknown' | 'system-shutdown',
  state: string,
  spec: string,
  reach: (play: Play) => Promise<void>,
): Scene => ({
  subjects: [
    { id: `error.${id}`, title: `ends the stream over ${condition}`, spec: 'RFC 6120 §4.9.1.1', state },
    {
      id: `error.${id}.calm`,
      title: `does not come back over and over after ${condition}`,
      spec,
      state: 'session.backingOff',
    },
  ],
  run: async (stage, note) => {
    const play = await Play.begin(stage)
    await reach(play)
    play.peer.fail(condition)
    note(`error.${id}`, await mustEnd(play))
    play.peer.reset()
    note(`error.${id}.calm`, await mayComeBack(stage))
  },
})

/** Whoever was refused an address has none. */
const bindRefused = (condition: 'conflict' | 'resource-constraint' | 'not-allowed'): Scene =>
  about(
    `bind.${condition}`,
    condition === 'conflict'
      ? 'asks for another resource, or ends, where one is taken'
      : `does not go on as if it had an address after ${condition}`,
    {
      conflict: 'RFC 6120 §7.7.2.2',
      'resource-constraint': 'RFC 6120 §7.6.2.1',
      'not-allowed': 'RFC 6120 §7.6.2.2',
    }[condition],
    'binding.requesting',
    async (play) => {
      await play.toLogin()
      await play.authenticate()
      const request = await play.toBinding()
      const resource = request.child('bind', ns.bind)?.child('resource')?.text()
      const refusal = toErrorReply(request, { condition })
      if (refusal !== undefined) play.peer.say(refusal)
      // Where one is taken, something has to come: a client that waits for a person is not wrong.
      const isTaken = condition === 'conflict'
      const heard = await play.next(isTaken ? play.stage.theatre.arrivalMs : undefined)
      if (heard === undefined && isTaken) return absent('it still waits')
      if (heard?.kind !== 'element' || isEnd(heard)) return right(toWords(heard))
      const again = heard.element.child('bind', ns.bind)
      if (again === undefined) return wrong(`${toWords(heard)} as if it had an address`)
      const asked = again.child('resource')?.text()
      if (isTaken && asked !== undefined && asked === resource) {
        return wrong('it asks for the same one again')
      }
      return right(asked === undefined ? 'it lets the server choose' : 'it asks for one again')
    },
  )

/** Everything up to an address, and what can go wrong there. */
export const loginScenes: readonly Scene[] = [
  about(
    'starttls.stripped',
    'sends no password in clear where STARTTLS was taken out of the offer',
    'RFC 6120 §13.8, RFC 7590 §3.1',
    'connection.negotiating',
    async (play) => {
      await play.greet({ mechanisms: ['PLAIN'] })
      return mayGoNoFurther(play, clearAuth)
    },
    starttlsOnly,
  ),
  about(
    'starttls.refused',
    'sends no password in clear after STARTTLS was refused',
    'RFC 6120 §5.4.2.2',
    'connection.requestingTls',
    async (play) => {
      await play.greet({ starttls: { required: false }, mechanisms: ['PLAIN'] })
      await play.awaitStartTls()
      play.peer.say(xml('failure', ns.tls))
      return mayGoNoFurther(play, clearAuth)
    },
    starttlsOnly,
  ),
  about(
    'starttls.injected',
    'believes nothing that came in clear behind the go-ahead for TLS',
    'RFC 6120 §5.4.3.3',
    'connection.securing',
    async (play) => {
      await play.greet({ starttls: { required: true } })
      await play.awaitStartTls()
      try {
        await play.secure(play.peer.spell(toStreamFeaturesElement({ mechanisms: ['PLAIN'] })))
      } catch (error) {
        if (error instanceof NotReached) return right(error.message)
        throw error
      }
      return mayGoNoFurther(play, (heard) => (hasAuth(heard) ? 'it answers what was injected' : undefined))
    },
    starttlsOnly,
  ),
  certificate('otherName', 'believes no certificate for another name'),
  certificate('otherAuthority', 'believes no certificate of an authority that it does not trust'),
  tampered(
    'scram.early-success',
    'believes no success before the exchange',
    'RFC 5802 §3, §9',
    'authentication.verifying',
    { early: true },
  ),
  tampered(
    'scram.no-signature',
    'believes no success without the server’s signature',
    'RFC 5802 §3',
    'authentication.verifying',
    { success: () => null },
  ),
  tampered(
    'scram.wrong-signature',
    'believes no wrong signature of the server',
    'RFC 5802 §3',
    'authentication.verifying',
    {
      success: () => new TextEncoder().encode(`v=${btoa('0'.repeat(32))}`),
    },
  ),
  tampered(
    'scram.nonce',
    'answers no challenge whose nonce does not begin with its own',
    'RFC 5802 §5.1',
    'authentication.responding',
    {
      challenge: (text) => text.replace(/r=[^,]+/, `r=${crypto.randomUUID()}`),
    },
  ),
  tampered(
    'scram.iterations',
    'answers no challenge with an iteration count of 1',
    'RFC 7677 §4, RFC 5802 §5.1',
    'authentication.responding',
    {
      challenge: (text) => text.replace(/i=\d+/, 'i=1'),
    },
  ),
  about(
    'sasl.no-mechanism',
    'gives up where no mechanism is offered that it knows',
    'RFC 6120 §6.3.3',
    'authentication.choosing',
    async (play) => {
      await play.toLogin({ mechanisms: ['X-NOTHING'] })
      return mayGoNoFurther(play, (heard) => (hasAuth(heard) ? 'it tries another one' : undefined))
    },
  ),
  tampered(
    'scram.mandatory',
    'answers no challenge with an extension that it has to know and does not',
    'RFC 5802 §5.1',
    'authentication.responding',
    { challenge: (text) => `m=unheard-of,${text}` },
  ),
  about(
    'sasl.refused',
    'does not try a refused password over and over',
    'RFC 6120 §6.4.5, §6.5.10',
    'authentication.failed',
    async (play) => {
      await play.toLogin()
      let tries = 0
      const until = performance.now() + play.stage.theatre.patienceMs
      for (;;) {
        const heard = await play.next(Math.max(1, until - performance.now()))
        if (heard === undefined || (heard.kind !== 'element' && heard.kind !== 'header')) break
        if (!hasAuth(heard)) continue
        tries += 1
        if (tries > 5) return wrong('more than 5 times')
        play.peer.say(
          toSaslElement({ kind: 'failure', condition: 'not-authorized', text: undefined, payloads: [] }),
        )
      }
      if (tries === 0) throw new NotReached('it does not log in')
      const returns = await mayComeBack(play.stage)
      return returns.verdict === 'wrong' ? returns : right(`${tries} tries`)
    },
  ),
  ...(['conflict', 'resource-constraint', 'not-allowed'] as const).map(bindRefused),
  streamError('header', 'host-unknown', 'connection.opening', 'RFC 6120 §4.9.3.6, §3.3', (play) =>
    play.header(),
  ),
  streamError('shutdown', 'system-shutdown', 'session.active.online', 'RFC 6120 §4.9.3.20, §3.3', (play) =>
    play.logIn(),
  ),
  streamError('conflict', 'conflict', 'session.active.online', 'RFC 6120 §4.9.3.3', (play) => play.logIn()),
]
