import { ProtocolError, TransportError } from '../errors.js'
import type { OrderedRequestOptions, RequestOptions } from '../router/requests.js'
import { toFormTypeField, type DataFieldInput, type DataForm } from '../stanza/data-form.js'
import { toDirectInvitationElement } from '../stanza/direct-invitation.js'
import { toJid, type Jid, type JidInput } from '../stanza/jid.js'
import type { TextInput } from '../stanza/language-text.js'
import {
  toRoomEntrance,
  toRoomUserElement,
  type RoomAffiliation,
  type RoomHistory,
  type RoomItem,
  type RoomItemInput,
  type RoomRole,
} from '../stanza/muc.js'
import {
  parseRoomAdmin,
  parseRoomOwner,
  toRoomAdminElement,
  toRoomOwnerElement,
  roomConfigurationForm,
} from '../stanza/muc-admin.js'
import { toPingElement } from '../stanza/ping.js'
import { toPresenceElement, type PresenceInput } from '../stanza/presence.js'
import type { XmlElement } from '../xml/element.js'
import { serialize } from '../xml/serializer.js'
import type { Delivery } from './delivery.js'
import type { FeatureHost } from './feature-host.js'
import type { PresenceKind, RoomAnswers } from './room-answers.js'
import { overlapMs } from './room-past.js'
import type { JoinOptions, ReasonOptions, RoomConfiguration } from './room.js'

type RoomDeedsHost = Pick<FeatureHost, 'bus' | 'createId' | 'presence' | 'send'>

/** What is said to a room, and asked of it. */
export class RoomDeeds {
  /** Tells a private message from one of the person behind it. @see XEP-0045 §7.5 */
  readonly whisperMark = toRoomUserElement({})
  readonly #jid: Jid
  readonly #host: RoomDeedsHost
  readonly #answers: RoomAnswers
  /** What is said at the door. */
  #door: Pick<JoinOptions, 'configuration' | 'history' | 'password'> = {}
  /** One’s presence as the room has it. */
  #said: PresenceInput | undefined
  #farewell: TextInput | undefined

  constructor(jid: Jid, host: RoomDeedsHost, answers: RoomAnswers) {
    this.#jid = jid
    this.#host = host
    this.#answers = answers
  }

  expect({ configuration, history, password }: JoinOptions): void {
    // What XML cannot carry is the caller’s mistake, now and not when it is said.
    serialize(toRoomEntrance({ password, history }))
    this.#door = { configuration, history, password }
    this.#farewell = undefined
  }

  /** What is said on leaving; throws `RangeError` for what cannot be. */
  bid(farewell: TextInput | undefined): void {
    serialize(toPresenceElement({ type: 'unavailable', status: farewell }))
    this.#farewell = farewell
  }

  /**
   * @param spokenAt when something was said last that one has heard: from then on it is told again
   * @param doubtfulSince when that was said of which the past will tell whether it was heard: it is told from then on at least
   */
  enter(nickname: string, spokenAt: number | undefined, doubtfulSince: number | undefined): void {
    const { history, password } = this.#door
    const told = toHistory(history, spokenAt, doubtfulSince)
    this.#say(nickname, 'entrance', [toRoomEntrance({ password, history: told })])
  }

  /** Another nickname, or another presence. @see XEP-0045 §7.6, §7.7 */
  present(nickname: string): void {
    this.#say(nickname, 'update')
  }

  /** What was said to everybody since is said here, too. */
  catchUp(nickname: string, announced: PresenceInput | undefined): void {
    const { available } = this.#host.presence
    if (announced === available && this.#said !== available) this.#say(nickname, 'update')
  }

  exit(nickname: string): void {
    const status = this.#farewell
    this.#farewell = undefined
    this.#tell(nickname, 'exit', { type: 'unavailable', status })
  }

  #say(nickname: string, kind: PresenceKind, payloads: readonly XmlElement[] = []): void {
    const { available } = this.#host.presence
    this.#tell(nickname, kind, { ...available, payloads: [...(available.payloads ?? []), ...payloads] })
    this.#said = available
  }

  #tell(nickname: string, kind: PresenceKind, presence: PresenceInput): void {
    const id = this.#host.createId()
    this.#answers.note(this.#jid.toString(), id, kind)
    this.#host.presence.send({ ...presence, to: this.#jid.withResource(nickname), id })
  }

  /** A new room is told how it is to be: as the service has it, where nothing else was said. @see XEP-0045 §10.1 */
  async open(options: OrderedRequestOptions): Promise<void> {
    await this.configure(this.#door.configuration ?? {}, options)
  }

  /** @see XEP-0410 §3.1 */
  async pingSelf(nickname: string, options: OrderedRequestOptions): Promise<void> {
    const to = this.#jid.withResource(nickname)
    await this.#host.bus.request({ type: 'get', to, payload: toPingElement() }, options)
  }

  invite(
    jid: JidInput,
    {
      reason,
      direct = false,
    }: { readonly reason?: string | undefined; readonly direct?: boolean | undefined },
  ): Delivery {
    const to = toJid(jid)
    const { password } = this.#door
    const room = this.#jid
    return direct
      ? this.#host.send({ to, payloads: [toDirectInvitationElement({ room, reason, password })] })
      : this.#host.send({ to: room, payloads: [toRoomUserElement({ invitations: [{ to, reason }] })] })
  }

  setRole(nickname: string, role: RoomRole, { reason, ...options }: ReasonOptions): Promise<void> {
    return this.#administer({ nickname, role, reason }, options)
  }

  setAffiliation(
    jid: JidInput,
    affiliation: RoomAffiliation,
    { reason, ...options }: ReasonOptions,
  ): Promise<void> {
    return this.#administer({ jid: toJid(jid).bare, affiliation, reason }, options)
  }

  async #administer(item: RoomItemInput, options: RequestOptions): Promise<void> {
    await this.#ask('set', toRoomAdminElement([item]), options)
  }

  async affiliated(affiliation: RoomAffiliation, options: RequestOptions): Promise<readonly RoomItem[]> {
    const answer = await this.#ask('get', toRoomAdminElement([{ affiliation }]), options)
    const items = answer && parseRoomAdmin(answer)
    if (items === undefined) throw unreadable('list')
    return items
  }

  async configuration(options: RequestOptions): Promise<DataForm> {
    const answer = await this.#ask('get', toRoomOwnerElement(), options)
    const owned = answer && parseRoomOwner(answer)
    if (owned?.kind !== 'configure') throw unreadable('form')
    return owned.form
  }

  async configure(configuration: RoomConfiguration, options: OrderedRequestOptions): Promise<void> {
    const given = toFields(configuration)
    // An empty form takes everything as the service has it.
    const fields = given.length === 0 ? [] : [toFormTypeField(roomConfigurationForm), ...given]
    await this.#ask('set', toRoomOwnerElement({ type: 'submit', fields }), options)
    // Who has given it another password comes back by that.
    const password = configuration['muc#roomconfig_roomsecret']
    if (typeof password === 'string') this.#door = { ...this.#door, password }
  }

  async destroy({
    alternate,
    reason,
    ...options
  }: ReasonOptions & { readonly alternate?: JidInput | undefined }): Promise<void> {
    await this.#ask('set', toRoomOwnerElement({ alternate, reason }), options)
  }

  async #ask(type: 'get' | 'set', payload: XmlElement, options: OrderedRequestOptions) {
    const answer = await this.#host.bus.request({ type, to: this.#jid, payload }, options)
    return answer.payload
  }
}

function toFields(configuration: RoomConfiguration): readonly DataFieldInput[] {
  return Object.entries(configuration).map(([name, value]) => {
    if (typeof value === 'object') return { name, values: value }
    return { name, values: [typeof value === 'boolean' ? String(Number(value)) : String(value)] }
  })
}

/** What the room gives of its own accord is no less than what tells what it has heard. */
function toHistory(
  wished: RoomHistory | undefined,
  spokenAt: number | undefined,
  doubtfulSince: number | undefined,
): RoomHistory | undefined {
  if (spokenAt !== undefined) return toMissed(Math.min(spokenAt, doubtfulSince ?? Infinity))
  if (doubtfulSince === undefined) return wished
  return isNone(wished) ? toMissed(doubtfulSince) : undefined
}

const isNone = ({ maxCharacters, maxMessages, seconds }: RoomHistory = {}) =>
  maxCharacters === 0 || maxMessages === 0 || seconds === 0

const toMissed = (spokenAt: number): RoomHistory => ({
  seconds: Math.ceil((Math.max(0, Date.now() - spokenAt) + overlapMs) / 1_000),
})

const unreadable = (what: string) => new ProtocolError('bad-format', `the room answers with no ${what}`)

/** There is no stream to say it by, or no room on it: then the wait for an answer ends it. */
export function unlessUnsendable(say: () => void): void {
  try {
    say()
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
  }
}
