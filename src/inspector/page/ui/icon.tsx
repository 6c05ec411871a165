/** Signs of 16 by 16 px, drawn with lines. */
const paths = {
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  follow: 'M8 1.5v3M8 11.5v3M1.5 8h3M11.5 8h3M12 8a4 4 0 1 1-8 0a4 4 0 1 1 8 0',
  back: 'M10 3.5L5.5 8l4.5 4.5',
  forward: 'M6 3.5L10.5 8L6 12.5',
  play: 'M5 3l8 5l-8 5z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  light:
    'M11 8a3 3 0 1 1-6 0a3 3 0 1 1 6 0M8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1',
  dark: 'M13.2 9.6A5.7 5.7 0 0 1 6.4 2.8a5.7 5.7 0 1 0 6.8 6.8z',
  open: 'M2 12.5v-9h4l1.5 2H14v7z',
  search: 'M11.2 6.6a4.6 4.6 0 1 1-9.2 0a4.6 4.6 0 1 1 9.2 0M10 10l4 4',
  close: 'M4 4l8 8M12 4l-8 8',
  fold: 'M5.5 4L10 8l-4.5 4',
  unfolded: 'M4 5.5L8 10l4-4.5',
  in: 'M13 8H3M7 4L3 8l4 4',
  out: 'M3 8h10M9 4l4 4l-4 4',
  copy: 'M6 6V3h7v7h-3M3 6h7v7H3z',
  save: 'M8 2v8M4.5 7L8 10.5L11.5 7M3 13.5h10',
  good: 'M3.5 8.5l3 3l6-7',
  weak: 'M8 2.5L14.5 13.5h-13zM8 6.5v3.5M8 11.8v.2',
  unknown: 'M6 6a2 2 0 1 1 2.6 2c-.5.3-.6.7-.6 1.3M8 11.8v.2',
} as const

export type IconName = keyof typeof paths

/** A sign beside or instead of words; says nothing to those who listen. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
