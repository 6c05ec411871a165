/**
 * Does something, and then what ends it, however it went. What goes wrong first is thrown; what then goes wrong at the end
 * hangs on it as its `cause`, unless it has one.
 */
export async function thenEnd<T>(deed: () => Promise<T>, end: () => void | Promise<void>): Promise<T> {
  let result: T
  try {
    result = await deed()
  } catch (error) {
    try {
      await end()
    } catch (cause) {
      if (error instanceof Error) error.cause ??= cause
    }
    throw error
  }
  await end()
  return result
}
