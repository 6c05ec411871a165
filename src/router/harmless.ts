/** An observer that cannot stop what it looks at: whatever it throws is dropped, since nobody here could act on it. */
export function harmless<T>(observe: (value: T) => void): (value: T) => void {
  return (value) => {
    try {
      observe(value)
    } catch {
      // What is looked at has to go on.
    }
  }
}
