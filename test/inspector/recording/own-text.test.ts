import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OwnText } from '../../../src/inspector/recording/own-text.js'

describe('OwnText', () => {
  it('gives back what was added, whatever it is and however much there was before', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 3000 }), { maxLength: 8 })
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const own = new OwnText()
        for (const text of before) own.add(text)
        const begin = own.length
        for (const text of after) if (!own.addPlain(text)) own.add(text)
        expect(own.textFrom(begin)).toBe(after.join(''))
        expect(own.room).toBeGreaterThanOrEqual(own.length)
      }),
    )
  })

  it('keeps a mark that a byte order might begin with', () => {
    const own = new OwnText()
    own.add('\ufeffx')
    expect(own.textFrom(0)).toBe('\ufeffx')
  })

  it('adds nothing of what XML or JSON may write in another way', () => {
    const own = new OwnText()
    for (const unit of ['"', '&', "'", '<', '>', '\\', '\n', '\x7f', 'é'])
      expect(own.addPlain(`room${unit}`)).toBe(false)
    expect(own.length).toBe(0)
    expect(own.addPlain('m-42/a@b')).toBe(true)
    expect(own.textFrom(0)).toBe('m-42/a@b')
  })
})
