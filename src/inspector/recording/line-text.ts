import type { RecordingLine } from './record.js'

/** A line as JSON. Stanzas are written by hand, since there are more of them than of everything else. */
export function toLineText(line: RecordingLine): string {
  if (line.kind !== 'wire') return JSON.stringify(line)
  const { direction, name, seq, source, t, what, xml } = line
  return `{"kind":"wire","direction":"${direction}","what":"${what}","name":${quote(name)},"xml":${quote(xml)},"source":${quote(source)},"seq":${seq},"t":${t}}`
}

/** What JSON writes otherwise. */
const special = /["\\\u0000-\u001f\ud800-\udfff]/

const quote = (text: string) => (special.test(text) ? JSON.stringify(text) : `"${text}"`)
