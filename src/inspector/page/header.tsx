import { useRef } from 'preact/hooks'
import { connect } from './link/connect.js'
import { openRecording } from './link/open-recording.js'
import { link, type Link } from './model/link.js'
import { search, timeline } from './model/signals.js'
import { panes } from './panes/panes.js'
import { isDark, toggleTheme } from './theme.js'
import { Icon } from './ui/icon.js'

/** Name, source of what is shown, search, and what concerns the page as a whole. */
export function Header() {
  const input = useRef<HTMLInputElement>(null)
  const tools = panes.filter(({ place }) => place === 'toolbar')
  return (
    <header class="page-head">
      <h1>
        <Logo /> <span>inspector</span>
      </h1>
      <LinkState />
      <label class="search">
        <Icon name="search" />
        <span class="unseen">Search actors, states and the wire</span>
        <input
          id="search"
          type="search"
          placeholder="Search actors, states, the wire"
          autocomplete="off"
          spellcheck={false}
          value={search.value}
          onInput={({ currentTarget }) => {
            search.value = currentTarget.value
          }}
          onKeyDown={({ key, currentTarget }) => {
            if (key !== 'Escape') return
            search.value = ''
            currentTarget.blur()
          }}
        />
        <kbd>/</kbd>
      </label>
      <div class="tools">
        {tools.map(({ id, Component }) => (
          <Component key={id} />
        ))}
        <button
          type="button"
          title="Open a recording"
          aria-label="Open a recording"
          onClick={() => input.current?.click()}
        >
          <Icon name="open" />
        </button>
        <input
          ref={input}
          id="recording"
          type="file"
          accept=".jsonl,.json,.txt"
          aria-label="Recording"
          hidden
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? []
            if (file !== undefined) void openRecording(file)
            currentTarget.value = ''
          }}
        />
        <button
          type="button"
          title="Light or dark (T)"
          aria-label={isDark() ? 'Light colours' : 'Dark colours'}
          onClick={toggleTheme}
        >
          <Icon name={isDark() ? 'light' : 'dark'} />
        </button>
      </div>
    </header>
  )
}

function LinkState() {
  const state = link.value
  return (
    <div
      class={`link-state ${state.status}`}
      role="status"
      title={state.status === 'lost' ? state.reason : undefined}
    >
      <i aria-hidden="true" />
      <span>
        {wordsOf(state)}
        {state.status === 'live' && living() > 0 && <span class="long"> connected</span>}
      </span>
      {state.status === 'file' && location.protocol !== 'file:' && (
        <button type="button" class="link" onClick={connect}>
          back to live
        </button>
      )}
    </div>
  )
}

const living = () => timeline().sources.filter(({ endedAt }) => endedAt === undefined).length

function wordsOf(state: Link): string {
  switch (state.status) {
    case 'nothing':
      return 'Not connected'
    case 'joining':
      return 'Connecting'
    case 'live':
      return living() === 0 ? 'Waiting for an app' : `${living()} ${living() === 1 ? 'app' : 'apps'}`
    case 'lost':
      return 'Reconnecting'
    case 'file':
      return state.name
  }
}

/** Three states and the way between them. */
function Logo() {
  return (
    <svg class="logo" width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
      <path d="M6.5 6.5H13a3 3 0 0 1 3 3V13" />
      <circle cx="5" cy="6.5" r="3" />
      <circle class="lit" cx="16" cy="16" r="3.5" />
    </svg>
  )
}
