import { codePoints, type CodePointSet } from '../code-points.js'

/** RFC 3454 table C.1.2: spaces other than U+0020. */
export const nonAsciiSpace = codePoints('4g 4bk 1vk.b 10 1c 335')

/** RFC 3454 table B.1: commonly mapped to nothing. */
export const mappedToNothing = codePoints('4t iq 43b 5.2 1ku.2 2b 17s0.f 6o')

/** RFC 4013 §2.3: tables C.1.2, C.2.1, C.2.2 and C.3 to C.9 of RFC 3454. */
export const prohibited = codePoints(`
0.v 2o.x io.1 po 1e 31t b2 1ki.f p.7 1c.4 7.5 329.b 5 x6o.6in y9.v 7k 6y.6 15dg.7 96s.1 1ekf.1
1ekf.1 1ekf.1 1ekf.1 1ekf.1 1ekf.1 1ekf.1 1ekf.1 1ekf.1 1ekf.1 1ekf.1 1ekf.1 2 v.2n 1egv.2t4x`)

/** RFC 3454 table D.1: characters of bidirectional category R or AL. */
export const rightToLeft = codePoints(`
14u 2 3 d.q 6.4 13 4 2.p 6.a z.2 2.2s 8 8.1 k.4 2.d 3 2.q 2c.11 c 4ta 179q 2.9 2.c 2.4 2 2.1 2.1
2.2z y.a2 j.1r 3.1h 15.c 38.4 2.3q`)

/** RFC 3454 table A.1: code points without a character in Unicode 3.2. */
export const unassigned = codePoints(`
f5 j.r 2n.1 1s.g 29.f h.3 3.3 2.2 2.4 8 2 l 19 14.8 3s 20 13.1 3.5 h.w 13.1 8 14 3.5 i o b.a s.4 6.m
2.d 2.2 2 r.4 n.9 3z.1 g f v.2 s.1g 1f.9a 4 1i.1 j.1 6.2 q.f 4 9.1 3.1 n 8 2.2 5.1 2 8.1 3.1 4.8 2.3
3 6.1 m.6 2.1 7.3 3.1 n 8 3 3 3.1 2 6.3 3.1 4.a 5 2.6 g.b 4 8 2 4 n 8 3 6.1 b 4 4.1 2.e 2.4 b.g 4
9.1 3.1 n 8 3.1 5.1 9.2 3.1 4.7 3.3 3 4.3 c.g 3 7.2 4 5.2 3 2 3.2 3.2 4.2 9 4.3 6.2 4 5.8 2.e d.d 4
9 4 o b 6.3 8 4 5.6 3.8 3.3 b.h 3 9 4 o b 6.3 8 4 5.6 3.6 2 3.3 b.h 3 9 4 o h.3 7.1 4 5.8 2.7 3.3
b.h 3 j.2 p a 2.1 8.2 2.3 7 2 9.h 4.b 1n.3 u.10 3 2.1 3 2.1 2.5 5 8 4 2 2.1 3 e 4.1 6 2 7.1 b.1 3.x
21 z.5 s.3 9 11 g.1 2.1b z 6 3 8.2 5.5 r.1x 13.9 16.1 2.3 2j.4 1x.4 2b.5 8 1s 2 5.1 8 2 5.1 14 2 5.1
w 2 5.1 8 2 5.1 8 8 o w 2 5.1 8 14 k.5 t.y 2e.b hj.8 u.2 2a.e e 8.a o.8 l.b e 4 3.b 2m.2 b.l g b.5
2h.7 17.11x 4d.3 2j.5 n.1 7.1 13.1 7.1 9 2 2 2 w.1 1i g f.1 7 k.1 4 a 2c.3 2.6 6.5 9.1 s.g j.t s.k
1o.1 g.6 1e.b g0.1c 14.o c.k 4g 7p.1 3 2u.1 b.3a 5 5.1 t 10 2 5.2 2 8.1 1h.2 p f.g t.3 lt.ov r 2i.b
5z.p d.3 1t 2f.1 2w.4 15.3 2n 15.1j 1a.2 11.c 18.2 26.3 1c 3c.3 2s.1 w 52v.21 g4n.2h we.2 1k.1fc
8md.2j 6r3.1 1o.44 8.b 6.4 r 6 2 3 3 31.w a6.f 1t.1 1j.7 1a.2 h.f 5.b o.1 b k 5.3 6 3s.1 2 5b.2 7.1
7.1 7.1 4.2 8 8.9 8.lb w 5.b s.50 13.1 13.148h 6v.9 14.2 51.f5 2e 20 3.1 2.1 3.1 5 d 2 5 3 1u 5.1 9
8 t 5 6 2.2 8 9f.3 83.3 1f.7wd wyi.g14 f3.15r 3.1ekd 3.1ekd 3.1ekd 3.1ekd 3.1ekd 3.1ekd 3.1ekd
3.1ekd 3.1ekd 3.1ekd 3.1ekd 3 2.t 2p.1egt`)

// Where table D.2 is not what the general category says, which is much shorter than the table.
const leftToRightBesides = codePoints(`
w2 60.5 16 rf.c 3o.6 ae 3k.2 ea 2j.c 4m.m 3.q 2 2 25 1l.7 2.5 3 3f.5 4s h2.r kx.1 3h.2 20.1 3i.1 v.6
4r.1 1hk mg.1w r 7b.25 2hz.f 2p.s 4.z t.r 4.1d g.b 5.1a 2.3a 5.2q 3.u 14wy.3 14gt.6t b.12 4.1m 6.2
n.1 8.t 5.1b ys.76`)
const neverLeftToRight = codePoints(`
1c.9 hs.1 c.9 t 3s ks.49 37f 1z2 2yk.1 14v5.9 16t1.1d`)

/** RFC 3454 table D.2: characters of bidirectional category L. */
export const leftToRight: CodePointSet = {
  has: (codePoint) =>
    leftToRightBesides.has(codePoint) ||
    (/[\p{L}\p{Mc}\p{Nl}\p{Nd}\p{Co}\p{Cs}]/u.test(String.fromCodePoint(codePoint)) &&
      ![neverLeftToRight, rightToLeft, unassigned].some((set) => set.has(codePoint))),
}
