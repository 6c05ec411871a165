import { describe, expect, it } from 'vitest'
import { parseLegacyAuth, toLegacyAuthElement } from '../../src/stanza/legacy-auth.js'
import { findOutOfBandUrl, isWebUrl, toOutOfBandElement } from '../../src/stanza/out-of-band.js'
import {
  parseRegistration,
  toPasswordChangeElement,
  toRegistrationElement,
} from '../../src/stanza/registration.js'
import { isRemovalElement, toRemovalElement } from '../../src/stanza/account-removal.js'
import { xml } from '../../src/xml/element.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import * as ns from '../../src/xml/namespaces.js'
import { serialize } from '../../src/xml/serializer.js'

const register = (content: string) => readFrame(`<query xmlns='${ns.register}'>${content}</query>`)
const asked = (content: string) => {
  const query = parseRegistration(register(content))
  if (query === undefined) throw new Error('nothing is asked')
  return query
}

describe('parseRegistration()', () => {
  it('reads questions that are elements', () => {
    const query = asked('<instructions> Who? </instructions><username/><password/><key>k1</key><x-odd/>')
    expect(query).toMatchObject({
      instructions: 'Who?',
      isDataForm: false,
      isRegistered: false,
      url: undefined,
    })
    expect(query.fields.map(({ name, type, values }) => [name, type, values])).toEqual([
      ['username', 'text-single', []],
      ['password', 'text-private', []],
      ['key', 'hidden', ['k1']],
      ['x-odd', 'text-single', []],
    ])
  })

  it('prefers a data form, and keeps what is hidden in it', () => {
    const query = asked(
      `<instructions>old</instructions><username/><x xmlns='jabber:x:data' type='form'><title>New</title>` +
        `<field type='hidden' var='FORM_TYPE'><value>jabber:iq:register</value></field>` +
        `<field type='hidden' var='challenge'><value>c1</value></field>` +
        `<field type='text-single' var='username'><required/></field><field type='boolean' var='terms'/></x>`,
    )
    expect(query).toMatchObject({ instructions: 'New', isDataForm: true })
    const answer = toRegistrationElement(query, { username: 'bill', terms: true, unasked: 'x' })
    expect(serialize(answer)).toBe(
      "<query xmlns='jabber:iq:register'><x xmlns='jabber:x:data' type='submit'>" +
        "<field var='FORM_TYPE' type='hidden'><value>jabber:iq:register</value></field>" +
        "<field var='challenge' type='hidden'><value>c1</value></field>" +
        "<field var='username' type='text-single'><value>bill</value></field>" +
        "<field var='terms' type='boolean'><value>1</value></field></x></query>",
    )
  })

  it('takes no form that is an answer, and nothing in other places', () => {
    expect(asked("<x xmlns='jabber:x:data' type='submit'/>")).toMatchObject({ isDataForm: false, fields: [] })
    expect(parseRegistration(xml('query', ns.roster))).toBeUndefined()
    const inside = `<username><x xmlns='jabber:x:oob'><url>https://example.test</url></x></username>`
    expect(asked(inside).url).toBeUndefined()
  })

  it('answers elements by elements, with what the server hid among them', () => {
    const query = asked('<username/><password/><email/><key>k1</key>')
    expect(
      serialize(
        toRegistrationElement(query, { username: 'Login', password: 'MotDePasse', email: 'l@m.org' }),
      ),
    ).toBe(
      "<query xmlns='jabber:iq:register'><username>Login</username><password>MotDePasse</password>" +
        '<email>l@m.org</email><key>k1</key></query>',
    )
  })

  it('finds nothing of an object in answers', () => {
    const query = asked('<constructor/><toString/>')
    expect(serialize(toRegistrationElement(query, {}))).toBe("<query xmlns='jabber:iq:register'/>")
  })
})

describe('the other words about accounts', () => {
  it('change a password and remove an account', () => {
    expect(serialize(toPasswordChangeElement('Login', 'Nouveau'))).toBe(
      "<query xmlns='jabber:iq:register'><username>Login</username><password>Nouveau</password></query>",
    )
    expect(serialize(toRemovalElement())).toBe("<query xmlns='jabber:iq:register'><remove/></query>")
    expect(isRemovalElement(toRemovalElement())).toBe(true)
    expect(isRemovalElement(register('<remove/><username>x</username>'))).toBe(false)
  })

  it('identify as before SASL', () => {
    const said = { username: 'toto', password: undefined, digest: '48fc', resource: 'maison' }
    expect(parseLegacyAuth(toLegacyAuthElement(said))).toEqual(said)
    expect(parseLegacyAuth(toLegacyAuthElement({ ...said, digest: '' }))?.digest).toBeUndefined()
    expect(parseLegacyAuth(xml('query', ns.register))).toBeUndefined()
  })

  it.each([
    ['https://example.test/join?a=b', true],
    ['HTTP://example.test', true],
    ['javascript:alert(1)', false],
    ['https://a b', false],
    ['https://', false],
    ['ftp://example.test', false],
    ['\u0000https://x', false],
    ['xmpp:example.test', false],
  ])('know what a browser may be sent to: %s', (url, isWeb) => {
    expect(isWebUrl(url)).toBe(isWeb)
    const found = isWeb ? findOutOfBandUrl(xml('query', ns.register, {}, toOutOfBandElement(url))) : undefined
    expect(found).toBe(isWeb ? url : undefined)
  })
})
