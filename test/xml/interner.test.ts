import { describe, expect, it } from 'vitest'
import { xmlNamespace } from '../../src/xml/namespaces.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import { detach, Interner } from '../../src/xml/interner.js'
import { isLocalName, parseQualifiedName } from '../../src/xml/names.js'
import { createStreamReader } from '../../src/xml/stream-reader.js'
import { createRecorder, failureOf } from './recorder.js'

describe('Interner', () => {
  const make = () => new Interner((raw) => (raw.startsWith('!') ? undefined : { raw }), 10)

  it('gives one entry for equal pieces, wherever they stand', () => {
    const interner = make()
    const first = interner.read('<message>', 1, 8)
    expect(first).toEqual({ raw: 'message' })
    expect(interner.read('<a/><message to', 5, 12)).toBe(first)
    expect(interner.read('messages', 0, 8)).toEqual({ raw: 'messages' })
    expect(interner.read('constructor', 0, 11)).toEqual({ raw: 'constructor' })
    expect(interner.read('__proto__', 0, 9)).toEqual({ raw: '__proto__' })
  })

  it('tells pieces apart that share their length and the characters it looks at first', () => {
    const interner = make()
    const texts = ['abcdefg', 'azcdefg', 'abzdefg', 'abcdzfg', 'abcdezg']
    for (let round = 0; round < 2; round++) {
      for (const text of texts) expect(interner.read(text, 0, text.length)).toEqual({ raw: text })
    }
  })

  it('does not remember what is refused', () => {
    const interner = make()
    expect(interner.read('!a', 0, 2)).toBeUndefined()
    expect(interner.read('!a', 0, 2)).toBeUndefined()
  })

  it('forgets what exceeds its capacity, and says so by another generation', () => {
    const interner = make()
    const first = interner.read('n0', 0, 2)
    for (let number = 0; number < 10; number++) interner.read(`n${number}`, 0, 2)
    expect(interner.generation).toBe(0)
    expect(interner.read('n0', 0, 2)).toBe(first)
    interner.read('na', 0, 2)
    expect(interner.generation).toBe(1)
    expect(interner.read('n0', 0, 2)).toEqual(first)
    expect(interner.read('n0', 0, 2)).not.toBe(first)
  })
})

describe('names', () => {
  it('stay right while a peer floods the table with them', () => {
    const flood = Array.from(
      { length: 5000 },
      (_, number) => `<n${number} a${number}='' b='${number}'/>`,
    ).join('')
    const root = readFrame(`<flood>${flood}</flood>`)
    expect(root.elements()).toHaveLength(5000)
    expect(root.elements().every((element, number) => element.name === `n${number}`)).toBe(true)
  })

  it('that occur twice in a tag are found although the table was emptied between them', () => {
    const recorder = createRecorder()
    const reader = createStreamReader(recorder)
    reader.write("<s><a twice='1'")
    readFrame(`<flood>${Array.from({ length: 3000 }, (_, number) => `<m${number}/>`).join('')}</flood>`)
    reader.write(" twice='2'/>")
    expect(failureOf(recorder.events)).toBe('not-well-formed')
  })

  it('are taken apart at their one colon', () => {
    const attribute = { name: 'a', namespace: '' }
    const taken = { prefix: '', local: 'a', attribute, declares: undefined }
    expect(parseQualifiedName('a')).toEqual({ ...taken, raw: 'a' })
    expect(parseQualifiedName('p:a')).toEqual({ ...taken, raw: 'p:a', prefix: 'p' })
    expect(parseQualifiedName('xml:a')?.attribute).toEqual({ name: 'a', namespace: xmlNamespace })
    expect(parseQualifiedName('xmlns')?.declares).toBe('')
    expect(parseQualifiedName('xmlns:p')?.declares).toBe('p')
    expect(parseQualifiedName('toString:constructor')?.local).toBe('constructor')
  })

  it.each([
    '',
    ':',
    'a:',
    ':a',
    'a:b:c',
    'a b',
    '1',
    '-a',
    '.a',
    'a\u00D7',
    '\u0300',
    'a\n',
    'p:1',
    '\uD83C',
  ])('%j is none', (text) => {
    expect(parseQualifiedName(text)).toBeUndefined()
    expect(isLocalName(text)).toBe(false)
  })
})

describe('detach()', () => {
  it.each(['', 'a', 'a longer text, with 🎉 and é'])('gives %j as it is', (text) => {
    expect(detach(text)).toBe(text)
  })
})
