/** Line drawings on 16 × 16, by what they mean. */
const shapes = {
  in: 'M13 8H3M7 4 3 8l4 4',
  out: 'M3 8h10M9 4l4 4-4 4',
  open: 'M4 6l4 4 4-4',
  folded: 'M6 4l4 4-4 4',
  copy: 'M6 6V3h7v7h-3M3 6h7v7H3z',
  save: 'M8 2v8M4.5 7 8 10.5 11.5 7M3 13.5h10',
  good: 'M3.5 8.5l3 3 6-7',
  weak: 'M8 2.5 14.5 13.5h-13zM8 6.5v3.5M8 11.8v.2',
  bad: 'M4 4l8 8M12 4l-8 8',
  unknown: 'M6 6a2 2 0 1 1 2.6 2c-.5.3-.6.7-.6 1.3M8 11.8v.2',
} as const

export type IconName = keyof typeof shapes

/** A drawing beside words that say the same: nothing for who only listens. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  )
}
