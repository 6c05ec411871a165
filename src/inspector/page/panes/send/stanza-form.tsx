import { signal, type Signal } from '@preact/signals'
import { give } from './command-log.js'
import { checkStanza, stanzaTemplates } from './stanza-check.js'

/** What is written, kept while other parts of the page are looked at. */
const draft = signal('')

interface StanzaFormProps {
  readonly source: string
  /** Of the source, which often is its address. */
  readonly name: string
  readonly isBusy: Signal<boolean>
}

/** Raw XML to send, checked while it is written. */
export function StanzaForm({ source, name, isBusy }: StanzaFormProps) {
  const problem = checkStanza(draft.value)
  const templates = stanzaTemplates(name.includes('@') ? name : 'friend@example.org', 'by-hand-1')
  const send = async (): Promise<void> => {
    if (problem !== undefined || isBusy.value) return
    isBusy.value = true
    const { outcome } = await give(source, { name: 'send', xml: draft.value.trim() }, 'Stanza')
    isBusy.value = false
    if (outcome === 'ok') draft.value = ''
  }
  return (
    <form
      class="stanza-form"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <label for="stanza-draft">Stanza</label>
      <select
        aria-label="Begin with"
        value=""
        onChange={({ currentTarget }) => {
          draft.value = templates.find(({ title }) => title === currentTarget.value)?.xml ?? draft.value
          currentTarget.value = ''
        }}
      >
        <option value="">begin with …</option>
        {templates.map(({ title }) => (
          <option value={title}>{title}</option>
        ))}
      </select>
      <textarea
        id="stanza-draft"
        rows={6}
        spellcheck={false}
        aria-describedby="stanza-problem"
        aria-invalid={draft.value !== '' && problem !== undefined}
        value={draft.value}
        onInput={({ currentTarget }) => {
          draft.value = currentTarget.value
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
          event.preventDefault()
          void send()
        }}
      />
      <p
        id="stanza-problem"
        class={draft.value !== '' && problem !== undefined ? 'problem' : 'quiet'}
        role="status"
      >
        {problem ?? 'Well-formed. Ctrl + Enter sends it.'}
      </p>
      <button type="submit" disabled={problem !== undefined || isBusy.value}>
        Send
      </button>
    </form>
  )
}
