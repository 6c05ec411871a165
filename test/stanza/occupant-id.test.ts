import { describe, expect, it } from 'vitest'
import { findOccupantId, toOccupantIdElement } from '../../src/stanza/occupant-id.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'

describe('what a room calls an occupant (XEP-0421)', () => {
  it('is read as it was written', () => {
    expect(findOccupantId([xml('x', ns.roomUser), toOccupantIdElement('dd72603d')])).toBe('dd72603d')
    expect(toOccupantIdElement('dd72603d')).toEqual(
      xml('occupant-id', 'urn:xmpp:occupant-id:0', { id: 'dd72603d' }),
    )
  })

  it.each([
    ['nothing is said', []],
    ['two things are', ['a', 'b']],
    ['it is empty', ['']],
    ['it is longer than one may be', ['a'.repeat(129)]],
  ])('is unknown where %s', (_, ids) => {
    expect(findOccupantId(ids.map(toOccupantIdElement))).toBeUndefined()
  })
})
