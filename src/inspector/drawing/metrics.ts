/** How a piece of text is set; each name is also its class in the drawing. */
export type TextStyle = keyof typeof textStyles

/** Sizes in px. `spread` widens the table below for heavier weights. */
export const textStyles = {
  chart: { size: 20, line: 26, weight: 650, spread: 1.07 },
  name: { size: 14, line: 19, weight: 600, spread: 1.06 },
  note: { size: 11.5, line: 16, weight: 400, spread: 1 },
  spec: { size: 10.5, line: 15, weight: 400, spread: 1 },
  deed: { size: 11.5, line: 17, weight: 500, spread: 1.03 },
  quiet: { size: 11.5, line: 17, weight: 400, spread: 1 },
  event: { size: 11.5, line: 16, weight: 600, spread: 1.06 },
  guard: { size: 11.5, line: 16, weight: 400, spread: 1 },
  action: { size: 10.5, line: 14, weight: 400, spread: 1 },
} as const

/** Helvetica's advance widths of U+0020 to U+007E in thousandths of an em; the usual system fonts stay within a few percent. */
const advances = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
  500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
  556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
]
const narrow = 620
const wide = 1050
const firstWideCodePoint = 0x2e80

/** What fonts other than the table's may take more. */
const slack = 1.05

/** Width of a text in px, rounded up to half a pixel: an estimate with a little room, the same on every machine. */
export function measure(text: string, style: TextStyle): number {
  let thousandths = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    thousandths += advances[code - 0x20] ?? (code < firstWideCodePoint ? narrow : wide)
  }
  const { size, spread } = textStyles[style]
  return Math.ceil(((thousandths * size * spread * slack) / 1000) * 2) / 2
}

/** Breaks a text at spaces into lines of at most `limit` px; a longer word stands alone. */
export function wrap(text: string, style: TextStyle, limit: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && measure(longer, style) > limit) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return line === '' ? lines : [...lines, line]
}
