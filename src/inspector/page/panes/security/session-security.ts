import { computed } from '@preact/signals'
import type { Facts, InspectorRecord } from '../../../recording/record.js'
import { cursorIndex, moment, timeline } from '../../model/signals.js'
import { currentSource } from '../current-source.js'
import { Follower } from '../follower.js'
import { lastAtMost } from '../wire/wire-index.js'
import { toFindings, type SessionSecurity } from './security-card.js'

/** What protects the session that is looked at, as it was known at the cursor. */
export const sessionSecurity = computed<SessionSecurity>(() => {
  const source = currentSource.value?.source
  const record = timeline().records[cursorIndex.value]
  const authentication = [...moment.value.actors.values()].findLast(
    (each) => each.source === source && each.chart === 'authentication',
  )
  return {
    security: source === undefined ? undefined : securityAt(source, cursorIndex.value),
    authentication: authentication && (authentication.context ?? inputOf(authentication.source, authentication.path)),
    isAuthenticated: authentication?.value === 'authenticated' && authentication.status !== 'stopped',
    now: record === undefined ? 0 : timeline().timeOf(record),
  }
})

/** The worst that was found, for a sign behind the title. */
export const securityWarning = computed<string | undefined>(() => {
  const findings = toFindings(sessionSecurity.value)
  return findings.some(({ verdict }) => verdict === 'bad') ? '!' : undefined
})

/** Where records stand that tell of one thing. */
class Places {
  readonly #follower: Follower
  #places: number[] = []

  constructor(isWanted: (record: InspectorRecord) => boolean) {
    this.#follower = new Follower({
      take: (record, index) => {
        if (isWanted(record)) this.#places.push(index)
      },
      forget: () => {
        this.#places = []
      },
    })
  }

  in(records: readonly InspectorRecord[]): readonly number[] {
    this.#follower.follow(records)
    return this.#places
  }
}

const found = new Places(({ kind }) => kind === 'security')
const begun = new Places((record) => record.kind === 'start' && record.chart === 'authentication')

function securityAt(source: string, index: number): Facts | undefined {
  const record = lastOf(found.in(timeline().records), source, index)
  return record?.kind === 'security' ? record.security : undefined
}

function inputOf(source: string, path: string): Facts | undefined {
  const record = lastOf(begun.in(timeline().records), source, cursorIndex.value)
  return record?.kind === 'start' && record.actorPath === path ? record.data : undefined
}

function lastOf(places: readonly number[], source: string, index: number): InspectorRecord | undefined {
  const { records } = timeline()
  const before = places.slice(0, lastAtMost(places, index) + 1)
  const place = before.findLast((each) => records[each]?.source === source)
  return place === undefined ? undefined : records[place]
}
