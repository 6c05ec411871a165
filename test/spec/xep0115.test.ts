import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findCapsClaim, toCapsElement } from '../../src/stanza/caps.js'
import { compareOctets } from '../../src/stanza/octet-order.js'
import { toVerificationString } from '../../src/stanza/verification-string.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import { arbitraryElement, rename } from '../stanza/arbitrary-elements.js'
import { ns, xml } from '../../src/index.js'

const sha1 = (text = '') => createHash('sha1').update(text, 'utf8').digest('base64')
const query = (content: string) =>
  readFrame(`<query xmlns='http://jabber.org/protocol/disco#info'>${content}</query>`)
const textOf = (content: string) => toVerificationString(query(content))?.text
const isAmbiguous = (content: string) => toVerificationString(query(content))?.isAmbiguous

const exodus = `
  <identity category='client' name='Exodus 0.9.1' type='pc'/>
  <feature var='http://jabber.org/protocol/caps'/>
  <feature var='http://jabber.org/protocol/disco#items'/>
  <feature var='http://jabber.org/protocol/disco#info'/>
  <feature var='http://jabber.org/protocol/muc'/>`
const psi = `
  <identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>
  <identity xml:lang='el' category='client' name='Ψ 0.11' type='pc'/>
  <feature var='http://jabber.org/protocol/caps'/>
  <feature var='http://jabber.org/protocol/disco#info'/>
  <feature var='http://jabber.org/protocol/disco#items'/>
  <feature var='http://jabber.org/protocol/muc'/>
  <x xmlns='jabber:x:data' type='result'>
    <field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field>
    <field var='ip_version' type='text-multi'><value>ipv4</value><value>ipv6</value></field>
    <field var='os'><value>Mac</value></field>
    <field var='os_version'><value>10.5.1</value></field>
    <field var='software'><value>Psi</value></field>
    <field var='software_version'><value>0.11</value></field>
  </x>`
const form = (type: string, fields = '', kind = " type='hidden'") =>
  `<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE'${kind}><value>${type}</value></field>${fields}</x>`
const client = `<identity category='client' type='pc'/>`

describe('XEP-0115 §5: the verification string', () => {
  it('is that of the simple example (§5.2)', () => {
    expect(textOf(exodus)).toBe(
      'client/pc//Exodus 0.9.1<http://jabber.org/protocol/caps<http://jabber.org/protocol/disco#info<http://jabber.org/protocol/disco#items<http://jabber.org/protocol/muc<',
    )
    expect(sha1(textOf(exodus))).toBe('QgayPKawpkPSDYmwT/WM94uAlu0=')
    expect(isAmbiguous(exodus)).toBe(false)
  })

  it('is that of the complex example (§5.3)', () => {
    expect(textOf(psi)).toBe(
      'client/pc/el/Ψ 0.11<client/pc/en/Psi 0.11<http://jabber.org/protocol/caps<http://jabber.org/protocol/disco#info<http://jabber.org/protocol/disco#items<http://jabber.org/protocol/muc<urn:xmpp:dataforms:softwareinfo<ip_version<ipv4<ipv6<os<Mac<os_version<10.5.1<software<Psi<software_version<0.11<',
    )
    expect(sha1(textOf(psi))).toBe('q07IKJEyjvHSyhy//CH0CxmKi8w=')
    expect(isAmbiguous(psi)).toBe(false)
  })

  it('sorts forms, fields and values, wherever they stand', () => {
    const b = form('b', `<field var='z'><value>2</value><value>1</value></field><field var='a'/>`)
    expect(textOf(`${b}${form('a')}<feature var='f'/>${client}`)).toBe('client/pc//<f<a<b<a<z<1<2<')
  })

  it('sorts identities part by part: a slash is no character of theirs', () => {
    const identity = (type: string) => `<identity category='client' type='${type}'/>`
    expect(textOf(identity('pc-x') + identity('pc'))).toBe('client/pc//<client/pc-x//<')
  })

  it('sorts by octets, not by UTF-16', () => {
    const [last, first] = ['\u{1F600}', '\uFF5E']
    expect(textOf(`${client}<feature var='${last}'/><feature var='${first}'/>`)).toBe(
      `client/pc//<${first}<${last}<`,
    )
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), (one, other) => {
        const octets = Buffer.compare(Buffer.from(one), Buffer.from(other))
        expect(Math.sign(compareOctets(one, other))).toBe(octets)
      }),
    )
  })

  it.each([
    ['the same identity twice', client + client],
    ['the same feature twice', `${client}<feature var='a'/><feature var='a'/>`],
    ['two forms of one type', client + form('a') + form('a')],
    [
      'a form of two types',
      `${client}<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>a</value><value>b</value></field></x>`,
    ],
  ])('does not exist for an ill-formed answer: %s (§5.4 step 3)', (_, content) => {
    expect(toVerificationString(query(content))).toBeUndefined()
  })

  it.each([
    ['has no type', `<x xmlns='jabber:x:data' type='result'><field var='a'><value>b</value></field></x>`],
    ['has a type that is not hidden', form('a', '', '')],
    ['has a type for people to see', form('a', '', " type='text-single'")],
  ])('leaves out a form that %s (§5.4 step 3.6)', (_, x) => {
    expect(textOf(client + x)).toBe('client/pc//<')
  })

  it('takes identities in several languages for several, and a type that is said twice for one', () => {
    const other = `<identity category='client' type='pc' xml:lang='de'/>`
    expect(textOf(client + other)).toBe('client/pc//<client/pc/de/<')
    const twice = `<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>a</value><value>a</value></field></x>`
    expect(textOf(client + twice)).toBe('client/pc//<a<')
  })

  it.each([
    ['a feature with the mark in it', `${client}<feature var='a&lt;b'/>`],
    ['a name with the mark in it', `<identity category='client' type='pc' name='a&lt;http://a'/>`],
    ['features dressed as a form', client + form('urn:xmpp:ping', `<field var='urn:xmpp:receipts'/>`)],
    ['no identity at all', `<feature var='client/pc//'/>`],
    ['a feature dressed as an identity', `${client}<identity category='http:' type='' lang='a' name='b'/>`],
    ['a category with a slash', `<identity category='client/pc' type='x'/>`],
    ['a type with a slash', `<identity category='client' type='pc/x'/>`],
  ])('proves nothing to others with %s (§8.3)', (_, content) => {
    expect(isAmbiguous(content)).toBe(true)
  })

  it('of any tree is one, or the answer is ill-formed', () => {
    const child = (name: string, namespace: string) =>
      arbitraryElement.map((element) => rename(element, name, namespace))
    const children = fc.array(
      fc.oneof(child('identity', ns.discoInfo), child('feature', ns.discoInfo), child('x', ns.dataForm)),
    )
    fc.assert(
      fc.property(children, (children) => {
        const of = (order: typeof children) => toVerificationString(xml('query', ns.discoInfo, {}, ...order))
        expect(of(children)).toEqual(of(children.toReversed()))
      }),
    )
  })
})

describe('XEP-0115 §4: what presence says', () => {
  const claimOf = (...elements: readonly string[]) => findCapsClaim(elements.map((text) => readFrame(text)))
  const c = (attributes: string) => `<c xmlns='http://jabber.org/protocol/caps' ${attributes}/>`

  it('is read as a node and a hash', () => {
    expect(claimOf(c(`hash='sha-1' node='http://psi-im.org' ver='q07IKJEyjvHSyhy//CH0CxmKi8w='`))).toEqual({
      xep: '0115',
      hash: 'sha-1',
      value: 'q07IKJEyjvHSyhy//CH0CxmKi8w=',
      node: 'http://psi-im.org#q07IKJEyjvHSyhy//CH0CxmKi8w=',
    })
    expect(findCapsClaim([toCapsElement('n', 'v')])).toMatchObject({ hash: 'sha-1', node: 'n#v' })
  })

  it('may be by a function that cannot be checked (§5.4 step 2)', () => {
    expect(claimOf(c(`hash='md5' node='n' ver='v'`))).toMatchObject({ hash: undefined, node: 'n#v' })
  })

  it.each([
    ['in the legacy format (§12)', `node='n' ver='0.9' ext='a b'`],
    ['without a node', `hash='sha-1' ver='v'`],
    ['without a hash', `hash='sha-1' node='n' ver=''`],
    ['too long to be kept', `hash='sha-1' node='${'n'.repeat(2_000)}' ver='v'`],
  ])('is nothing %s', (_, attributes) => {
    expect(claimOf(c(attributes))).toBeUndefined()
  })
})
