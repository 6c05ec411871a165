import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  parseBindElement,
  parseBindResult,
  toBindElement,
  toBindResultElement,
} from '../../src/stanza/bind.js'
import { parseVisibilityElement, toVisibilityElement } from '../../src/stanza/invisible.js'
import { parseJid } from '../../src/stanza/jid.js'
import { isPingElement, toPingElement } from '../../src/stanza/ping.js'
import { isSessionElement, toSessionElement } from '../../src/stanza/session.js'
import { parseVersionElement, toVersionElement } from '../../src/stanza/version.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { arbitraryElement, rename } from './arbitrary-elements.js'

describe('resource binding (RFC 6120 §7)', () => {
  const jid = (text: string) => xml('bind', ns.bind, {}, xml('jid', ns.bind, {}, text))

  test('asks for a resource, or leaves it to the server', () => {
    expect(toBindElement('balcony')).toEqual(
      xml('bind', ns.bind, {}, xml('resource', ns.bind, {}, 'balcony')),
    )
    expect(toBindElement()).toEqual(xml('bind', ns.bind))
    expect(parseBindElement(toBindElement('balcony'))).toEqual({ resource: 'balcony' })
    expect(parseBindElement(toBindElement())).toEqual({ resource: undefined })
    expect(parseBindElement(toBindElement(''))).toEqual({ resource: undefined })
    expect(parseBindElement(xml('bind', ns.client))).toBeUndefined()
  })

  test('tells the full JID, in the payload or the IQ', () => {
    const full = parseJid('juliet@im.example.com/balcony')
    const result = toBindResultElement(full)
    expect(parseBindResult(result)).toEqual(full)
    expect(parseBindResult(xml('iq', ns.client, {}, result))).toEqual(full)
  })

  test.each([
    ['a bare JID', jid('juliet@im.example.com')],
    ['a malformed JID', jid('@/balcony')],
    ['no JID', xml('bind', ns.bind)],
    ['a JID in a wrong namespace', xml('bind', ns.bind, {}, xml('jid', ns.client, {}, 'a@b/c'))],
    ['a JID that is buried', xml('iq', ns.client, {}, xml('x', 'urn:example', {}, jid('a@b/c')))],
  ])('is undefined for %s', (_, element) => {
    expect(parseBindResult(element)).toBeUndefined()
  })
})

test('a session is asked for (RFC 3921 §3)', () => {
  expect(isSessionElement(toSessionElement())).toBe(true)
  expect(isSessionElement(xml('session', ns.client))).toBe(false)
  expect(toSessionElement()).toEqual(xml('session', ns.session))
})

test('a ping is a ping (XEP-0199)', () => {
  expect(isPingElement(toPingElement())).toBe(true)
  expect(isPingElement(xml('ping', ns.client))).toBe(false)
  expect(toPingElement()).toEqual(xml('ping', 'urn:xmpp:ping'))
})

describe('visibility (XEP-0186)', () => {
  test.each(['invisible', 'visible'] as const)('is asked to be %s', (name) => {
    expect(toVisibilityElement(name)).toEqual(xml(name, 'urn:xmpp:invisible:1'))
    expect(parseVisibilityElement(toVisibilityElement(name))).toEqual({ name, probe: false })
    expect(parseVisibilityElement(xml(name, ns.client))).toBeUndefined()
  })

  test.each([
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
    ['yes', false],
  ])('with probes %s', (text, probe) => {
    expect(parseVisibilityElement(xml('invisible', ns.invisible, { probe: text }))?.probe).toBe(probe)
    expect(parseVisibilityElement(xml('visible', ns.invisible, { probe: text }))?.probe).toBe(false)
  })

  test('is nothing else of that namespace', () => {
    expect(parseVisibilityElement(xml('translucent', ns.invisible))).toBeUndefined()
  })
})

describe('software version (XEP-0092)', () => {
  test('is asked for and told', () => {
    expect(toVersionElement()).toEqual(xml('query', ns.version))
    expect(toVersionElement({ name: 'Exodus', version: '0.7.0.4', os: 'Windows-XP 5.01.2600' })).toEqual(
      xml(
        'query',
        ns.version,
        {},
        xml('name', ns.version, {}, 'Exodus'),
        xml('version', ns.version, {}, '0.7.0.4'),
        xml('os', ns.version, {}, 'Windows-XP 5.01.2600'),
      ),
    )
  })

  test('is read, whatever is there of it', () => {
    const software = { name: 'Exodus', version: '1', os: undefined }
    expect(parseVersionElement(toVersionElement(software))).toEqual(software)
    expect(parseVersionElement(xml('query', ns.version, {}, xml('name', ns.client, {}, 'x')))).toEqual({
      name: undefined,
      version: undefined,
      os: undefined,
    })
    expect(parseVersionElement(xml('query', ns.roster))).toBeUndefined()
  })
})

test('no tree makes them throw', () => {
  fc.assert(
    fc.property(arbitraryElement, (tree) => {
      expect(parseVersionElement(rename(tree, 'query', ns.version))).toBeDefined()
      expect(parseBindElement(rename(tree, 'bind', ns.bind))).toBeDefined()
      expect(parseBindResult(rename(tree, 'bind', ns.bind))?.resource).not.toBe('')
    }),
  )
})
