import { link } from './model/link.js'
import { Icon } from './ui/icon.js'

/** What to do while there is nothing to see. */
export function Welcome() {
  const { status } = link.value
  if (status === 'joining') return <main class="welcome" aria-busy="true" />
  if (status === 'live') {
    return (
      <main class="welcome">
        <h2>Waiting for an app</h2>
        <p>The inspector runs. Whoever attaches to it appears here at once.</p>
      </main>
    )
  }
  return (
    <main class="welcome">
      <h2>Watch a protocol come alive</h2>
      <p>
        This page shows every statechart of a running XMPP client: what it does, what it waits for, and why.
      </p>
      <ol>
        <li>
          Start one: <code>npx xmpp-machines inspect</code>, and open the address that it prints. The address
          carries a token, without which the page stays empty.
        </li>
        <li>
          Or drop a recording here: a <code>.jsonl</code> file, as <code>--record</code> writes it. It never
          leaves your browser.
          <br />
          <button
            type="button"
            class="main"
            onClick={() => document.querySelector<HTMLElement>('#recording')?.click()}
          >
            <Icon name="open" /> Open a recording
          </button>
        </li>
      </ol>
    </main>
  )
}
