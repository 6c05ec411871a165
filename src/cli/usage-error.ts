/** The command line cannot be meant like that: `message` says what is wrong, `advice` what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code = 'usage'
  readonly advice: string

  constructor(message: string, advice: string) {
    super(message)
    this.advice = advice
  }
}

/** What the system calls the reason why a file cannot be had, e.g. `ENOENT`. */
export function toReason(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
}
