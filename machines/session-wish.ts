/** Of any event that is a wish of the app: its number. */
export interface Wished {
  readonly wish?: number
}

const wished = ({ event }: { readonly event: Wished }) => event

/** What a transition does with the wish that caused it: begins with it, joins it, ends for it. */
export const begin = { type: 'beginWish', params: wished } as const
export const join = { type: 'joinWish', params: wished } as const
export const end = { type: 'endWish', params: wished } as const
