import { textStyles } from './metrics.js'

/** The colours of every drawing on a light ground. */
export const light = {
  paper: '#ffffff',
  leaf: '#ffffff',
  shade: '#0f172a',
  ink: '#172033',
  quiet: '#5b6678',
  faint: '#7b8698',
  border: '#c3ccd9',
  outer: '#d5dce6',
  course: '#64748b',
  failure: '#c9252d',
  time: '#a15c07',
  actor: '#1d5fd1',
  person: '#6d3fc4',
  covered: '#0b7d5b',
  missed: '#c2410c',
} as const

/** What a colour is for. */
export type Color = keyof typeof light

/** The same on a dark ground. */
export const dark: Readonly<Record<Color, string>> = {
  paper: '#0e1218',
  leaf: '#171c24',
  shade: '#93a4bf',
  ink: '#e8edf4',
  quiet: '#a3afbf',
  faint: '#8491a3',
  border: '#3c4656',
  outer: '#2d3542',
  course: '#8a99ad',
  failure: '#ff7b74',
  time: '#e0ae4a',
  actor: '#7fb0ff',
  person: '#bf9dff',
  covered: '#3ecf9f',
  missed: '#ff9450',
}

type Colored = readonly (readonly [selector: string, property: 'fill' | 'stroke', color: Color])[]

const colored: Colored = [
  ['.paper', 'fill', 'paper'],
  ['.leaf', 'fill', 'leaf'],
  ['.leaf', 'stroke', 'border'],
  ['.leaf.failed', 'stroke', 'failure'],
  ['.head', 'fill', 'leaf'],
  ['.group', 'fill', 'shade'],
  ['.frame', 'stroke', 'border'],
  ['.rule', 'stroke', 'outer'],
  ['.ring', 'stroke', 'border'],
  ['.ring.failed', 'stroke', 'failure'],
  ['.mark', 'fill', 'ink'],
  ['.pill', 'fill', 'paper'],
  ['.pill', 'stroke', 'border'],
  ['.plate', 'fill', 'paper'],
  ['text', 'fill', 'ink'],
  ['.note', 'fill', 'quiet'],
  ['.quiet', 'fill', 'quiet'],
  ['.guard', 'fill', 'quiet'],
  ['.spec', 'fill', 'faint'],
  ['.action', 'fill', 'faint'],
  ['.actor', 'stroke', 'actor'],
  ['.again', 'stroke', 'course'],
  ['.clock', 'stroke', 'time'],
  ['.person', 'stroke', 'person'],
  ['.chip', 'stroke', 'border'],
  ['.chip-person', 'stroke', 'person'],
  ['.says-person', 'fill', 'person'],
  ['.line-course', 'stroke', 'course'],
  ['.line-failure', 'stroke', 'failure'],
  ['.line-time', 'stroke', 'time'],
  ['.head-course', 'fill', 'course'],
  ['.head-failure', 'fill', 'failure'],
  ['.head-time', 'fill', 'time'],
  ['.says-failure', 'fill', 'failure'],
  ['.says-time', 'fill', 'time'],
]

/** Only in drawings of what tests have taken. */
const coloredByCoverage: Colored = (['covered', 'missed'] as const).flatMap((tone) => [
  [`.line-${tone}`, 'stroke', tone],
  [`.head-${tone}`, 'fill', tone],
  [`.says-${tone}`, 'fill', tone],
])

const fixed = `
.statechart text{font-family:-apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,"Noto Sans","DejaVu Sans Condensed",sans-serif;white-space:pre}
.statechart .group{fill-opacity:.04}
.statechart .frame{fill:none;stroke-width:1.25}
.statechart .region{stroke-dasharray:5 4}
.statechart .leaf{stroke-width:1.25}
.statechart .ring,.statechart .rule,.statechart .icon,.statechart .line,.statechart .chip{fill:none}
.statechart .stripes{stroke-dasharray:7 7}
.statechart .icon{stroke-width:1.3;stroke-linecap:round;stroke-linejoin:round}
.statechart .line{stroke-width:1.5;stroke-linejoin:round}
`

/** The style sheet of a drawing: every colour twice, for light and dark, and no custom properties, which some viewers lack. */
export function styleSheet(isCoverage: boolean): string {
  const sizes = Object.entries(textStyles).map(
    ([name, { size, weight }]) => `.statechart .${name}{font-size:${size}px;font-weight:${weight}}`,
  )
  const rules = isCoverage ? [...colored, ...coloredByCoverage] : colored
  const dashes = isCoverage ? '.statechart .line-missed{stroke-dasharray:7 7}\n' : ''
  return `${fixed}${dashes}${sizes.join('\n')}\n${colors(rules, light)}\n@media (prefers-color-scheme:dark){\n${colors(rules, dark)}\n}\n`
}

function colors(rules: Colored, palette: Readonly<Record<Color, string>>): string {
  return rules
    .map(([selector, property, color]) => `.statechart ${selector}{${property}:${palette[color]}}`)
    .join('\n')
}
