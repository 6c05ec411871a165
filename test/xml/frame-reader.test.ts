import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../../src/errors.js'
import { xml } from '../../src/xml/element.js'
import { createFrameReader, readFrame } from '../../src/xml/frame-reader.js'
import * as ns from '../../src/xml/namespaces.js'

function conditionOf(read: () => unknown): string | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    return error instanceof ProtocolError ? error.condition : 'no protocol error'
  }
}

describe('readFrame()', () => {
  it('reads one complete document', () => {
    expect(readFrame("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' version='1.0'/>")).toEqual(
      xml('open', ns.framing, { version: '1.0' }),
    )
    expect(readFrame("<?xml version='1.0'?> <a>x<b/></a>\n")).toEqual(xml('a', '', {}, 'x', xml('b', '')))
  })

  it.each([
    ['', 'not-well-formed'],
    [' ', 'not-well-formed'],
    ['x', 'not-well-formed'],
    ['<a>', 'not-well-formed'],
    ['<a', 'not-well-formed'],
    ["<a b='", 'not-well-formed'],
    ['<a></a', 'not-well-formed'],
    ['<a><![CDATA[', 'not-well-formed'],
    ['<a/><', 'not-well-formed'],
    ['<a/><b', 'not-well-formed'],
    ['<a/></', 'not-well-formed'],
    ['<a/><b/>', 'not-well-formed'],
    ['<a/>x', 'not-well-formed'],
    ['x<a/>', 'not-well-formed'],
    ['<a/></a>', 'not-well-formed'],
    ['<a/><!', 'not-well-formed'],
    ['<a/><!-- x -->', 'restricted-xml'],
    ['<!DOCTYPE a><a/>', 'restricted-xml'],
    ['<a>&lol;</a>', 'restricted-xml'],
    ['<stream:error/>', 'not-well-formed'],
    ['<a>\uD83C</a>', 'unsupported-encoding'],
    ["<?xml version='1.0' encoding='UTF-16'?><a/>", 'unsupported-encoding'],
    ["<a><s:stream xmlns:s='http://etherx.jabber.org/streams'/></a>", 'invalid-xml'],
  ])('refuses %j: %s', (frame, condition) => {
    expect(conditionOf(() => readFrame(frame))).toBe(condition)
    expect(readFrame('<a/>')).toEqual(xml('a', ''))
  })

  it('lets no scope cross frames', () => {
    expect(readFrame("<a xmlns='u' xmlns:p='v'/>").namespace).toBe('u')
    expect(readFrame('<a/>').namespace).toBe('')
    expect(conditionOf(() => readFrame('<p:a/>'))).toBe('not-well-formed')
  })

  it('reads a tag that it knows as it read it first, whatever its namespace is spelled like', () => {
    for (let round = 0; round < 2; round++) {
      expect(readFrame("<a xmlns='u&amp;\tv' b='1'/>")).toEqual(xml('a', 'u& v', { b: '1' }))
      expect(readFrame("<a xmlns='u&#x26;&#x9;v' b='1'/>")).toEqual(xml('a', 'u&\tv', { b: '1' }))
    }
  })

  it('lets a stanza stand inside itself, as forwarded ones do', () => {
    expect(readFrame('<message><message/></message>')).toEqual(xml('message', '', {}, xml('message', '')))
  })

  it('keeps the limits it is given, of bytes and of depth', () => {
    const limits = { stanzaBytes: 20, depth: 2 }
    const read = createFrameReader(limits)
    expect(read(`<a>${'é'.repeat(6)}x</a>`).text()).toHaveLength(7)
    expect(conditionOf(() => read(`<a>${'é'.repeat(7)}</a>`))).toBe('policy-violation')
    expect(conditionOf(() => read(`<a>${'x'.repeat(14)}</a>`))).toBe('policy-violation')
    expect(conditionOf(() => read('<a><b><c'))).toBe('not-well-formed')
    expect(conditionOf(() => read('<a><b><c/>'))).toBe('policy-violation')
    expect(conditionOf(() => readFrame('<a><b><c/>', limits))).toBe('policy-violation')
    expect(() => createFrameReader({ depth: 0 })).toThrow(RangeError)
  })

  it('keeps the limit of elements, of each frame', () => {
    const read = createFrameReader({ elements: 2 })
    for (const frame of ['<a><b/></a>', '<a><b/></a>']) expect(read(frame).elements()).toHaveLength(1)
    expect(conditionOf(() => read('<a><b/><c/></a>'))).toBe('policy-violation')
    expect(read('<a><b/></a>').elements()).toHaveLength(1)
  })

  it('counts the stanza alone, not the white space around it', () => {
    expect(readFrame(' '.repeat(10) + '<a>12345678</a>', { stanzaBytes: 26 }).text()).toBe('12345678')
  })
})
