import { cursor, cursorIndex, timeline } from '../model/signals.js'
import { recordWords, timeWords } from '../model/record-words.js'
import { link } from '../model/link.js'
import { Icon } from '../ui/icon.js'
import { goLive, playing, step, togglePlaying } from './playing.js'
import { Scrubber } from './scrubber.js'

/** Time: forward, back, and all of it at once. It only shows; nothing is ever undone. */
export function TimeBar() {
  const { records } = timeline()
  const index = cursorIndex.value
  const record = records[index]
  const isLive = cursor.value === 'live'
  const end = link.value.status === 'live' ? 'Live' : 'End'
  return (
    <footer class={isLive ? 'time-bar' : 'time-bar past'} aria-label="Time travel">
      <div class="time-buttons">
        <button
          type="button"
          title="Back (←)"
          aria-label="One record back"
          disabled={index <= 0}
          onClick={() => step(-1)}
        >
          <Icon name="back" />
        </button>
        <button
          type="button"
          title={playing.value ? 'Pause (Space)' : 'Play (Space)'}
          aria-label={playing.value ? 'Pause' : 'Play'}
          disabled={records.length < 2}
          onClick={togglePlaying}
        >
          <Icon name={playing.value ? 'pause' : 'play'} />
        </button>
        <button
          type="button"
          title="On (→)"
          aria-label="One record on"
          disabled={isLive}
          onClick={() => step(1)}
        >
          <Icon name="forward" />
        </button>
      </div>
      <Scrubber />
      <p class="time-words">
        <b>{record === undefined ? '–' : timeWords(timeline().timeOf(record))}</b>
        <span>{record === undefined ? 'nothing yet' : recordWords(record)}</span>
        <small>
          {index + 1} / {records.length}
        </small>
      </p>
      <button
        type="button"
        class="live-button"
        aria-pressed={isLive}
        title="To the end (End)"
        onClick={goLive}
      >
        {end}
      </button>
    </footer>
  )
}
