import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { XmlElement } from '../../src/xml/element.js'
import { serialize, serializeOpening } from '../../src/xml/serializer.js'
import { createStreamReader } from '../../src/xml/stream-reader.js'
import { concatBytes } from '../../src/xml/utf8.js'
import { xmlElement } from './arbitraries.js'
import { cutAt } from './random.js'
import { createRecorder, failureOf, readAll, toBytes } from './recorder.js'

const scope = { namespace: 'jabber:client' }
const opening = toBytes(serializeOpening({}))
const places = fc.array(fc.nat(2000), { maxLength: 8 })

const cut = (bytes: Uint8Array, at: readonly number[]) =>
  cutAt(
    bytes,
    at.map((place) => place % (bytes.length + 1)),
  )

/** A stream in it is refused, which is not what these properties are about. */
const stanzas = fc.array(xmlElement, { minLength: 1, maxLength: 4 }).filter((list) => {
  const events = readAll([opening, ...list.map((element) => serialize(element, scope))])
  return failureOf(events) === undefined
})

describe('the exact cut', () => {
  it('leaves every byte behind the stanza that halted, for any stanza, any rest and any cuts', () => {
    fc.assert(
      fc.property(stanzas, fc.uint8Array({ maxLength: 40 }), places, (elements, rest, at) => {
        const last = elements.at(-1)
        const body = elements.map((element) => toBytes(serialize(element, scope)))
        const bytes = concatBytes([opening, ...body, rest])
        let told = 0
        const recorder = createRecorder()
        const reader = createStreamReader({
          ...recorder,
          element: (element) => {
            recorder.element(element)
            if (++told === elements.length) reader.halt()
          },
        })
        for (const chunk of cut(bytes, at)) reader.write(chunk)
        expect(recorder.events.at(-1)).toEqual({ kind: 'element', element: last })
        expect(reader.takeHeld()).toEqual(rest)
      }),
      { numRuns: 400, seed: 11 },
    )
  })

  it('lets one reader go on where another was halted, with the same result as one reader alone', () => {
    fc.assert(
      fc.property(stanzas, stanzas, places, (before, after, at) => {
        const first = concatBytes([opening, ...before.map((element) => toBytes(serialize(element, scope)))])
        const second = concatBytes([opening, ...after.map((element) => toBytes(serialize(element, scope)))])
        const recorder = createRecorder()
        const upgraded = createStreamReader(recorder)
        const told: XmlElement[] = []
        const reader = createStreamReader({
          ...createRecorder(),
          element: (element) => {
            told.push(element)
            if (told.length === before.length) reader.halt()
          },
        })
        for (const chunk of cut(concatBytes([first, second]), at)) reader.write(chunk)
        upgraded.write(reader.takeHeld())
        expect(told).toEqual(before)
        expect(recorder.events).toEqual(readAll([second]))
      }),
      { numRuns: 200, seed: 12 },
    )
  })

  it('halts and goes on anywhere without a trace', () => {
    fc.assert(
      fc.property(
        stanzas,
        places,
        fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
        (elements, at, halts) => {
          const bytes = concatBytes([
            opening,
            ...elements.map((element) => toBytes(serialize(element, scope))),
          ])
          const recorder = createRecorder()
          const reader = createStreamReader({
            ...recorder,
            opened: (header, contentNamespace) => {
              recorder.opened(header, contentNamespace)
              if (halts[4]) reader.halt()
            },
            element: (element) => {
              recorder.element(element)
              if (halts[recorder.events.length % 4]) reader.halt()
            },
          })
          for (const chunk of cut(bytes, at)) {
            reader.write(chunk)
            if (halts[chunk.length % 5]) reader.resume()
          }
          for (let count = 0; count <= elements.length; count++) reader.resume()
          expect(recorder.events).toEqual(readAll([bytes]))
        },
      ),
      { numRuns: 400, seed: 13 },
    )
  })
})
