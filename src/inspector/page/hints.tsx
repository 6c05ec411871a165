import { signal } from '@preact/signals'
import { shortcuts } from './keyboard.js'
import { read, write } from './theme.js'
import { Icon } from './ui/icon.js'

const shelf = 'xmpp-machines.hints'
const isSeen = signal(read(shelf) === 'seen')

/** What somebody who is here for the first time may want to know. */
export function Hints() {
  if (isSeen.value) return null
  const dismiss = (): void => {
    isSeen.value = true
    write(shelf, 'seen')
  }
  return (
    <aside class="hints" aria-label="Hints">
      <button type="button" aria-label="Dismiss the hints" onClick={dismiss}>
        <Icon name="close" />
      </button>
      <p>
        <b>Lit</b> is where things stand, bold arrows are what can happen now. Point at a state to read what
        the specification says of it.
      </p>
      <dl>
        {shortcuts.slice(0, 3).map(([keys, deed]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((each) => (
                <kbd key={each}>{each}</kbd>
              ))}
            </dt>
            <dd>{deed}</dd>
          </div>
        ))}
      </dl>
    </aside>
  )
}
