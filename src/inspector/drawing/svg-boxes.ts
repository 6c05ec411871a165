import type { ChartState } from './graph.js'
import { isFailureWord } from './graph.js'
import { anywhereText, type LaidBox } from './layout.js'
import { element, escapeText, round } from './markup.js'
import { drawBlock } from './svg-text.js'

/** What lies under the arrows: frames of states that hold others. */
export function drawGround({ state, block, isRegion, x, y, width, height }: LaidBox): string {
  if (state === undefined || block === undefined || state.states.length === 0) return ''
  const corner = 12
  const head = y + block.height
  return element(
    'g',
    { class: `state ${state.kind}`, 'data-state': state.id },
    element('title', {}, escapeText(spoken(state))),
    element('rect', { class: 'group', x, y, width, height, rx: corner }),
    element('path', {
      class: 'head',
      d: `M${round(x)} ${round(head)}V${round(y + corner)}a${corner} ${corner} 0 0 1 ${corner} -${corner}H${round(
        x + width - corner,
      )}a${corner} ${corner} 0 0 1 ${corner} ${corner}V${round(head)}Z`,
    }),
    element('rect', { class: isRegion ? 'frame region' : 'frame', x, y, width, height, rx: corner }),
    element('path', { class: 'rule', d: `M${round(x)} ${round(head)}H${round(x + width)}` }),
  )
}

/** What lies above the arrows: states without others inside, marks, and every text of a state. */
export function drawBox(box: LaidBox): string {
  const { x, y, width, height, state, block } = box
  if (state === undefined || block === undefined) return drawMark(box)
  const attributes = { class: `state ${state.kind}`, 'data-state': state.id }
  const title = element('title', {}, escapeText(spoken(state)))
  if (state.kind === 'history') return element('g', attributes, title, drawHistory(box))
  if (state.states.length > 0) {
    const plate = { x: x + 6, y: y + 6, width: block.width - 12, height: block.height - 12 }
    return element(
      'g',
      attributes,
      element('rect', { class: 'head', ...plate, rx: 6 }),
      drawBlock(block, { x, y }),
    )
  }
  const failed = isFailureWord(state.key) ? ' failed' : ''
  const ring = { x: x + 4, y: y + 4, width: width - 8, height: height - 8, rx: 7 }
  return element(
    'g',
    attributes,
    title,
    element('rect', { class: `leaf${failed}`, x, y, width, height, rx: 10 }),
    state.kind === 'final' ? element('rect', { class: `ring${failed}`, ...ring }) : '',
    drawBlock(block, { x, y }),
  )
}

function spoken({ id, spec, description, why }: ChartState): string {
  return [id, spec, description, why].filter((part) => part !== undefined).join(' — ')
}

function drawMark({ kind, x, y, width, height }: LaidBox): string {
  const center = { x: x + width / 2, y: y + height / 2 }
  if (kind === 'initial') {
    return element('circle', { class: 'mark', cx: center.x, cy: center.y, r: width / 2 })
  }
  return element(
    'g',
    { class: 'anywhere' },
    element('rect', { class: 'pill', x, y, width, height, rx: height / 2 }),
    element('text', { class: 'note', x: center.x, y: center.y + 4, 'text-anchor': 'middle' }, anywhereText),
  )
}

function drawHistory({ x, y, width, height, state }: LaidBox): string {
  const center = { x: x + width / 2, y: y + height / 2 }
  return (
    element('circle', { class: 'leaf', cx: center.x, cy: center.y, r: width / 2 }) +
    element(
      'text',
      { class: 'name', x: center.x, y: center.y + 5, 'text-anchor': 'middle' },
      state?.history === 'deep' ? 'H*' : 'H',
    )
  )
}
