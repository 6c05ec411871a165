import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  noStreamFeatures,
  parseStreamFeatures,
  toStreamFeaturesElement,
  type StreamFeatures,
} from '../../src/stanza/stream-features.js'
import { xml, type XmlNode } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { arbitraryElement, rename } from './arbitrary-elements.js'

const features = (...children: readonly XmlNode[]) => xml('features', ns.streams, {}, ...children)

describe('parseStreamFeatures()', () => {
  test('finds nothing in empty features', () => {
    expect(parseStreamFeatures(features())).toEqual(noStreamFeatures)
  })

  test('tells required from optional STARTTLS', () => {
    expect(parseStreamFeatures(features(xml('starttls', ns.tls))).starttls).toEqual({ required: false })
    expect(
      parseStreamFeatures(features(xml('starttls', ns.tls, {}, xml('required', ns.tls)))).starttls,
    ).toEqual({ required: true })
  })

  test('reads the mechanisms in order, each once, without white space', () => {
    const mechanism = (name: string) => xml('mechanism', ns.sasl, {}, name)
    const offered = xml(
      'mechanisms',
      ns.sasl,
      {},
      ...['SCRAM-SHA-1', '\n PLAIN\t', '', 'SCRAM-SHA-1'].map(mechanism),
    )
    expect(parseStreamFeatures(features(offered)).mechanisms).toEqual(['SCRAM-SHA-1', 'PLAIN'])
  })

  test('tells no channel-binding types from none being said', () => {
    const binding = (type: string) => xml('channel-binding', ns.channelBinding, { type })
    const said = xml(
      'sasl-channel-binding',
      ns.channelBinding,
      {},
      binding('tls-server-end-point'),
      binding('tls-exporter'),
    )
    expect(parseStreamFeatures(features(said)).channelBindings).toEqual([
      'tls-server-end-point',
      'tls-exporter',
    ])
    expect(
      parseStreamFeatures(features(xml('sasl-channel-binding', ns.channelBinding))).channelBindings,
    ).toEqual([])
    expect(parseStreamFeatures(features()).channelBindings).toBeUndefined()
  })

  test('reads what a server offers after authentication', () => {
    const caps = xml('c', 'http://jabber.org/protocol/caps')
    const offered = parseStreamFeatures(
      features(
        xml('bind', ns.bind, {}, xml('required', ns.bind)),
        xml('session', ns.session, {}, xml('optional', ns.session)),
        xml('sm', 'urn:xmpp:sm:3'),
        xml('sm', 'urn:xmpp:sm:2'),
        xml('ver', 'urn:xmpp:features:rosterver'),
        xml('sub', 'urn:xmpp:features:pre-approval'),
        xml('csi', 'urn:xmpp:csi:0'),
        caps,
      ),
    )
    expect(offered).toEqual({
      ...noStreamFeatures,
      bind: true,
      session: { optional: true },
      streamManagement: true,
      rosterVersioning: true,
      subscriptionPreApproval: true,
      clientState: true,
      others: [xml('sm', 'urn:xmpp:sm:2'), caps],
    })
  })

  test('reads what a server offers to those without SASL or an account', () => {
    const offered = parseStreamFeatures(
      features(
        xml('auth', 'http://jabber.org/features/iq-auth'),
        xml('register', 'http://jabber.org/features/iq-register'),
        xml('session', ns.session),
      ),
    )
    expect(offered).toMatchObject({
      legacyAuthentication: true,
      registration: true,
      session: { optional: false },
    })
  })

  test('only direct children in their own namespace count', () => {
    const decoys = [
      xml('x', 'urn:example', {}, xml('starttls', ns.tls), xml('bind', ns.bind)),
      xml('starttls', ns.streams),
      xml('bind', ns.session),
      xml('mechanisms', ns.client, {}, xml('mechanism', ns.sasl, {}, 'PLAIN')),
    ]
    expect(parseStreamFeatures(features(...decoys))).toEqual({ ...noStreamFeatures, others: decoys })
  })

  test('reads any tree, and what was read is written back the same', () => {
    fc.assert(
      fc.property(arbitraryElement, fc.array(arbitraryElement, { maxLength: 3 }), (tree, more) => {
        for (const element of [rename(tree, 'features', ns.streams), features(...more)]) {
          const read = parseStreamFeatures(element)
          expect(parseStreamFeatures(toStreamFeaturesElement(read))).toEqual(read)
        }
      }),
    )
  })
})

test('toStreamFeaturesElement() undoes parseStreamFeatures()', () => {
  const flag = fc.boolean()
  const names = fc.uniqueArray(fc.constantFrom('PLAIN', 'EXTERNAL', 'SCRAM-SHA-256-PLUS'))
  const offered: fc.Arbitrary<StreamFeatures> = fc.record({
    starttls: fc.option(fc.record({ required: flag }), { nil: undefined }),
    mechanisms: names,
    channelBindings: fc.option(fc.constant(['tls-exporter']), { nil: undefined }),
    bind: flag,
    session: fc.option(fc.record({ optional: flag }), { nil: undefined }),
    streamManagement: flag,
    rosterVersioning: flag,
    subscriptionPreApproval: flag,
    clientState: flag,
    registration: flag,
    legacyAuthentication: flag,
    others: fc.constantFrom([], [xml('x', 'urn:example')]),
  })
  fc.assert(
    fc.property(offered, (features) => {
      expect(parseStreamFeatures(toStreamFeaturesElement(features))).toEqual(features)
    }),
  )
})
