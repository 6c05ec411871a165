import { createServerMechanism } from '../sasl/server-mechanisms.js'
import { createStanzaId } from '../router/stanza-ids.js'
import type { StreamHeader } from '../router/inbound.js'
import { toBindResultElement } from '../stanza/bind.js'
import { parseJid } from '../stanza/jid.js'
import { parseSaslElement, toSaslElement } from '../stanza/sasl.js'
import { toStreamFeaturesElement, type StreamFeatures } from '../stanza/stream-features.js'
import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { offeredMechanisms, type Arrival, type Stage } from './challenge-stage.js'
import type { HeardQueue } from './heard-queue.js'
import type { Heard, ScriptedPeer } from './scripted-peer.js'
import { answerTo } from './scripted-peer-login.js'

/** The client did something else, so that what was to be tried could not be. */
export class NotReached extends Error {
  override readonly name = 'NotReached'
}

/** What was heard, in words. */
export function toWords(heard: Heard | undefined): string {
  switch (heard?.kind) {
    case 'header':
      return 'it opens a stream'
    case 'element':
      return `it sends <${heard.element.name}/>`
    case 'closing':
      return 'it closes the stream'
    case 'broken':
      return `it breaks the protocol: ${heard.error.message}`
    case 'gone':
      return 'it hangs up'
    case undefined:
      return 'nothing comes'
  }
}

const notReached = (awaited: string, heard: Heard | undefined) =>
  new NotReached(`${toWords(heard)} instead of ${awaited}`)

/** Server's and client's ways from one phase to the next; each throws `NotReached` where the client goes another. */
export class Play {
  readonly stage: Stage
  readonly peer: ScriptedPeer
  readonly #heard: HeardQueue
  /** Headers of the client, in order. */
  readonly headers: StreamHeader[] = []
  /** What it chose. */
  mechanism = ''
  /** It was told a challenge of a SCRAM that it chose. */
  wasChallenged = false
  /** It has answered a challenge. */
  hasResponded = false
  /** It was shown a certificate. */
  wasShownCertificate: boolean
  readonly jid: string

  constructor(stage: Stage, { heard, peer }: Arrival) {
    this.stage = stage
    this.peer = peer
    this.#heard = heard
    this.wasShownCertificate = peer.isSecure
    this.jid = `${stage.place.jid}/challenge`
  }

  /** A client that has come. */
  static async begin(stage: Stage, patienceMs?: number): Promise<Play> {
    const arrival = await stage.arrival(patienceMs)
    if (arrival === undefined) throw new NotReached('it does not come')
    return new Play(stage, arrival)
  }

  /** Whether it chose SCRAM. */
  get isScram(): boolean {
    return this.mechanism.startsWith('SCRAM-')
  }

  next(patienceMs = this.stage.theatre.patienceMs): Promise<Heard | undefined> {
    return this.#heard.next(patienceMs)
  }

  /** What has to come next: a client may have much to compute before, so that it is waited for longer. */
  async element(awaited: string): Promise<XmlElement> {
    const heard = await this.next(this.stage.theatre.arrivalMs)
    if (heard?.kind !== 'element') throw notReached(awaited, heard)
    return heard.element
  }

  async header(): Promise<void> {
    const heard = await this.next(this.stage.theatre.arrivalMs)
    if (heard?.kind !== 'header') throw notReached('a stream header', heard)
    this.headers.push(heard.header)
  }

  /** The client's header is awaited, ours and the features are said. */
  async greet(features: Partial<StreamFeatures>): Promise<void> {
    await this.header()
    this.peer.openStream({ id: createStanzaId(), from: this.stage.theatre.domain })
    this.peer.say(toStreamFeaturesElement(features))
  }

  /** To where the client is asked to authenticate: over TLS, unless its connection is encrypted already. */
  async toLogin(features: Partial<StreamFeatures> = { mechanisms: offeredMechanisms }): Promise<void> {
    if (!this.peer.isSecure) {
      await this.greet({ starttls: { required: true } })
      await this.awaitStartTls()
      await this.secure()
    }
    await this.greet(features)
  }

  async awaitStartTls(): Promise<void> {
    const asked = await this.element('<starttls/>')
    if (!asked.is('starttls', ns.tls))
      throw new NotReached(`it sends <${asked.name}/> instead of <starttls/>`)
  }

  /** @param injected what is said in clear behind the go-ahead, where somebody else may have put it */
  async secure(injected = ''): Promise<void> {
    const { arrivalMs, certificates } = this.stage.theatre
    this.wasShownCertificate = true
    try {
      // At once: a client answers the go-ahead with bytes that are no XML.
      this.peer.say(`${this.peer.spell(xml('proceed', ns.tls))}${injected}`)
      await this.peer.startTls(certificates[this.stage.shown], AbortSignal.timeout(arrivalMs))
    } catch {
      throw new NotReached('it breaks the TLS handshake off')
    }
  }

  /** The exchange, with what the server says changed on its way; resolves after `<success/>`. */
  async authenticate(tamper: Tamper = {}): Promise<void> {
    this.succeed(await this.exchange(tamper))
  }

  /** The same, up to where the client waits for `<success/>`: gives what that is to carry. */
  async exchange(tamper: Tamper = {}): Promise<Uint8Array | null> {
    const auth = parseSaslElement(await this.element('<auth/>'))
    if (auth.kind !== 'auth') throw new NotReached('it begins no authentication')
    this.mechanism = auth.mechanism
    const { credentials } = this.stage.theatre
    const mechanism = createServerMechanism(auth.mechanism, {
      accounts: credentials,
      offer: { mechanisms: offeredMechanisms },
    })
    if (mechanism === undefined) throw new NotReached(`it chooses ${auth.mechanism}, which is not offered`)
    if (tamper.early === true) return null
    let step = await mechanism.start(auth.data)
    while (step.kind === 'challenge') {
      this.wasChallenged = this.isScram
      this.peer.say(toSaslElement({ kind: 'challenge', data: change(step.challenge, tamper.challenge) }))
      const answer = parseSaslElement(await this.element('a response'))
      if (answer.kind !== 'response') throw new NotReached(`it sends <${answer.kind}/> instead of a response`)
      this.hasResponded = true
      step = await step.next(answer.data)
    }
    if (step.kind === 'failure') {
      this.peer.say(
        toSaslElement({ kind: 'failure', condition: step.condition, text: undefined, payloads: [] }),
      )
      throw new NotReached(`its login is wrong: ${step.condition}`)
    }
    const { success } = tamper
    return success === undefined ? step.additional : success(step.additional)
  }

  succeed(data: Uint8Array | null): void {
    this.peer.say(toSaslElement({ kind: 'success', data }))
    this.peer.restartStream()
  }

  /** The second stream, up to the request for a resource. */
  async toBinding(features: Partial<StreamFeatures> = authenticatedFeatures): Promise<XmlElement> {
    await this.greet(features)
    const request = await this.element('a request for a resource')
    if (request.child('bind', ns.bind) === undefined)
      throw new NotReached(`it sends <${request.name}/> instead of binding`)
    return request
  }

  /** All of it, until the client has an address. */
  async logIn(features?: Partial<StreamFeatures>): Promise<void> {
    await this.toLogin()
    await this.authenticate()
    const request = await this.toBinding(features)
    this.peer.say(answerTo(request, toBindResultElement(parseJid(this.jid))))
  }
}

const authenticatedFeatures: Partial<StreamFeatures> = { bind: true, rosterVersioning: true }

/** How the server's words are falsified. */
export interface Tamper {
  /** Success at once, without an exchange. */
  readonly early?: boolean
  readonly challenge?: (text: string) => string
  readonly success?: (data: Uint8Array | null) => Uint8Array | null
}

function change(data: Uint8Array, by: ((text: string) => string) | undefined): Uint8Array {
  return by === undefined ? data : new TextEncoder().encode(by(new TextDecoder().decode(data)))
}
