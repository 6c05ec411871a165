import { chip, iconWidth, padding, type Block, type Line } from '../../drawing/block.js'
import type { Point } from '../../drawing/layout.js'
import { textStyles } from '../../drawing/metrics.js'
import { iconPaths } from '../../drawing/svg-text.js'

/** The text of a state, from the top left corner of its box. */
export function BlockText({ block, x, y }: { readonly block: Block } & Point) {
  const top = y + padding.y
  const under = block.lines.reduce((sum, { gap, height }) => sum + gap + height, top) + chip.above
  return (
    <>
      <LinesText lines={block.lines} x={x + padding.x} y={top} />
      {block.chips.map(({ tag, text, width }) => (
        <g key={tag} class="chip">
          <rect x={x + padding.x} y={under} width={width} height={chip.height} rx={chip.height / 2} />
          <path
            class="icon person"
            d={iconPaths.person}
            transform={`translate(${x + padding.x + chip.padding + 6} ${under + chip.height / 2})`}
          />
          <text class="spec" x={x + padding.x + chip.padding + iconWidth} y={under + chip.height / 2 + 3.7}>
            {text}
          </text>
        </g>
      ))}
    </>
  )
}

/** Lines of text below one another. */
export function LinesText({ lines, x, y }: { readonly lines: readonly Line[] } & Point) {
  let top = y
  return (
    <>
      {lines.map((line, index) => {
        const middle = top + line.gap + line.height / 2
        top += line.gap + line.height
        const size = Math.max(...line.spans.map(({ style }) => textStyles[style].size))
        return (
          <g key={index}>
            {line.icon !== undefined && (
              <path
                class={`icon ${line.icon}`}
                d={iconPaths[line.icon]}
                transform={`translate(${x + 6} ${middle})`}
              />
            )}
            <text x={line.icon === undefined ? x : x + iconWidth} y={middle + size * 0.35}>
              {line.spans.map(({ text, style }, part) => (
                <tspan key={part} class={style === 'event' ? `event says-${line.tone}` : style}>
                  {text}
                </tspan>
              ))}
            </text>
          </g>
        )
      })}
    </>
  )
}
