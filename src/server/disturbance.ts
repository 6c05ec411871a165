/**
 * What a demo or a test does to somebody's sessions. `cut`: the connection ends at once, as when a cable is pulled.
 * `silence`: it stays, and nothing passes any more, either way. `not-authorized`: the connection ends, and the next login is
 * refused, once, whatever the password.
 */
export type Disturbance = (typeof disturbances)[number]

/** Every one, in order. */
export const disturbances = ['cut', 'silence', 'not-authorized'] as const
