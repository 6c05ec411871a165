import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { elementsOf } from '../spec/heard.js'
import { canonical, declarationOf, elementOf, elementsIn, headerOf } from './canonical.js'
import { accountsAndMore } from './cases/accounts.js'
import { basics } from './cases/basics.js'
import { contactsCases } from './cases/contacts.js'
import { richCases } from './cases/rich.js'
import { examples, sections, type ExampleId } from './examples.js'
import { play, type Case } from './scene.js'

/** By example; the type demands every one. */
const cases: Readonly<Record<ExampleId, Case>> = {
  ...basics,
  ...accountsAndMore,
  ...contactsCases,
  ...richCases,
}

describe('the document', () => {
  it('has as many examples as its sections count, each in its place and with its case', () => {
    let next = 0
    for (const { rows, count } of sections) {
      const found = examples.slice(next, (next += count)).map(({ id }) => id.split('.')[0])
      expect([...new Set(found)]).toEqual(count === 0 ? [] : rows)
    }
    expect([examples.length, next]).toEqual([47, 47])
    expect(Object.keys(cases).toSorted()).toEqual(examples.map(({ id }) => id).toSorted())
  })

  it('is written down word for word: every piece of XML that it prints, in its order', () => {
    const words = examples.map(({ xml }) => xml.replaceAll(/\s+/g, ' ').replaceAll('> <', '><').trim())
    expect(createHash('sha256').update(words.join('\n')).digest('hex')).toBe(
      '5e1fb41fa4d8188b4adcbd966300ec7743b7d11d7604a8ff3ea1ff533864b415',
    )
  })

  it.each(examplesFrom('client'))('%s is said: %s', async (id, _shows, xml) => {
    const { said, value } = await playOut(cases[id])
    const { expected, found } = compare(said, xml.trim())
    expect(found).toContainEqual(expected)
    expect({ value }).toMatchObject({ value: cases[id].gives })
  })

  it.each(examplesFrom('server'))('%s is understood: %s', async (id) => {
    const { value } = await playOut(cases[id])
    expect(value).toBeDefined()
    expect({ value }).toMatchObject({ value: cases[id].gives })
  })
})

function examplesFrom(who: 'client' | 'server') {
  return examples.filter(({ from }) => from === who).map(({ id, shows, xml }) => [id, shows, xml] as const)
}

async function playOut({ does }: Case): Promise<{ readonly said: string; readonly value: unknown }> {
  const { scene, end } = play()
  try {
    const value = await does(scene)
    return { value, said: await end() }
  } finally {
    await end()
  }
}

/** The example in its canonical form, and whatever the client has said that could be it. */
function compare(
  said: string,
  xml: string,
): { readonly expected: unknown; readonly found: readonly unknown[] } {
  if (xml.startsWith('<?xml')) return { expected: declarationOf(xml), found: [declarationOf(said)] }
  if (xml.startsWith('<stream:stream')) {
    // To say one’s language too is what the document advises.
    const { 'xml:lang': _, ...attributes } = headerOf(said).attributes
    return { expected: headerOf(xml).attributes, found: [attributes] }
  }
  const example = elementOf(xml)
  const server = headerOf(said).attributes['to']
  const elements = elementsIn(said)
  const level = example.name === 'x' ? elements.flatMap(elementsOf) : elements
  return {
    expected: canonical(example, server),
    found: level.filter(({ name }) => name === example.name).map((element) => canonical(element, server)),
  }
}
