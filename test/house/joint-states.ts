import {
  causeOf,
  causes,
  modes,
  type Cause,
  type Direction,
  type JointState,
} from '../../machines/joint-subscription.js'
import { diagnose, repairOf } from '../../machines/subscription-doctor.js'
import { subscriptionName, type SubscriptionState } from '../../machines/subscription-state.js'
import { element, escapeText } from '../../src/inspector/drawing/markup.js'
import { measure, wrap } from '../../src/inspector/drawing/metrics.js'
import { dark, light, type Color } from '../../src/inspector/drawing/style.js'

const cell = { width: 100, height: 46, gap: 4 }
const groupGap = 10
const board = { x: 186, y: 184 }
const margin = 24
const title = 'Where two servers can end'
const lead = [
  'Each server keeps its own half of a subscription. Where stanzas cross on the wire, or get lost, the halves differ when all is quiet again.',
  'A cell off the diagonal says which stanzas make them agree: → sent by you, ← by the contact. Nothing is granted, nor asked for anew.',
]
const says: Readonly<Record<Cause, string>> = {
  agreed: 'both servers agree',
  crossed: 'both people spoke at once …',
  answered: '… and somebody answered what was void',
  lost: 'a stanza was lost',
}

/** The 81 joint states of two servers as one picture for light and dark: how they come about, and what mends them. */
export function drawJointStates(): string {
  const pairs: readonly Direction[] = modes.flatMap((to) =>
    modes.map((from) => ({ subscriber: to, grantor: from })),
  )
  const states = pairs.flatMap((user, row) =>
    pairs.map((contact, column) => ({
      row,
      column,
      // Rows are your `to`, then your `from`; columns the contact's `from`, then its `to`: what agrees is the diagonal.
      state: {
        to: { subscriber: user.subscriber, grantor: contact.subscriber },
        from: { subscriber: contact.grantor, grantor: user.grantor },
      },
    })),
  )
  const side = (size: number): number => offset(8, size) + size
  const width = board.x + side(cell.width) + margin
  const foot = board.y + side(cell.height) + 22
  const size = { width, height: foot + 34 }
  const pieces = [
    element('title', { id: 'joint-title' }, escapeText(title)),
    element('desc', { id: 'joint-desc' }, escapeText(lead.join(' '))),
    element('style', {}, styleSheet()),
    element('rect', { class: 'paper', ...size, rx: 12 }),
    text('chart', margin, 48, title),
    ...lead.map((line, index) => text('note', margin, 74 + index * 18, line)),
    ...drawBands(),
    ...pairs.flatMap(drawNames),
    ...states.map(({ row, column, state }) =>
      drawCell(state, board.x + offset(column, cell.width), board.y + offset(row, cell.height)),
    ),
    ...drawLegend(
      states.map(({ state }) => state),
      foot,
    ),
  ]
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    class: 'joint',
    ...size,
    viewBox: `0 0 ${size.width} ${size.height}`,
    role: 'img',
    'aria-labelledby': 'joint-title joint-desc',
  }
  return `${element('svg', attributes, `\n${pieces.join('\n')}\n`)}\n`
}

/** What is common to three rows, or three columns: the user's subscription, as either server keeps it. */
function drawBands(): readonly string[] {
  return [
    text('quiet', board.x - 14, board.y - 38, 'your server ↓', 'end'),
    text('quiet', board.x - 14, board.y - 58, 'their server →', 'end'),
    ...modes.map((mode, index) => {
      const x = board.x + offset(index * 3, cell.width)
      const span = 3 * cell.width + 2 * cell.gap
      return (
        text('deed', x + span / 2, board.y - 58, `your subscription: ${mode}`, 'middle') +
        element('path', { class: 'rule', d: `M${x} ${board.y - 50}h${span}` })
      )
    }),
    ...modes.map((mode, index) => {
      const y = board.y + offset(index * 3, cell.height)
      const span = 3 * cell.height + 2 * cell.gap
      return (
        element(
          'text',
          {
            class: 'deed',
            transform: `translate(${margin + 10} ${y + span / 2}) rotate(-90)`,
            'text-anchor': 'middle',
          },
          `your subscription: ${mode}`,
        ) + element('path', { class: 'rule', d: `M${margin + 18} ${y}v${span}` })
      )
    }),
  ]
}

/** The names of one row and one column: a row is (`to`, `from`), a column the mirror of it. */
function drawNames({ subscriber, grantor }: Direction, index: number): readonly string[] {
  return [
    drawLines(
      nameLines({ to: subscriber, from: grantor }, board.x - margin - 44),
      board.x - 14,
      board.y + offset(index, cell.height) + cell.height / 2,
      'end',
    ),
    drawLines(
      nameLines({ to: grantor, from: subscriber }, cell.width - 14),
      board.x + offset(index, cell.width) + cell.width / 2,
      board.y - 25,
      'middle',
    ),
  ]
}

function offset(index: number, size: number): number {
  return index * (size + cell.gap) + Math.floor(index / 3) * groupGap
}

function drawCell(state: JointState, x: number, y: number): string {
  const cause = causeOf(state)
  const lines = cause === 'agreed' ? [{ words: '✓', style: 'tick' }] : mendingOf(state)
  return (
    element('rect', { class: `cell ${cause}`, x, y, width: cell.width, height: cell.height, rx: 6 }) +
    drawLines(lines, x + cell.width / 2, y + cell.height / 2, 'middle')
  )
}

/** What repairs a state, seen from the user. */
function mendingOf({ to, from }: JointState): readonly Line[] {
  const own = { to: to.subscriber, from: from.grantor }
  const theirs = { to: from.subscriber, from: to.grantor }
  const { stanzas, byContact } = repairOf(diagnose(own, { theirs }))
  return [
    ...stanzas.map((stanza) => ({ words: `→ ${stanza}`, style: 'stanza' })),
    ...byContact.map((stanza) => ({ words: `← ${stanza}`, style: 'stanza help' })),
  ]
}

function drawLegend(states: readonly JointState[], y: number): readonly string[] {
  let x = board.x
  return causes.map((cause) => {
    const count = states.filter((state) => causeOf(state) === cause).length
    const drawn =
      element('rect', { class: `cell ${cause}`, x, y: y - 9, width: 30, height: 18, rx: 4 }) +
      text('count', x + 15, y + 4, String(count), 'middle') +
      text('note', x + 38, y + 4, says[cause])
    x += 38 + measure(says[cause], 'note') + 28
    return drawn
  })
}

function nameLines(state: SubscriptionState, width: number): readonly Line[] {
  return wrap(subscriptionName(state), 'spec', width).map((words) => ({ words, style: 'name' }))
}

interface Line {
  readonly words: string
  readonly style: string
}

/** Lines one below the other, around a middle. */
function drawLines(lines: readonly Line[], x: number, middle: number, anchor: 'middle' | 'end'): string {
  const height = 14
  const top = middle - ((lines.length - 1) * height) / 2 + 3.8
  return lines.map(({ words, style }, index) => text(style, x, top + index * height, words, anchor)).join('')
}

function text(style: string, x: number, y: number, words: string, anchor?: 'middle' | 'end'): string {
  return element('text', { class: style, x, y, 'text-anchor': anchor }, escapeText(words))
}

const colored: readonly (readonly [selector: string, property: 'fill' | 'stroke', color: Color])[] = [
  ['.paper', 'fill', 'paper'],
  ['text', 'fill', 'ink'],
  ['.note', 'fill', 'quiet'],
  ['.quiet', 'fill', 'faint'],
  ['.rule', 'stroke', 'border'],
  ['.agreed', 'fill', 'actor'],
  ['.agreed', 'stroke', 'actor'],
  ['.crossed', 'fill', 'failure'],
  ['.crossed', 'stroke', 'failure'],
  ['.answered', 'fill', 'time'],
  ['.answered', 'stroke', 'time'],
  ['.lost', 'fill', 'leaf'],
  ['.lost', 'stroke', 'border'],
  ['.tick', 'fill', 'actor'],
  ['.help', 'fill', 'person'],
]

function styleSheet(): string {
  const colors = (palette: Readonly<Record<Color, string>>): string =>
    colored
      .map(([selector, property, color]) => `.joint ${selector}{${property}:${palette[color]}}`)
      .join('\n')
  return `
.joint text{font-family:-apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,"Noto Sans","DejaVu Sans",sans-serif;font-size:10.5px}
.joint .chart{font-size:20px;font-weight:650}
.joint .note{font-size:12px}
.joint .deed{font-size:11.5px;font-weight:500}
.joint .name{font-weight:600}
.joint .count{font-size:11.5px;font-weight:600}
.joint .tick{font-size:15px;font-weight:700}
.joint .rule{fill:none;stroke-width:1.25}
.joint .cell{fill-opacity:.16;stroke-opacity:.55}
${colors(light)}
@media (prefers-color-scheme:dark){
${colors(dark)}
}
`
}
