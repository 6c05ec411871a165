import { computed } from '@preact/signals'
import type { Facts } from '../../../recording/record.js'
import { cursorIndex, timeline } from '../../model/signals.js'
import { currentSource } from '../current-source.js'
import { Follower } from '../follower.js'
import { lastAtMost } from '../wire/wire-index.js'
import { judge } from './known-judge.js'
import type { Finding } from './security-card.js'

let places: number[] = []

const follower = new Follower({
  take: ({ kind }, index) => {
    if (kind === 'security') places.push(index)
  },
  forget: () => {
    places = []
  },
})

/** What was known at the cursor about the session that is looked at. */
export const sessionSecurity = computed<Facts | undefined>(() => {
  const { records } = timeline()
  follower.follow(records)
  const source = currentSource.value?.source
  const before = places.slice(0, lastAtMost(places, cursorIndex.value) + 1)
  const place = before.findLast((each) => records[each]?.source === source)
  const record = place === undefined ? undefined : records[place]
  return record?.kind === 'security' ? record.security : undefined
})

/** What that is worth; nothing, until somebody is there who judges it. */
export const findings = computed<readonly Finding[]>(() => {
  const security = sessionSecurity.value
  if (security === undefined) return []
  const record = timeline().records[cursorIndex.value]
  return judge.ask()?.toFindings(security, record === undefined ? 0 : timeline().timeOf(record)) ?? []
})

/** A sign behind the title, where something is bad. */
export function securityBadge(): string | undefined {
  return findings.value.some(({ verdict }) => verdict === 'bad') ? '!' : undefined
}
