import type { ActorView } from '../model/actor-view.js'

const words = {
  living: 'lives',
  found: 'was there before the recording',
  restored: 'restored',
  done: 'done',
  error: 'failed',
  stopped: 'stopped',
} as const

/** How an actor stands, in words. */
export function lifeWords(actor: ActorView): string {
  return `${actor.chart === undefined ? 'a deed, ' : ''}${words[standingOf(actor)]}`
}

/** How an actor stands, as a sign of 14 px: full where it lives, a shape of its own for each other way. */
export function LifeSign({ actor }: { readonly actor: ActorView }) {
  const { life, chart, lastFailure } = actor
  const standing = standingOf(actor)
  return (
    <svg
      class={`life-sign ${standing}${chart === undefined ? ' deed' : ''}`}
      width="14"
      height="14"
      viewBox="-7 -7 14 14"
      role="img"
      aria-label={words[standing]}
    >
      {chart === undefined && life !== 'ended' ? (
        <rect class="shape" x="-3" y="-3" width="6" height="6" rx="1" transform="rotate(45)" />
      ) : (
        <path class="shape" d={shapes[standing]} />
      )}
      {lastFailure !== undefined && life !== 'ended' && <circle class="wound" cx="4.5" cy="-4.5" r="2.2" />}
    </svg>
  )
}

const standingOf = ({ life, status }: ActorView) => (life === 'ended' ? (status ?? 'stopped') : life)

const circle = 'M4 0A4 4 0 1 1 -4 0A4 4 0 1 1 4 0Z'
const shapes = {
  living: circle,
  found: circle,
  restored: 'M3.6 -1.6A4 4 0 1 0 4 1M4.2 -4.4V-1.4H1.2',
  done: 'M-4 0.4L-1.2 3.2L4.2 -3',
  error: 'M-3.2 -3.2L3.2 3.2M3.2 -3.2L-3.2 3.2',
  stopped: 'M-3.2 -3.2H3.2V3.2H-3.2Z',
} as const
