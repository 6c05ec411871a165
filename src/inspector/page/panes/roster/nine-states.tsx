import type { SubscriptionName } from '../../../../../machines/subscription-state.js'

/** The nine states as they lie: a row for what the user sees of the contact, a column for what the contact sees of the user. */
export const nineStates: readonly (readonly SubscriptionName[])[] = [
  ['None', 'None + Pending In', 'From'],
  ['None + Pending Out', 'None + Pending Out+In', 'From + Pending Out'],
  ['To', 'To + Pending In', 'Both'],
]

/** Cells are 9 px apart; what is drawn has round edges of 1 px. */
const cell = (name: SubscriptionName): string => {
  const y = nineStates.findIndex((row) => row.includes(name))
  return `M${9 * (nineStates[y]?.indexOf(name) ?? 0) + 1} ${9 * y + 1}h6v6h-6z`
}
const cells = nineStates.flat().map(cell).join('')

/** Where one contact stands among the nine. */
export function MiniBoard({ position }: { readonly position: SubscriptionName }) {
  return (
    <svg class="mini-board" viewBox="0 0 26 26" width="26" height="26" aria-hidden="true">
      <path d={cells} />
      <path class="here" d={cell(position)} />
    </svg>
  )
}

interface SharedBoardProps {
  readonly counts: ReadonlyMap<SubscriptionName, number>
  readonly chosen: SubscriptionName | undefined
  readonly choose: (name: SubscriptionName | undefined) => void
}

/** How many contacts stand in each of the nine; a state can be chosen. */
export function SharedBoard({ counts, chosen, choose }: SharedBoardProps) {
  return (
    <table class="nine">
      <caption class="unseen">Contacts by the nine states of a subscription</caption>
      <thead>
        <tr>
          <td />
          {columns.map((words) => (
            <th scope="col">{words}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {nineStates.map((row, y) => (
          <tr>
            <th scope="row">{rows[y]}</th>
            {row.map((name) => {
              const count = counts.get(name) ?? 0
              return (
                <td>
                  <button
                    type="button"
                    class={count === 0 ? 'none' : ''}
                    aria-pressed={chosen === name}
                    onClick={() => choose(chosen === name ? undefined : name)}
                  >
                    <span class="nine-name">{name}</span>
                    <span class="nine-count">{count}</span>
                  </button>
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const columns = ['They do not see us', 'They have asked', 'They see us'] as const
const rows = ['We do not see them', 'We have asked', 'We see them'] as const
