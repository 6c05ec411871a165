import type { StanzaErrorInput } from '../../stanza/stanza-error.js'
import type { RoomAffiliation, RoomRole } from '../../stanza/muc.js'
import type { Occupant } from './occupants.js'
import type { RoomConfiguration } from './configuration.js'

type Refusal = StanzaErrorInput['condition']

/** Somebody who does something, or to whom something is done. */
export interface Standing {
  readonly affiliation: RoomAffiliation
  /** `none`: not in the room. */
  readonly role: RoomRole
}

const ranks: Readonly<Record<RoomAffiliation, number>> = {
  outcast: 0,
  none: 1,
  member: 2,
  admin: 3,
  owner: 4,
}
const roleRanks: Readonly<Record<RoomRole, number>> = { none: 0, visitor: 1, participant: 2, moderator: 3 }

/** Whether an affiliation has all that another one has. @see XEP-0045 §5.2.1 */
export const isAtLeast = (one: RoomAffiliation, other: RoomAffiliation): boolean => ranks[one] >= ranks[other]

/** The role with which somebody enters. @see XEP-0045 §5.1.2 */
export function roleOf(affiliation: RoomAffiliation, isModerated: boolean): Occupant['role'] {
  if (isAtLeast(affiliation, 'admin')) return 'moderator'
  return affiliation === 'member' || !isModerated ? 'participant' : 'visitor'
}

/** The role of an occupant whose affiliation has changed: what one gains is certain, what one loses likewise. @see XEP-0045 §5.1.3 */
export function roleAfter(
  role: Occupant['role'],
  { before, after }: { readonly before: RoomAffiliation; readonly after: RoomAffiliation },
  isModerated: boolean,
): Occupant['role'] {
  const wanted = roleOf(after, isModerated)
  const isLoss = ranks[after] < ranks[before]
  return isLoss || roleRanks[wanted] > roleRanks[role] ? wanted : role
}

/** Whether somebody who is in the room already must go. @see XEP-0045 §9.1, §9.4, §10.2 */
export const mayStay = (affiliation: RoomAffiliation, isMembersOnly: boolean): boolean =>
  isAtLeast(affiliation, isMembersOnly ? 'member' : 'none')

/** Somebody at the door. */
export interface Entering {
  readonly affiliation: RoomAffiliation
  readonly nickname: string | undefined
  readonly password: string | undefined
  /** Whose the nickname is already, if anybody’s: all sessions of an account may share one (§7.2.8). */
  readonly owner: 'another' | 'itself' | 'nobody'
  /** That have a place before it. */
  readonly occupants: number
}

/** Why somebody may not enter. @see XEP-0045 §7.2 */
export function refuseEntrance(
  configuration: RoomConfiguration,
  entering: Entering,
): StanzaErrorInput | undefined {
  const { isMembersOnly, password: secret } = configuration
  const { affiliation, nickname, password } = entering
  if (!isNickname(nickname)) return { condition: 'jid-malformed' }
  if (affiliation === 'outcast') return { condition: 'forbidden' }
  if (!mayStay(affiliation, isMembersOnly)) return { condition: 'registration-required' }
  if (secret !== undefined && password !== secret) return { condition: 'not-authorized' }
  return refuseNickname(configuration, entering)
}

/** Why somebody who may be in the room may not be there by a nickname. @see XEP-0045 §7.2.8, §7.2.9, §7.6 */
export function refuseNickname(
  { maxOccupants }: RoomConfiguration,
  { affiliation, nickname, owner, occupants }: Omit<Entering, 'password'>,
): StanzaErrorInput | undefined {
  if (!isNickname(nickname)) return { condition: 'jid-malformed' }
  if (owner === 'another') return { condition: 'conflict' }
  // §7.2.9: nobody can keep admins out by filling the room, and they fill it once more at most.
  const isFull = occupants >= maxOccupants * (isAtLeast(affiliation, 'admin') ? 2 : 1)
  // Whoever has a place already takes no other.
  return isFull && owner === 'nobody' ? { condition: 'service-unavailable', type: 'wait' } : undefined
}

/** Not one of nothing but spaces. @see XEP-0045 §17.1 */
const isNickname = (nickname = ''): boolean => nickname.trim() !== ''

/** @see XEP-0045 §7.2.15, §8.1 */
export function mayChangeSubject(
  { role }: Pick<Standing, 'role'>,
  { maySetSubject }: RoomConfiguration,
): boolean {
  return role === 'moderator' || (role === 'participant' && maySetSubject === 'participants')
}

/** Why a role may not be changed; `none` is a kick. @see XEP-0045 §5.1.3, §8.2 to §8.5, §9.6 to §9.8 */
export function refuseRole(actor: Standing, target: Standing, role: RoomRole): Refusal | undefined {
  const isPrivileged = isAtLeast(actor.affiliation, 'admin')
  if (!isPrivileged && actor.role !== 'moderator') return 'forbidden'
  if (!isAtLeast(actor.affiliation, target.affiliation)) return 'not-allowed'
  if (role === 'none') return isPrivileged || target.role !== 'moderator' ? undefined : 'not-allowed'
  if (!isPrivileged && (role === 'moderator' || target.role === 'moderator')) return 'forbidden'
  // Who is an admin or an owner is a moderator, as long as that lasts.
  return isAtLeast(target.affiliation, 'admin') && role !== 'moderator' ? 'not-allowed' : undefined
}

/** Why an affiliation may not be changed. @see XEP-0045 §9.1 to §9.5, §10.3 to §10.8 */
export function refuseAffiliation(
  actor: Standing,
  target: Pick<Standing, 'affiliation'> & { readonly isActor: boolean },
  affiliation: RoomAffiliation,
): Refusal | undefined {
  if (!isAtLeast(actor.affiliation, 'admin')) return 'forbidden'
  if (target.isActor && affiliation === 'outcast') return 'conflict'
  if (actor.affiliation === 'owner') return undefined
  if (isAtLeast(target.affiliation, 'admin')) return 'not-allowed'
  return isAtLeast(affiliation, 'admin') ? 'forbidden' : undefined
}

/** Whether somebody may read who has an affiliation. @see XEP-0045 §9.2, §9.5, §10.5, §10.8 */
export function mayRead(
  affiliation: RoomAffiliation,
  { affiliation: own }: Standing,
  { whois }: RoomConfiguration,
): boolean {
  const isSecret = whois === 'moderators' && isAtLeast(affiliation, 'admin')
  if (isAtLeast(own, isSecret ? 'owner' : 'admin')) return true
  return own === 'member' && affiliation !== 'outcast' && whois === 'anyone'
}
