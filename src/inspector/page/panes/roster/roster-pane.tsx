import { signal } from '@preact/signals'
import type { SubscriptionName } from '../../../../../machines/subscription-state.js'
import { cursorIndex, goToRecord, moment, search, selectedActor, timeline } from '../../model/signals.js'
import { VirtualList } from '../../ui/virtual-list.js'
import { currentSource } from '../current-source.js'
import { toCount, toCounted, toLegibleLine } from '../legible.js'
import { CurrentIndex } from '../source-index.js'
import { handshakesOf, type Handshake } from './handshakes.js'
import { MiniBoard, SharedBoard } from './nine-states.js'
import { RosterBoard, type ContactStanding } from './roster-board.js'

const chosenState = signal<SubscriptionName | undefined>(undefined)

/** Of the source that is looked at. */
export const roster = new CurrentIndex((source) => new RosterBoard(source))

/** Where one stands with everybody, at the cursor, as the stanzas tell it. */
export function RosterPane() {
  const source = currentSource.value?.source ?? ''
  const contacts = roster.value.at(cursorIndex.value)
  const handshakes = handshakesOf(moment.value.actors.values(), source)
  const known = new Set(contacts.map(({ jid }) => jid))
  const strangers = [...handshakes.values()].filter(({ jid }) => !known.has(jid))
  if (contacts.length === 0 && strangers.length === 0) {
    return (
      <div class="pane roster">
        <p class="empty">
          No contact has been heard of yet. The board fills when the roster arrives, or somebody asks.
        </p>
      </div>
    )
  }
  const counts = new Map<SubscriptionName, number>()
  for (const { position } of contacts) counts.set(position, (counts.get(position) ?? 0) + 1)
  const wanted = search.value.toLowerCase()
  const shown = contacts.filter(
    ({ jid, name, position }) =>
      (chosenState.value === undefined || position === chosenState.value) &&
      (jid.includes(wanted) || name.toLowerCase().includes(wanted)),
  )
  return (
    <div class="pane roster">
      <SharedBoard
        counts={counts}
        chosen={chosenState.value}
        choose={(name) => {
          chosenState.value = name
        }}
      />
      {strangers.length > 0 && (
        <ul class="strangers" aria-label="Handshakes with who is not in the roster">
          {strangers.map((handshake) => (
            <li key={handshake.key}>
              <bdi>{toLegibleLine(handshake.jid, 120)}</bdi>
              <HandshakeButton handshake={handshake} />
            </li>
          ))}
        </ul>
      )}
      <p class="count" role="status">
        {shown.length < contacts.length && `${toCount(shown.length)} of `}
        {toCounted(contacts.length, 'contact')}
      </p>
      <VirtualList
        count={shown.length}
        rowHeight={52}
        label="Contacts"
        keyOf={(row) => shown[row]?.jid ?? row}
        row={(row) => <Contact contact={shown[row]} handshake={handshakes.get(shown[row]?.jid ?? '')} />}
      />
    </div>
  )
}

interface ContactProps {
  readonly contact: ContactStanding | undefined
  readonly handshake: Handshake | undefined
}

function Contact({ contact, handshake }: ContactProps) {
  if (contact === undefined) return null
  const { jid, name, position, state, changedAt, lastEvent } = contact
  const record = timeline().records[changedAt]
  return (
    <div role="listitem" class="contact">
      <MiniBoard position={position} />
      <div class="contact-who">
        <bdi class="contact-jid">{toLegibleLine(jid, 120)}</bdi>
        {name !== '' && <bdi class="contact-name">{toLegibleLine(name, 120)}</bdi>}
      </div>
      <div class="contact-signs">
        <span class="contact-position">{position}</span>
        {state.from === 'approved' && <span class="sign good">approved in advance</span>}
        {state.from === 'pending' && <span class="sign wait">asks to see us</span>}
        {state.to === 'pending' && <span class="sign wait">we asked</span>}
        {!contact.isListed && <span class="sign">not in the roster</span>}
        {handshake !== undefined && <HandshakeButton handshake={handshake} />}
      </div>
      <button
        type="button"
        class="link contact-last"
        aria-label={`${lastEvent}: show the stanza that told it of ${toLegibleLine(jid, 120)}`}
        onClick={() => record && goToRecord(record)}
      >
        {lastEvent}
      </button>
    </div>
  )
}

function HandshakeButton({ handshake: { key, state, isOver } }: { readonly handshake: Handshake }) {
  return (
    <button
      type="button"
      class={`sign handshake ${isOver ? '' : 'wait'}`}
      onClick={() => {
        selectedActor.value = key
      }}
    >
      {`handshake: ${toLegibleLine(state, 120)}`}
    </button>
  )
}
