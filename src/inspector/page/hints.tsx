import { signal } from '@preact/signals'
import { shortcuts } from './shortcuts.js'
import { read, write } from './theme.js'
import { playing, togglePlaying } from './time/playing.js'
import { Icon } from './ui/icon.js'

const shelf = 'xmpp-machines.hints'
const shown = signal<'nothing' | 'first' | 'all'>(read(shelf) === 'seen' ? 'nothing' : 'first')

/** Every key, or nothing. */
export function toggleHints(): void {
  shown.value = shown.value === 'all' ? 'nothing' : 'all'
  write(shelf, 'seen')
}

/** Whatever of it is shown, no more. */
export function closeHints(): void {
  shown.value = 'nothing'
  write(shelf, 'seen')
}

/** What somebody who is here for the first time may want to know, or who has asked. */
export function Hints() {
  if (shown.value === 'nothing') return null
  return (
    <aside class={`hints ${shown.value}`} aria-label="Hints">
      <button type="button" class="close" aria-label="Dismiss the hints" onClick={closeHints}>
        <Icon name="close" />
      </button>
      <p>
        <b>Lit</b> is where things stand, bold arrows are what can happen now. Point at a state, or tap it, to
        read what the specification says of it.
      </p>
      {!playing.value && (
        <button type="button" class="main" onClick={togglePlaying}>
          <Icon name="play" /> See it all again, step by step
        </button>
      )}
      {shown.value === 'all' && (
        <p class="quiet">
          In the bar below every record is a stroke: blue is of the chosen actor, red went wrong, pale crossed
          the wire.
        </p>
      )}
      <dl>
        {shortcuts.slice(0, shown.value === 'all' ? undefined : 4).map(([keys, deed]) => (
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
