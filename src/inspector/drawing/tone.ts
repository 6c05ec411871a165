import type { ChartTransition } from './graph.js'

/**
 * How an arrow and its words are coloured: the usual course, a failure, or time running out; in a drawing of what tests
 * have taken, by whether they have.
 */
export type Tone = 'course' | 'failure' | 'time' | 'covered' | 'missed'

/** The tone of one transition. */
export function toneOf({ failure, trigger, covered }: ChartTransition): Tone {
  if (covered !== undefined) return covered ? 'covered' : 'missed'
  if (trigger.kind === 'after') return 'time'
  return failure ? 'failure' : 'course'
}

/** The tones of an arrow that several transitions share: what went wrong, or was not taken, shows beside the rest. */
export function sharedTones(transitions: readonly ChartTransition[]): readonly Tone[] {
  const tones = new Set(transitions.map(toneOf))
  if (tones.has('missed')) return tones.has('covered') ? ['covered', 'missed'] : ['missed']
  if (tones.has('covered')) return ['covered']
  if (tones.has('failure')) return tones.has('course') ? ['course', 'failure'] : ['failure']
  return tones.size === 1 && tones.has('time') ? ['time'] : ['course']
}
