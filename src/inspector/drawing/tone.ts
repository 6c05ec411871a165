import type { ChartTransition } from './graph.js'

/** How an arrow and its words are coloured: the usual course, a failure, or time running out. */
export type Tone = 'course' | 'failure' | 'time'

/** The tone of one transition. */
export function toneOf({ failure, trigger }: ChartTransition): Tone {
  if (failure) return 'failure'
  return trigger.kind === 'after' ? 'time' : 'course'
}

/** The tone of an arrow that several transitions share: a failure among them shows. */
export function sharedTone(transitions: readonly ChartTransition[]): Tone {
  const tones = new Set(transitions.map(toneOf))
  if (tones.has('failure')) return 'failure'
  return tones.size === 1 && tones.has('time') ? 'time' : 'course'
}
