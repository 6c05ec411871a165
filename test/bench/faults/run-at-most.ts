/** Does a deed for each, in order and so many at a time. */
export async function runAtMost<T>(
  limit: number,
  items: readonly T[],
  deed: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items[Symbol.iterator]()
  await Promise.all(
    Array.from({ length: limit }, async () => {
      for (const item of waiting) await deed(item)
    }),
  )
}
