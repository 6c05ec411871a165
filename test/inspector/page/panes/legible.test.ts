import { expect, it } from 'vitest'
import { toCounted, toLegible, toLegibleLine } from '../../../../src/inspector/page/panes/legible.js'

it('toLegible() names what turns the reading direction, hides or prints nothing', () => {
  expect(toLegible('a\u202eb\u200bc\u0000d\ufeff\ud800e')).toBe('a⟨202E⟩b⟨200B⟩c⟨0000⟩d⟨FEFF⟩⟨D800⟩e')
  expect(toLegible('grüße 😀\n\tשלום')).toBe('grüße 😀\n\tשלום')
})

it('toLegible() cuts what is too long, and says so', () => {
  expect(toLegible('x'.repeat(1_000_000), 3)).toBe('xxx… 999,997 characters more')
})

it('toLegibleLine() has one line', () => {
  expect(toLegibleLine('a\n\t b\u202e')).toBe('a b⟨202E⟩')
})

it('toCounted() speaks of one as of one', () => {
  expect([0, 1, 2_000].map((count) => toCounted(count, 'contact'))).toEqual([
    '0 contacts',
    '1 contact',
    '2,000 contacts',
  ])
})
