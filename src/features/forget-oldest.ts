/** Takes out what has been in longest, and gives its key; `undefined` where there is nothing. */
export function forgetOldest<Key>(kept: {
  keys(): Iterable<Key>
  delete(key: Key): boolean
}): Key | undefined {
  const [oldest] = kept.keys()
  if (oldest !== undefined) kept.delete(oldest)
  return oldest
}
