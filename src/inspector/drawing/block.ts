import type { ChartState, ChartTransition } from './graph.js'
import { measure, textStyles, wrap, type TextStyle } from './metrics.js'
import { toneOf, type Tone } from './tone.js'
import { conditionWords, triggerWords } from './trigger.js'

/** A run of text in one style. */
export interface Span {
  readonly text: string
  readonly style: TextStyle
}

export type Icon = 'actor' | 'again' | 'clock' | 'person'

/** One line of text, after an optional icon. */
export interface Line {
  readonly spans: readonly Span[]
  readonly icon: Icon | undefined
  /** Colours the event that the line names. */
  readonly tone: Tone
  readonly height: number
  /** Room above the line, in px. */
  readonly gap: number
}

/** What stands inside a state, measured. */
export interface Block {
  readonly lines: readonly Line[]
  /** Tags that deserve to be seen, each in a little frame of its own. */
  readonly chips: readonly Chip[]
  readonly width: number
  readonly height: number
}

/** A tag in its frame. */
export interface Chip {
  readonly tag: string
  readonly text: string
  /** Of the frame, in px. */
  readonly width: number
}

export const iconWidth = 16
export const padding = { x: 14, y: 10 } as const
export const chip = { height: 18, padding: 8, gap: 6, above: 8 } as const
const textLimit = 240

/** The text of a state: its name, what the specification and the author say of it, and what goes on inside it. */
export function toBlock(
  state: ChartState,
  inner: readonly ChartTransition[],
  title: 'name' | 'chart' = 'name',
): Block {
  const limit = title === 'chart' ? 560 : state.states.length > 0 ? 340 : textLimit
  const lines = [
    line([{ text: state.key, style: title }]),
    ...paragraph(state.spec ?? '', 'spec', limit, 1),
    ...paragraph(state.description ?? '', 'note', limit, 4),
    ...spaced(
      [
        ...state.invokes.flatMap(({ id, src }) => actorLines(id, src)),
        ...deedLines('entry', state.entry),
        ...deedLines('exit', state.exit),
        ...inner.flatMap(innerLines),
      ],
      8,
    ),
  ]
  const chips = state.tags.map(toChip)
  const widths = lines.map(lineWidth)
  const chipsWidth = chips.reduce((sum, { width }) => sum + width + chip.gap, -chip.gap)
  const height = lines.reduce((sum, { gap, height }) => sum + gap + height, 0)
  return {
    lines,
    chips,
    width: Math.ceil(Math.max(...widths, chipsWidth) + 2 * padding.x),
    height: Math.ceil(height + (chips.length > 0 ? chip.above + chip.height : 0) + 2 * padding.y),
  }
}

function toChip(tag: string): Chip {
  const text = chipText(tag)
  const width = measure(text, 'spec') + 2 * chip.padding + (tag === 'person' ? iconWidth : 0)
  return { tag, text, width }
}

/** What a tag's frame says. */
export function chipText(tag: string): string {
  return tag === 'person' ? 'waits for a person' : tag
}

/** Width of one line in px, its icon included. */
export function lineWidth({ spans, icon }: Line): number {
  return spans.reduce(
    (sum, { text, style }) => sum + measure(text, style),
    icon === undefined ? 0 : iconWidth,
  )
}

/** A transition in words: event, [guard], and below them / its actions. */
export function transitionLines(
  transition: ChartTransition,
  icon: Icon | undefined = iconOf(transition),
): readonly Line[] {
  const { actions } = transition
  const tone = toneOf(transition)
  return [
    ...conditionLines(transition, icon),
    ...paragraph(actions.length === 0 ? '' : `/ ${actions.join(', ')}`, 'action', textLimit, 0),
  ].map((each) => ({ ...each, tone }))
}

function iconOf({ trigger }: ChartTransition): Icon | undefined {
  return trigger.kind === 'after' ? 'clock' : undefined
}

function conditionLines(transition: ChartTransition, icon: Icon | undefined): readonly Line[] {
  const condition = conditionWords(transition)
  const { trigger } = transition
  const isGuardOnly = trigger.kind === 'always' && condition !== undefined
  const event: Span = { text: triggerWords(trigger), style: trigger.kind === 'always' ? 'guard' : 'event' }
  const bracketed: Span = { text: `[${condition}]`, style: 'guard' }
  if (condition === undefined) return [line([event], icon)]
  if (isGuardOnly) return [line([bracketed], icon)]
  const beside = line([event, { ...bracketed, text: ` ${bracketed.text}` }], icon)
  return lineWidth(beside) <= textLimit ? [beside] : [line([event], icon), line([bracketed])]
}

function innerLines(transition: ChartTransition): readonly Line[] {
  const { targets, actions, trigger } = transition
  const tone = toneOf(transition)
  const icon = targets.length > 0 ? 'again' : iconOf(transition)
  const conditions = conditionLines(transition, icon).map((each) => ({ ...each, tone }))
  if (targets.length === 0 && actions.length === 0) {
    // `onSnapshot: {}` only makes XState report the snapshots of a child.
    return trigger.kind === 'snapshot' ? [] : appended(conditions, 'ignored')
  }
  const elsewhere = targets.filter((target) => target !== transition.source).map((target) => `→ ${target}`)
  const deeds = actions.length === 0 ? [] : [`/ ${actions.join(', ')}`]
  const rest = [...elsewhere, ...deeds].join(' ')
  return rest === '' ? conditions : appended(conditions, rest)
}

function appended(lines: readonly Line[], text: string): readonly Line[] {
  const last = lines.at(-1)
  if (last === undefined) return lines
  const longer = { ...last, spans: [...last.spans, { text: ` ${text}`, style: 'action' } as const] }
  if (lineWidth(longer) <= textLimit) return [...lines.slice(0, -1), longer]
  return [...lines, ...paragraph(text, 'action', textLimit, 0)]
}

function actorLines(id: string, src: string): readonly Line[] {
  const name: Span = { text: src, style: 'deed' }
  return [line(id === src ? [name] : [name, { text: ` as ${id}`, style: 'quiet' }], 'actor')]
}

function deedLines(moment: string, actions: readonly string[]): readonly Line[] {
  return paragraph(actions.length === 0 ? '' : `${moment} / ${actions.join(', ')}`, 'quiet', textLimit, 0)
}

function paragraph(text: string, style: TextStyle, limit: number, gap: number): readonly Line[] {
  return spaced(
    wrap(text, style, limit).map((part) => line([{ text: part, style }])),
    gap,
  )
}

function spaced(lines: readonly Line[], gap: number): readonly Line[] {
  return lines.map((each, index) => (index === 0 ? { ...each, gap } : each))
}

function line(spans: readonly Span[], icon?: Icon): Line {
  return {
    spans,
    icon,
    tone: 'course',
    height: Math.max(...spans.map(({ style }) => textStyles[style].line)),
    gap: 0,
  }
}
