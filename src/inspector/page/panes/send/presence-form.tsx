import { useState } from 'preact/hooks'
import { give } from './command-log.js'

/** Sets one’s own presence. */
export function PresenceForm({ source }: { readonly source: string }) {
  const [show, setShow] = useState<(typeof shows)[number][0]>('')
  const [status, setStatus] = useState('')
  const submit = (event: Event): void => {
    event.preventDefault()
    const command = {
      name: 'presence',
      ...(show !== '' && { show }),
      ...(status !== '' && { status }),
    } as const
    void give(source, command, `Presence: ${show === '' ? 'available' : show}`)
  }
  return (
    <form class="presence-form" onSubmit={submit}>
      <select
        aria-label="Presence"
        value={show}
        onChange={({ currentTarget }) =>
          setShow(shows.find(([value]) => value === currentTarget.value)?.[0] ?? '')
        }
      >
        {shows.map(([value, words]) => (
          <option value={value}>{words}</option>
        ))}
      </select>
      <input
        type="text"
        aria-label="Status"
        placeholder="Status"
        maxLength={200}
        value={status}
        onInput={({ currentTarget }) => setStatus(currentTarget.value)}
      />
      <button type="submit">Set</button>
    </form>
  )
}

const shows = [
  ['', 'available'],
  ['chat', 'free to chat'],
  ['away', 'away'],
  ['xa', 'away for long'],
  ['dnd', 'do not disturb'],
] as const
