import { expect, describe, it } from 'vitest'
import { elementsOf } from '../spec/heard.js'
import { canonical, declarationOf, elementOf, elementsIn, headerOf } from './canonical.js'
import { accountsAndMore } from './cases/accounts.js'
import { basics } from './cases/basics.js'
import { contactsCases } from './cases/contacts.js'
import { examples, sections, type ExampleId } from './examples.js'
import { play, type Case } from './scene.js'

/** By example; the type demands every one. */
const cases: Readonly<Record<ExampleId, Case>> = { ...basics, ...accountsAndMore, ...contactsCases }

describe('the document', () => {
  it('has as many examples as its sections count, each in its place', () => {
    let next = 0
    for (const { title, rows, count } of sections) {
      const found = examples.slice(next, (next += count)).map(({ id }) => id.split('.')[0])
      expect([...new Set(found)], title).toEqual(count === 0 ? [] : rows)
    }
    expect(examples).toHaveLength(next)
    expect(Object.keys(cases).toSorted()).toEqual(examples.map(({ id }) => id).toSorted())
  })

  it.each(examples)('$id: the $from $shows', async ({ id, from, xml }) => {
    const { scene, end } = play()
    let said = ''
    try {
      await cases[id](scene)
    } finally {
      said = await end()
    }
    if (from === 'client') expectSaid(said, xml.trim())
  })
})

/** What the client has said has the example in it, whatever else there is. */
function expectSaid(said: string, xml: string): void {
  if (xml.startsWith('<?xml')) return expect(declarationOf(said)).toEqual(declarationOf(xml))
  if (xml.startsWith('<stream:stream')) {
    // That a client says its language too is what the document advises.
    const { 'xml:lang': lang, ...attributes } = headerOf(said).attributes
    expect(lang).toBe('fr')
    return expect(attributes).toEqual(headerOf(xml).attributes)
  }
  const { name } = elementOf(xml)
  const [, server = ''] = / to='([^']*)'/.exec(said) ?? []
  const elements = elementsIn(said)
  const whole = name === 'x' ? elements.flatMap(elementsOf) : elements
  const alike = whole.filter((element) => element.name === name)
  expect(alike.map((element) => canonical(element, server))).toContainEqual(canonical(elementOf(xml), server))
}
