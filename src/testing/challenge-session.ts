import { createStanzaId } from '../router/stanza-ids.js'
import { toIqElement } from '../stanza/iq.js'
import { toRosterElement } from '../stanza/roster.js'
import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { NotReached, Play, toWords } from './challenge-phases.js'
import { isEnd, mustEnd, type Note, type Scene } from './challenge-scene.js'
import { absent, right, wrong, type Subject } from './finding.js'
import { answerTo } from './scripted-peer-login.js'

const online = 'session.active.online'

const subjects: readonly Subject[] = [
  ['header.to', 'names the domain in its stream header', 'RFC 6120 §4.7.2', 'connection.opening'],
  ['header.version', 'speaks XMPP 1.0', 'RFC 6120 §4.7.5', 'connection.opening'],
  ['header.lang', 'says which language it speaks', 'RFC 6120 §4.7.4', 'connection.opening'],
  ['header.from', 'does not name the account in clear', 'RFC 6120 §4.7.1', 'connection.opening'],
  [
    'login.scram',
    'prefers SCRAM to sending the password',
    'RFC 6120 §6.3.3, §13.8',
    'authentication.choosing',
  ],
  [
    'login.restart',
    'opens a stream anew after TLS and after authentication',
    'RFC 6120 §5.4.3.3, §6.4.6',
    'binding.reopening',
  ],
  ['bind', 'binds a resource', 'RFC 6120 §7', 'binding.requesting'],
  [
    'roster.first',
    'asks for the contact list before it says that it is there',
    'RFC 6121 §2.2',
    'roster.requesting',
  ],
  ['presence.initial', 'says that it is there', 'RFC 6121 §4.2', 'presence.online.available'],
  ['iq.ping', 'answers a ping', 'XEP-0199 §4.2, RFC 6120 §8.2.3', online],
  ['iq.unknown', 'refuses a request that it does not know', 'RFC 6120 §8.4', online],
  ['iq.stray', 'is not misled by an answer to nothing', 'RFC 6120 §8.2.3', online],
  [
    'message.prototype',
    'takes names that mean something to a programming language for plain data',
    'RFC 6120 §8.4',
    online,
  ],
  ['message.unknown', 'takes a message and presence that it does not understand', 'RFC 6120 §8.4', online],
  [
    'message.nested',
    'does not take what is inside of a message for the stream’s',
    'RFC 6120 §4.9.1, §8.4',
    online,
  ],
  ['push.own', 'confirms a roster push', 'RFC 6121 §2.1.6', 'roster.synced'],
  ['push.stranger', 'ignores a roster push of a stranger', 'RFC 6121 §2.1.6', 'roster.synced'],
  ['close.answered', 'answers the closing tag with its own', 'RFC 6120 §4.4', 'session.active.closing'],
].map(([id = '', title = '', spec = '', state = '']) => ({ id, title, spec, state }))

/** A login in order, everything that a session may bring, and its end. */
const inOrder: Scene = {
  subjects,
  run: async (stage, note) => {
    const play = await Play.begin(stage)
    try {
      await play.logIn()
    } finally {
      noteLogin(play, note)
    }
    note('bind', right())
    const session = new Session(play)
    await session.settle()
    noteArrival(session, note)

    /** Asks for the sake of one subject: who is cut off over it, does it wrong; who leaves in order has had enough. */
    const ask = async (id: string, ...question: Parameters<Session['ask']>) => {
      try {
        return await session.ask(...question)
      } catch (error) {
        if (error instanceof NotReached && session.isGone) note(id, wrong('it hangs up without a word'))
        throw error
      }
    }
    const ping = await ask('iq.ping', xml('ping', ns.ping))
    note('iq.ping', ping === undefined ? wrong('no answer') : right(ping.attribute('type')))
    const refusal = await ask('iq.unknown', xml('query', 'urn:example:nobody-knows-this'))
    const condition = refusal?.child('error')?.elements(undefined, ns.stanzaErrors)[0]?.name
    note(
      'iq.unknown',
      refusal === undefined
        ? wrong('no answer')
        : condition === undefined
          ? wrong('it is taken')
          : ['service-unavailable', 'feature-not-implemented'].includes(condition)
            ? right(condition)
            : wrong(condition),
    )

    const isCalm = async (id: string, ...elements: readonly XmlElement[]) => {
      play.peer.say(...elements)
      note(
        id,
        (await ask(id, xml('ping', ns.ping))) === undefined ? wrong('it answers nothing any more') : right(),
      )
    }
    await isCalm('iq.stray', toIqElement({ type: 'result', id: createStanzaId() }))
    const from = `${stage.place.jid}/other`
    await isCalm(
      'message.unknown',
      xml('message', ns.client, { from, type: 'unheard-of' }, xml('thing', 'urn:example:thing')),
      xml('presence', ns.client, { from }, xml('thing', 'urn:example:thing', {}, 'x')),
    )
    await isCalm(
      'message.prototype',
      xml(
        'message',
        ns.client,
        { from, type: 'constructor', ['__proto__']: 'x', toString: 'x' },
        xml('__proto__', 'urn:example:thing', { hasOwnProperty: 'x' }),
        xml('constructor', ns.client),
      ),
    )
    await isCalm(
      'message.nested',
      xml(
        'message',
        ns.client,
        { from, type: 'chat' },
        xml('error', ns.streams, {}, xml('conflict', ns.streamErrors)),
      ),
    )
    const item = { jid: `pushed@${stage.theatre.domain}`, subscription: 'none' } as const
    const push = (id: string, sender: string) => ask(id, toRosterElement({ items: [item] }), 'set', sender)
    if (session.rosterAt !== undefined) {
      const confirmed = await push('push.own', stage.place.jid)
      note(
        'push.own',
        confirmed?.attribute('type') === 'result'
          ? right()
          : wrong(confirmed === undefined ? 'no answer' : 'it is refused'),
      )
    }
    const fooled = await push('push.stranger', 'mallory@elsewhere.invalid')
    note(
      'push.stranger',
      fooled?.attribute('type') === 'result'
        ? wrong('it is confirmed')
        : right(fooled === undefined ? 'no answer' : 'it is refused'),
    )

    // What it has said since then counts, too.
    noteArrival(session, note)
    play.peer.closeStream()
    note('close.answered', await session.closing())
  },
}

function noteLogin({ headers, isScram, mechanism, peer, stage }: Play, note: Note): void {
  const [first] = headers
  if (first === undefined) return
  note('header.to', first.to === stage.theatre.domain ? right() : wrong(first.to ?? 'no to'))
  note('header.version', first.version === '1.0' ? right() : wrong(first.version ?? 'no version'))
  note('header.lang', first.lang === undefined ? absent('no xml:lang') : right(first.lang))
  if (stage.theatre.way === 'starttls') {
    note('header.from', first.from === undefined ? right() : wrong(`from ${first.from}`))
  }
  if (mechanism !== '') note('login.scram', isScram ? right(mechanism) : wrong(mechanism))
  const expected = stage.theatre.way === 'starttls' ? 3 : 2
  if (headers.length === expected && peer.isSecure) note('login.restart', right())
}

function noteArrival({ presenceAt, rosterAt }: Session, note: Note): void {
  note('presence.initial', presenceAt === undefined ? absent('it does not') : right())
  if (rosterAt === undefined) note('roster.first', absent('it asks for none'))
  else note('roster.first', rosterAt < (presenceAt ?? Infinity) ? right() : wrong('afterwards'))
}

/** A client that is online: its requests are answered, and what it does is noted. */
export class Session {
  /** When it asked for the contact list, and said that it is there, in order of what came. */
  rosterAt: number | undefined
  presenceAt: number | undefined
  /** It has asked for stream management. */
  wantsManagement = false
  /** The connection was ended without a word. */
  isGone = false
  #count = 0
  readonly #play: Play

  constructor(play: Play) {
    this.#play = play
  }

  /** Until it has said what is awaited, or not in time, and then nothing more for a moment. */
  async settle(hasSaid = () => this.presenceAt !== undefined): Promise<void> {
    for (;;) {
      const heard = await this.#play.next(hasSaid() ? quietMs : undefined)
      if (heard === undefined) return
      if (heard.kind !== 'element') throw new NotReached(`${toWords(heard)} as soon as it is online`)
      this.#take(heard.element)
    }
  }

  /** Asks the client something; `undefined`: no answer in time. */
  async ask(
    payload: XmlElement,
    type: 'get' | 'set' = 'get',
    from: string | undefined = this.#play.stage.theatre.domain,
  ): Promise<XmlElement | undefined> {
    const id = createStanzaId()
    this.#play.peer.say(xml('iq', ns.client, { type, id, from, to: this.#play.jid }, payload))
    for (;;) {
      const heard = await this.#play.next()
      if (heard === undefined) return undefined
      if (heard.kind !== 'element' || isEnd(heard))
        throw new NotReached(`${toWords(heard)} before it is over`)
      if (heard.element.is('iq', ns.client) && heard.element.attribute('id') === id) return heard.element
      this.#take(heard.element)
    }
  }

  async closing() {
    for (;;) {
      const heard = await this.#play.next()
      if (heard === undefined) return wrong('nothing comes')
      if (heard.kind === 'closing') return right()
      if (heard.kind === 'gone') return wrong('it hangs up without a word')
    }
  }

  #take(element: XmlElement): void {
    this.#count += 1
    if (element.is('enable', ns.streamManagement)) this.wantsManagement = true
    if (element.is('presence', ns.client) && element.attribute('type') === undefined)
      this.presenceAt ??= this.#count
    if (!element.is('iq', ns.client) || !['get', 'set'].includes(element.attribute('type') ?? '')) return
    const isRoster = element.child('query', ns.roster) !== undefined
    if (isRoster) this.rosterAt ??= this.#count
    const payload = isRoster ? toRosterElement({ items: [], ver: '1' }) : undefined
    this.#play.peer.say(answerTo(element, payload))
  }
}

/** A client that has said that it is there says all else that it has to say with less of a pause. */
const quietMs = 600

/** XML that no client may take, once it is online. */
const brokenXml: readonly Scene[] = [
  ['not-well-formed', 'XML that is not well-formed', '<message></presence>', 'RFC 6120 §4.9.3.13'],
  ['attribute', 'an attribute that comes twice', "<message id='a' id='b'/>", 'RFC 6120 §4.9.3.13, §11.3'],
  ['prefix', 'a prefix that nothing declares', '<message><x:thing/></message>', 'RFC 6120 §4.9.3.13, §11.3'],
  ['comment', 'a comment', '<message><!-- a --></message>', 'RFC 6120 §11.1'],
  ['instruction', 'a processing instruction', '<message><?a b?></message>', 'RFC 6120 §11.1'],
  ['dtd', 'a document type', '<!DOCTYPE a [<!ENTITY b "c">]><message/>', 'RFC 6120 §11.1'],
  [
    'entity',
    'an entity that nobody has declared',
    '<message><body>&nobody;</body></message>',
    'RFC 6120 §11.1',
  ],
].map(([id = '', what = '', text = '', spec = '']) => ({
  subjects: [{ id: `xml.${id}`, title: `ends the stream over ${what}`, spec, state: online }],
  run: async (stage, note) => {
    const play = await Play.begin(stage)
    await play.logIn()
    await new Session(play).settle()
    play.peer.say(text)
    note(`xml.${id}`, await mustEnd(play))
  },
}))

/** Everything once a client is online. */
export const sessionScenes: readonly Scene[] = [inOrder, ...brokenXml]
