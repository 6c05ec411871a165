// Only the code points that an identifier or a label can hold are classified, so blocks stand for the Bidi classes R
// and AL (which the rule never tells apart), and what is no digit, mark, letter or sign below is of class L.
const rightToLeftOrArabicNumber =
  /(?![\p{Mn}\u06f0-\u06f9])[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
const arabicNumber = /[\u0660-\u0669\u{10d30}-\u{10d39}\u{10d40}-\u{10d49}]/u
const europeanNumber = /[0-9\u06f0-\u06f9]/
const nonspacingMark = /(?![\u0cbf\u0cc6\u{11a07}\u{11a08}\u{11c3f}])\p{Mn}/u
const neutral =
  /[!-/:-@[-`{-~\u00b7\u02b9\u02ba\u02c6-\u02cf\u02ec\u0374\u0375\u200c-\u200d\u2e2f\u30fb\ua67f\ua717-\ua71f\ua788]/

/** Tells whether a text holds a code point of Bidi class R, AL or AN. @see RFC 5893 §1.4 */
export function hasRightToLeft(text: string): boolean {
  return rightToLeftOrArabicNumber.test(text)
}

/** Tells whether a text meets all six conditions of the Bidi Rule. @see RFC 5893 §2 */
export function meetsBidiRule(text: string): boolean {
  const classes = Array.from(text, bidiClass)
  while (classes.at(-1) === 'NSM') classes.pop()
  const last = classes.at(-1)
  if (classes[0] === 'L') return !hasRightToLeft(text) && (last === 'L' || last === 'EN')
  return (
    classes[0] === 'R' &&
    !classes.includes('L') &&
    (last === 'R' || last === 'EN' || last === 'AN') &&
    !(classes.includes('EN') && classes.includes('AN'))
  )
}

type BidiClass = 'L' | 'R' | 'EN' | 'AN' | 'NSM' | 'neutral'

function bidiClass(character: string): BidiClass {
  if (nonspacingMark.test(character)) return 'NSM'
  if (europeanNumber.test(character)) return 'EN'
  if (arabicNumber.test(character)) return 'AN'
  if (rightToLeftOrArabicNumber.test(character)) return 'R'
  return neutral.test(character) ? 'neutral' : 'L'
}
