/** How a piece of text looks where the terminal has colours. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'magenta' | 'cyan'

/** A piece of a line; its text may come from anywhere, also from a stranger. */
export interface Span {
  readonly text: string
  readonly style: Style
}

/** One line for people. */
export type Line = readonly (Span | string)[]

const codes: Readonly<Record<Style, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  magenta: [35, 39],
  cyan: [36, 39],
}

/** A piece of text with a style. */
export const styled = (style: Style, text: string): Span => ({ text, style })

/** The line as it is written: nothing in it can move the cursor, change direction or start another line. */
export function render(line: Line, hasColour: boolean): string {
  return line
    .map((part) => {
      if (typeof part === 'string') return toHarmless(part)
      const [on, off] = codes[part.style]
      const text = toHarmless(part.text)
      return hasColour && text !== '' ? `\u001B[${on}m${text}\u001B[${off}m` : text
    })
    .join('')
    .trimEnd()
}

/** Text that is safe on a terminal: control characters become visible, those of direction go. */
export function toHarmless(text: string): string {
  return text
    .replaceAll('\t', ' ')
    .replaceAll(/\r?\n/g, ' ⏎ ')
    .replaceAll(/\p{Bidi_Control}/gu, '')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '\uFFFD')
}

/** A value as JSON in one line: some control characters, which a terminal would obey, JSON leaves as they are. */
export function toHarmlessJson(value: object): string {
  return JSON.stringify(value).replaceAll(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}

/**
 * What of a sentence fits: whole, or up to a pause in it, or up to a word.
 * @param width in characters
 */
export function toGist(sentence: string, width: number): string {
  const whole = sentence.replace(/\.$/, '')
  if (whole.length <= width) return whole
  const pause = Math.max(...[':', ';', ','].map((mark) => whole.lastIndexOf(`${mark} `, width)))
  if (pause > width / 4) return whole.slice(0, pause)
  const words = whole.slice(0, Math.max(0, width)).replace(/\s+\S*$/, '')
  return words.length < width ? `${words}…` : `${words.slice(0, -1)}…`
}

/** The words of a text in lines of at most `width` characters; a word that is longer has a line of its own. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** How long something took: `12 ms`, `1.2 s`. */
export function toDuration(durationMs: number): string {
  return durationMs < 999.5 ? `${Math.round(durationMs)} ms` : `${(durationMs / 1000).toFixed(1)} s`
}
