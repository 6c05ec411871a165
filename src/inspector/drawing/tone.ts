import type { ChartTransition } from './graph.js'

/** How an arrow and its words are coloured: the usual course, a failure, or time running out. */
export type Tone = 'course' | 'failure' | 'time'

/** The tone of one transition. */
export function toneOf({ failure, trigger }: ChartTransition): Tone {
  if (trigger.kind === 'after') return 'time'
  return failure ? 'failure' : 'course'
}

/** The tones of an arrow that several transitions share: a failure among them shows, and so does the usual course. */
export function sharedTones(transitions: readonly ChartTransition[]): readonly Tone[] {
  const tones = new Set(transitions.map(toneOf))
  if (tones.has('failure')) return tones.has('course') ? ['course', 'failure'] : ['failure']
  return tones.size === 1 && tones.has('time') ? ['time'] : ['course']
}
