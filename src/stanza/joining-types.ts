import { codePoints } from '../code-points.js'

// Letters by Joining_Type, from DerivedJoiningType.txt of Unicode 17.0: JavaScript has no property escape for it.
const dual = codePoints(`
17k 6 2 2.4 5.c 2.6 2.1 10.1 9.f j.11 2.1 a 2 2.1 15.2 3 j.2 6.3 2.8 2 2 2.1 w.a 4.e 3.3 2 3.2 3.5
23.w 2f.4 3 2.9 2 b 2.3 3 u 3.4 2 h.9 6.1 3.5 2.e 314.2g f.x 2 sd2.1d jf3.4 f.3 2.4 2.2 4g 2 4.2 2.1
2 3 a9.w 2 bk.1 2.1 2x.2 2.g 18.3 3.b 1b 2.1 5 3.1 2.1 2 3 16ws.1v`)
const left = codePoints('x9u jff a fd')
const right = codePoints(`
17m.3 2 2 6.3 m 15.2 2.2 h.h 13 3.8 2 2 3.1 2 p.1 x 5.4 5 a 2 2 3 u c.2 g.1 5 2.1 4.1 5j 6.1 2 b 2.2
f 2.1 6.i c s.2 2 3.1 7 1ez0 2 2.1 4.4 b 4 3 4d 2.2 4 3 2.1 2 b5 bk 35 1t.1 1r.2 3.1 3 5.1`)

// Joining_Type T, format characters left out: no prepared string holds one beside a joiner.
const transparent = /[\p{Mn}\p{Me}\u{1e94b}]/u

/** Tells whether a text can end before a ZERO WIDTH NON-JOINER that breaks a cursive connection. @see RFC 5892 §A.1 */
export function joinsForward(text: string): boolean {
  const joiner = findLast(text)
  return dual.has(joiner) || left.has(joiner)
}

/** Tells whether a text can follow a ZERO WIDTH NON-JOINER that breaks a cursive connection. @see RFC 5892 §A.1 */
export function joinsBackward(text: string): boolean {
  const joiner = findFirst(text)
  return dual.has(joiner) || right.has(joiner)
}

// Both give the nearest code point that is not transparent, or -1, which is in no set.
function findFirst(text: string): number {
  for (const character of text) if (!transparent.test(character)) return character.codePointAt(0) ?? -1
  return -1
}

function findLast(text: string): number {
  for (let end = text.length; end > 0;) {
    const pair = text.codePointAt(end - 2) ?? 0
    const character = text.slice(end - (pair > 0xffff ? 2 : 1), end)
    if (!transparent.test(character)) return character.codePointAt(0) ?? -1
    end -= character.length
  }
  return -1
}
