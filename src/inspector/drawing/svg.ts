import { padding } from './block.js'
import type { ChartGraph } from './graph.js'
import { layOutChart, margin, type LaidBox, type LayOut } from './layout.js'
import { drawLegend } from './legend.js'
import { element, escapeText } from './markup.js'
import { styleSheet } from './style.js'
import { drawArrow, drawLabel } from './svg-arrows.js'
import { drawBox, drawGround } from './svg-boxes.js'
import { drawBlock } from './svg-text.js'

/** Draws a chart as one self-contained SVG for light and dark; the same chart gives the same bytes. */
export async function toSvg(graph: ChartGraph, layOut: LayOut): Promise<string> {
  const { root } = graph
  const { width, height, boxes, edges } = await layOutChart(graph, layOut)
  const legend = drawLegend(graph, edges, { x: margin, y: height })
  const slug = graph.id.replace(/[^A-Za-z0-9_-]+/g, '-')
  const size = { width: Math.max(width, legend.width + 2 * margin), height: height + legend.height }
  const isRoot = ({ state }: LaidBox): boolean => state === root
  const inside = boxes.filter((box) => !isRoot(box))
  const pieces = [
    element('title', { id: `${slug}-title` }, escapeText(`${graph.id} chart`)),
    element('desc', { id: `${slug}-desc` }, escapeText(root.description ?? `The states of ${graph.id}.`)),
    element('style', {}, styleSheet(graph.transitions.some(({ covered }) => covered !== undefined))),
    element('rect', { class: 'paper', ...size, rx: 12 }),
    ...inside.map(drawGround),
    ...edges.map(drawArrow),
    ...inside.map(drawBox),
    ...boxes
      .filter(isRoot)
      .flatMap(({ block }) =>
        block === undefined ? [] : [drawBlock(block, { x: margin - padding.x, y: margin - padding.y })],
      ),
    ...edges.map(drawLabel),
    ...legend.pieces,
  ].filter((piece) => piece !== '')
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    class: 'statechart',
    ...size,
    viewBox: `0 0 ${size.width} ${size.height}`,
    role: 'img',
    'aria-labelledby': `${slug}-title ${slug}-desc`,
  }
  return `${element('svg', attributes, `\n${pieces.join('\n')}\n`)}\n`
}
