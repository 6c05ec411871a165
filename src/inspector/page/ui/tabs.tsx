import type { ComponentType } from 'preact'
import type { Signal } from '@preact/signals'

/** One of several things that take turns in a place. */
export interface Tab {
  readonly id: string
  readonly title: string
  readonly Component: ComponentType
  readonly badge?: () => string | undefined
}

/** Tabs and the panel of the chosen one; arrows move between them. */
export function Tabs(props: {
  readonly label: string
  readonly tabs: readonly Tab[]
  readonly chosen: Signal<string>
}) {
  const { label, tabs, chosen } = props
  const current = tabs.find(({ id }) => id === chosen.value) ?? tabs[0]
  if (current === undefined) return null
  const { id, Component } = current
  const move = (event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (step === undefined || event.shiftKey) return
    event.preventDefault()
    const next = tabs[(tabs.indexOf(current) + step + tabs.length) % tabs.length]
    if (next === undefined) return
    chosen.value = next.id
    event.currentTarget.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus()
  }
  return (
    <section class="tabbed" aria-label={label}>
      <div class="tabs" role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map((tab) => {
          const badge = tab.badge?.()
          return (
            <button
              key={tab.id}
              type="button"
              role="tab"
              id={`tab-${tab.id}`}
              aria-selected={tab === current}
              aria-controls={tab === current ? `panel-${tab.id}` : undefined}
              tabIndex={tab === current ? 0 : -1}
              onClick={({ currentTarget, detail }) => {
                chosen.value = tab.id
                // By a pointer: the arrows go on through time.
                if (detail > 0) currentTarget.blur()
              }}
            >
              {tab.title}
              {badge !== undefined && <span class="badge">{badge}</span>}
            </button>
          )
        })}
      </div>
      <div class="panel" role="tabpanel" id={`panel-${id}`} aria-labelledby={`tab-${id}`} key={id}>
        <Component />
      </div>
    </section>
  )
}
