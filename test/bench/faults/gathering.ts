/** Where several wait for each other. */
export interface Gathering {
  /** Resolves when everybody who was expected waits or is excused, and the deed is done, with the time at which it began. */
  meet(): Promise<number>
  /** One fewer is expected. */
  excuse(): void
}

/** Once all are there, does the deed, once. */
export function createGathering(expected: number, deed: () => Promise<void>): Gathering {
  let missing = expected
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const done = opened.then(async () => {
    const beganMs = performance.now()
    await deed()
    return beganMs
  })
  const arrive = () => {
    missing--
    if (missing === 0) open()
  }
  return {
    meet: () => {
      arrive()
      return done
    },
    excuse: arrive,
  }
}
