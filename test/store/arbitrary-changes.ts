import * as fc from 'fast-check'
import type { Change } from '../../src/store/saved.js'

const text = fc.string({ unit: 'grapheme', maxLength: 8 })
const key = fc.constantFrom('a', 'b', 'c', 'd')
const count = fc.nat()
const session = fc.record({
  previd: text,
  jid: text,
  maxMs: fc.option(count),
  endpoint: fc.option(text),
})

/** Anything that can change. */
export const arbitraryChange: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.constant('session' as const), fc.option(session)),
  fc.tuple(fc.constant('handled' as const), count),
  fc.tuple(fc.constant('sent' as const), key, text, count),
  fc.tuple(fc.constant('counted' as const), key, fc.option(count)),
  fc.tuple(fc.constant('gone' as const), key),
  fc.tuple(fc.constant('seen' as const), key, fc.integer()),
  fc.tuple(fc.constant('roster' as const), fc.option(text)),
  fc.tuple(fc.constant('contact' as const), fc.option(text), key, fc.option(text)),
  fc.tuple(fc.constant('presence' as const), key, fc.option(text)),
  fc.tuple(fc.constant('alone' as const)),
  fc.tuple(fc.constant('fact' as const), key, fc.oneof(fc.constant(null), count, text, fc.array(text))),
  fc.tuple(fc.constant('pinned' as const)),
)
