/** Of any event that is a wish of the app: its number, and what it takes. */
export interface Wished {
  readonly wish?: number
  /** The account is made first (XEP-0077). */
  readonly registers?: boolean
}

const wished = ({ event }: { readonly event: Wished }) => event

/** What a transition does with the wish that caused it: begins with it, joins it, ends for it. */
export const begin = { type: 'beginWish', params: wished } as const
export const join = { type: 'joinWish', params: wished } as const
export const end = { type: 'endWish', params: wished } as const
