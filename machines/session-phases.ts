import type { AuthenticationOutput } from './authentication.js'
import type { BindingOutput } from './binding.js'
import type { ConnectionOutput } from './connection.js'
import { failure } from './failure.js'

const ended = <T>({ event }: { readonly event: { readonly output: T } }) => event

/** What is kept of each phase of an attempt, and what follows from how it ended. */
export const connected = { type: 'keepConnection', params: ended<ConnectionOutput> } as const
export const authenticated = { type: 'keepAuthentication', params: ended<AuthenticationOutput> } as const
export const bound = { type: 'keepBinding', params: ended<BindingOutput> } as const
export const resumed = { type: 'tellResumed', params: ended<BindingOutput> } as const
export const isToRegister = { type: 'isToRegister', params: ended<ConnectionOutput> } as const
export const isReady = { type: 'isReady', params: ended<ConnectionOutput> } as const
export const isAuthenticated = { type: 'isAuthenticated', params: ended<AuthenticationOutput> } as const
export const isIdentified = { type: 'isIdentified', params: ended<AuthenticationOutput> } as const
export const isBoundInstead = { type: 'isBoundInstead', params: ended<BindingOutput> } as const
export const isBound = { type: 'isBound', params: ended<BindingOutput> } as const
export const isTakenOver = { type: 'isTakenOver', params: ended<BindingOutput> } as const
export const isResumed = { type: 'isResumed', params: ended<BindingOutput> } as const

/** What follows from the end of a session. */
export const lost = [
  'forgetResumption',
  'saveResumption',
  'tellRosterOffline',
  'tellPresenceOffline',
] as const
/** The same where nothing of it is awaited any more. */
export const over = [...lost, 'tellEnded'] as const
export const onceStable = { stableTime: { target: 'settling', actions: 'forgiveFailures' } } as const
/** What any failure of an attempt leads to. */
export const toJudging = { target: '#session.judging', actions: failure } as const
