import { panes } from './panes/panes.js'

/** The page as a whole. */
export function Shell() {
  return (
    <main>
      {panes.map(({ id, title, Component }) => (
        <section key={id} aria-label={title}>
          <Component />
        </section>
      ))}
    </main>
  )
}
