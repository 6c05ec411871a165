import {
  pendingInOf,
  stranger,
  subscriptionName,
  toSubscriptionEvent,
  type SubscriptionName,
  type SubscriptionState,
} from '../../../../../machines/subscription-state.js'
import type { SubscriptionEvent } from '../../../../../machines/subscription.js'
import type { InspectorRecord, StanzaCrossed } from '../../../recording/record.js'
import { Follower } from '../follower.js'
import { toSubscriptionKey } from './subscription-key.js'
import { subscriptionStates, subscriptionTable } from './subscription-table.js'
import { readRosterSign, type ListedContact, type RosterSign } from './roster-signs.js'

/** Where one stands with somebody. */
export interface ContactStanding {
  readonly jid: string
  readonly name: string
  readonly groups: readonly string[]
  /** The server has it in the roster. */
  readonly isListed: boolean
  readonly state: SubscriptionState
  readonly position: SubscriptionName
  readonly pendingIn: 'yes' | 'no' | 'unknown'
  /** The last event of the subscription chart, and where its stanza stands among the records. */
  readonly lastEvent: string
  readonly changedAt: number
}

const contactLimit = 20_000

/** Follows the subscriptions of one source through the stanzas that crossed the wire, and can go back to any of them. */
export class RosterBoard {
  readonly #follower: Follower
  #signs: { readonly index: number; readonly sign: RosterSign }[] = []
  #account: string | undefined
  #played: Played = nothing()

  constructor(source: string) {
    this.#follower = new Follower({
      take: (record, index) => {
        if (record.kind === 'wire' && record.source === source) this.#take(record, index)
      },
      forget: () => {
        this.#signs = []
        this.#account = undefined
        this.#played = nothing()
      },
    })
  }

  /** @returns whether all is read; at most so many records are read at once */
  scan(records: readonly InspectorRecord[], atMost?: number): boolean {
    return this.#follower.follow(records, atMost)
  }

  /** Everybody that had been heard of by then, in the order of their addresses. */
  at(index: number): readonly ContactStanding[] {
    const before = this.#played
    let { upTo, board } = before
    const behind = this.#signs[upTo - 1]
    if (behind !== undefined && behind.index > index) {
      upTo = 0
      board = new Map()
    }
    for (; ; upTo += 1) {
      const next = this.#signs[upTo]
      if (next === undefined || next.index > index) break
      apply(board, next.sign, next.index)
    }
    if (upTo === before.upTo) return before.standings
    const standings = [...board.values()]
      .map(toStanding)
      .toSorted((one, other) => (one.jid < other.jid ? -1 : 1))
    this.#played = { upTo, board, standings }
    return standings
  }

  #take(record: StanzaCrossed, index: number): void {
    const sign = readRosterSign(record, this.#account)
    if (sign === undefined) return
    if (sign.kind === 'session') this.#account = sign.jid
    this.#signs.push({ index, sign })
  }
}

type Board = Map<string, Kept>

interface Played {
  readonly upTo: number
  readonly board: Board
  readonly standings: readonly ContactStanding[]
}

const nothing = (): Played => ({ upTo: 0, board: new Map(), standings: [] })

interface Kept {
  readonly jid: string
  readonly name: string
  readonly groups: readonly string[]
  readonly isListed: boolean
  /** Of the state among `subscriptionStates`. */
  readonly place: number
  readonly lastEvent: string
  readonly changedAt: number
}

function apply(board: Board, sign: RosterSign, index: number): void {
  switch (sign.kind) {
    case 'session':
      for (const jid of board.keys()) step(board, {}, { jid, event: missed, index })
      return
    case 'presence':
      step(board, {}, { jid: sign.jid, event: { type: `${sign.type}.${sign.direction}` }, index })
      return
    case 'push':
      list(board, sign.item, index)
      return
    case 'roster': {
      const listed = new Set(sign.items.map(({ jid }) => jid))
      for (const [jid, { isListed }] of board) {
        if (isListed && !listed.has(jid))
          list(board, { jid, name: '', groups: [], standing: undefined }, index)
      }
      for (const item of sign.items) list(board, item, index)
    }
  }
}

const missed = { type: 'requests.missed' } as const

function list(board: Board, { jid, name, groups, standing }: ListedContact, index: number): void {
  const event: SubscriptionEvent =
    standing === undefined ? { type: 'contact.removed' } : toSubscriptionEvent(standing)
  const isListed = standing !== undefined
  step(board, { name, groups, isListed }, { jid, event, index })
}

interface Step {
  readonly jid: string
  readonly event: SubscriptionEvent
  readonly index: number
}

function step(board: Board, change: Partial<Kept>, { jid, event, index }: Step): void {
  const kept = board.get(jid) ?? unheard(jid)
  const next = subscriptionTable[toSubscriptionKey(event)]?.[kept.place] ?? kept.place
  const isNews = next !== kept.place || event.type !== 'requests.missed'
  const news = isNews ? { place: next, lastEvent: event.type, changedAt: index } : {}
  if (board.size < contactLimit || board.has(jid)) board.set(jid, { ...kept, ...change, ...news })
}

function unheard(jid: string): Kept {
  const place = subscriptionStates.findIndex(({ to, from }) => to === stranger.to && from === stranger.from)
  return { jid, name: '', groups: [], isListed: false, place, lastEvent: '', changedAt: 0 }
}

function toStanding({ place, ...kept }: Kept): ContactStanding {
  const state = subscriptionStates[place] ?? stranger
  return { ...kept, state, position: subscriptionName(state), pendingIn: pendingInOf(state) }
}
