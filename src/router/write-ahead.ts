/** What has to be stored before the other side is told. */
export interface WriteAhead {
  /** Whether everything is stored. */
  readonly isSettled: boolean
  /** Tells once everything is stored that was noted so far. */
  whenSettled(tell: () => void): void
  noteHandled(count: number): void
}
