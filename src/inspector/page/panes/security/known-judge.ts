import { late } from '../../late.js'
import type { Judge } from './judge.js'

/** Who judges the security of a session. */
export const judge = late('security.js', (place) => (isLoaded(place) ? place.securityJudge : undefined))

const isLoaded = (place: object): place is { readonly securityJudge: Judge } => 'securityJudge' in place
