import type { ComponentType } from 'preact'

/** A part of the page. */
export interface Pane {
  /** For the address and for tests, e.g. `wire`. */
  readonly id: string
  /** What its tab says. */
  readonly title: string
  /** `main` takes turns with the chart, `side` stands at its right, `toolbar` is a button or menu in the header. */
  readonly place: 'main' | 'side' | 'toolbar'
  readonly Component: ComponentType
  /** Read while rendering: a count or a sign behind the title. */
  readonly badge?: () => string | undefined
  /** Reads at most so many more records, and says whether all are read: so that nobody waits who opens it later. */
  readonly readOn?: (atMost: number) => boolean
}
