import { signal } from '@preact/signals'
import { link } from '../../model/link.js'
import { currentSource } from '../current-source.js'
import { Icon } from '../../ui/icon.js'
import { toLegibleLine } from '../legible.js'
import { give, givenCommands, type GivenCommand } from './command-log.js'
import { PresenceForm } from './presence-form.js'
import { StanzaForm } from './stanza-form.js'

const isBusy = signal(false)

/** What the page may ask of the app: for those who allow it. */
export function SendPane() {
  const source = currentSource.value
  const commands = new Set(source?.commands)
  if (source === undefined || commands.size === 0 || link.value.status === 'file') {
    return (
      <div class="pane send">
        <p class="empty">{refusalWords(source === undefined, link.value.status === 'file')}</p>
      </div>
    )
  }
  const { source: id } = source
  return (
    <div class="pane send">
      <p class="quiet">
        To <bdi>{toLegibleLine(source.name, 120)}</bdi>
      </p>
      <div class="buttons" role="group" aria-label="Session">
        {session.map(([name, words]) =>
          commands.has(name) ? (
            <button type="button" onClick={() => void give(id, { name }, words)}>
              {words}
            </button>
          ) : null,
        )}
      </div>
      {commands.has('presence') && <PresenceForm source={id} />}
      {commands.has('send') && <StanzaForm source={id} name={source.name} isBusy={isBusy} />}
      {commands.has('fault') && (
        <fieldset class="faults">
          <legend>Disturb the server</legend>
          <div class="buttons">
            {faults.map(([fault, words, hint]) => (
              <button
                type="button"
                title={hint}
                onClick={() => void give(id, { name: 'fault', fault }, words)}
              >
                {words}
              </button>
            ))}
          </div>
          <p class="quiet">The embedded server does it; watch the chart find its way.</p>
        </fieldset>
      )}
      <Log given={givenCommands.value} />
    </div>
  )
}

const session = [
  ['connect', 'Connect'],
  ['disconnect', 'Disconnect'],
] as const

const faults = [
  ['cut', 'Cut the line', 'The connection ends at once, as when a cable is pulled'],
  ['silence', 'Go silent', 'The connection stays, and nothing passes any more'],
  [
    'not-authorized',
    'Cut, and refuse the next login',
    'The connection ends, and the login that follows is answered with not-authorized',
  ],
] as const

function Log({ given }: { readonly given: readonly GivenCommand[] }) {
  if (given.length === 0) return null
  return (
    <section aria-label="What came of it" aria-live="polite">
      <h2>What came of it</h2>
      <ul class="log">
        {given.map(({ id, words, outcome }) => (
          <li key={id} class={outcome?.outcome}>
            <Icon name={outcome === undefined ? 'unknown' : outcome.outcome === 'ok' ? 'good' : 'close'} />
            <span>{words}</span>
            <span class="quiet">
              {outcome === undefined
                ? 'waiting …'
                : outcome.outcome === 'ok'
                  ? 'done'
                  : toLegibleLine(outcome.reason ?? 'refused', 300)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function refusalWords(isNobody: boolean, isFile: boolean): string {
  if (isFile) return 'This is a recording: nobody is there to be asked.'
  return isNobody
    ? 'Nobody is connected yet.'
    : 'This app does not let the page do anything. It may allow that when it attaches to the inspector.'
}
