import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ns, xml, type VCardChanges } from '../../src/index.js'
import { changeVCardTemp, parseVCardTemp } from '../../src/stanza/vcard-temp.js'
import { changeVCard4, emptyVCard4, parseVCard4 } from '../../src/stanza/vcard4.js'
import { emptyVCard } from '../../src/stanza/vcard-photo.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import { serialize } from '../../src/xml/serializer.js'

const stpeter = readFrame(`<vCard xmlns='vcard-temp'>
    <FN>Peter Saint-Andre</FN>
    <N><FAMILY>Saint-Andre</FAMILY><GIVEN>Peter</GIVEN><MIDDLE/></N>
    <NICKNAME>stpeter</NICKNAME>
    <URL>http://www.xmpp.org/xsf/people/stpeter.shtml</URL>
    <BDAY>1966-08-06</BDAY>
    <ORG><ORGNAME>XMPP Standards Foundation</ORGNAME><ORGUNIT/></ORG>
    <TITLE>Executive Director</TITLE>
    <ROLE>Patron Saint</ROLE>
    <TEL><WORK/><VOICE/><NUMBER>303-308-3282</NUMBER></TEL>
    <TEL><WORK/><FAX/><NUMBER/></TEL>
    <ADR><WORK/><EXTADD>Suite 600</EXTADD><STREET>1899 Wynkoop Street</STREET><LOCALITY>Denver</LOCALITY>
      <REGION>CO</REGION><PCODE>80202</PCODE><CTRY>USA</CTRY></ADR>
    <TEL><HOME/><VOICE/><NUMBER>303-555-1212</NUMBER></TEL>
    <ADR><HOME/><EXTADD/><STREET/><LOCALITY>Denver</LOCALITY><REGION>CO</REGION><PCODE>80209</PCODE><CTRY>USA</CTRY></ADR>
    <EMAIL><INTERNET/><PREF/><USERID>stpeter@jabber.org</USERID></EMAIL>
    <JABBERID>stpeter@jabber.org</JABBERID>
    <DESC>
      More information about me is located on my
      personal website: http://www.saint-andre.com/
    </DESC>
    <GEO><LAT>39.59</LAT><LON>-105.01</LON></GEO>
  </vCard>`)

const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3])

describe('XEP-0054: the card of the example (§3.1)', () => {
  it('is read', () => {
    expect(parseVCardTemp(stpeter)).toEqual({
      fullName: 'Peter Saint-Andre',
      name: { family: 'Saint-Andre', given: 'Peter' },
      nicknames: ['stpeter'],
      birthday: '1966-08-06',
      emails: [{ address: 'stpeter@jabber.org', kinds: ['internet', 'pref'] }],
      phones: [
        { number: '303-308-3282', kinds: ['work', 'voice'] },
        { number: '303-555-1212', kinds: ['home', 'voice'] },
      ],
      addresses: [
        {
          extended: 'Suite 600',
          street: '1899 Wynkoop Street',
          locality: 'Denver',
          region: 'CO',
          postalCode: '80202',
          country: 'USA',
          kinds: ['work'],
        },
        { locality: 'Denver', region: 'CO', postalCode: '80209', country: 'USA', kinds: ['home'] },
      ],
      organization: { name: 'XMPP Standards Foundation', units: [] },
      title: 'Executive Director',
      role: 'Patron Saint',
      urls: ['http://www.xmpp.org/xsf/people/stpeter.shtml'],
      jids: ['stpeter@jabber.org'],
      note: 'More information about me is located on my\n      personal website: http://www.saint-andre.com/',
      photo: undefined,
    })
  })

  it('changes in the one word that is changed (§3.2)', () => {
    const note = 'Check out my blog at https://stpeter.im/'
    const changed = changeVCardTemp(stpeter, { note })
    expect(changed.child('DESC')?.text()).toBe(note)
    const before = stpeter.child('DESC')
    const isOther = (child: unknown) => child !== changed.child('DESC') && child !== before
    expect(changed.children.filter(isOther)).toEqual(stpeter.children.filter(isOther))
  })

  it('is the same card where nothing changes', () => {
    const card = parseVCardTemp(stpeter)
    expect(changeVCardTemp(stpeter, card ?? {})).toBe(stpeter)
  })

  it('keeps the wording of every entry that stays, and what cannot be read', () => {
    const strange = xml('EMAIL', ns.vCardTemp, {}, xml('X400', ns.vCardTemp))
    const rich = readFrame(
      `<EMAIL xmlns='vcard-temp'><HOME/><USERID>a@b</USERID><X-NOTE xmlns='urn:x'>kept</X-NOTE></EMAIL>`,
    )
    const card = xml('vCard', ns.vCardTemp, {}, rich, strange)
    const emails = [{ address: 'new@b' }, ...(parseVCardTemp(card)?.emails ?? [])]
    const changed = changeVCardTemp(card, { emails })
    expect(parseVCardTemp(changed)?.emails.map(({ address }) => address)).toEqual(['new@b', 'a@b'])
    expect(changed.children).toEqual(expect.arrayContaining([rich, strange]))
  })

  it('loses what is taken out of it, and nothing else', () => {
    const changed = changeVCardTemp(stpeter, { phones: [], birthday: null, nicknames: null })
    expect(parseVCardTemp(changed)).toMatchObject({ phones: [], birthday: undefined, nicknames: [] })
    expect(changed.child('GEO')).toBe(stpeter.child('GEO'))
  })

  it('has a photo by its bytes alone, whatever type is said (XEP-0153 §5)', () => {
    const card = readFrame(
      `<vCard xmlns='vcard-temp'><PHOTO><TYPE>text/html</TYPE><BINVAL>\n iVBORw0K\n GgoBAgM= </BINVAL></PHOTO></vCard>`,
    )
    expect(parseVCardTemp(card)?.photo).toEqual({ type: 'image/png', bytes: png })
    expect(
      changeVCardTemp(emptyVCard, { photo: { bytes: png } })
        .child('PHOTO')
        ?.child('TYPE')
        ?.text(),
    ).toBe('image/png')
  })

  it.each([
    ['no image', '<BINVAL>PHN2Zz48L3N2Zz4=</BINVAL>'],
    ['no base64', '<BINVAL>Base64-encoded-avatar-file-here!</BINVAL>'],
    ['a link', '<EXTVAL>https://tracker.example/me.png</EXTVAL>'],
    ['too large', `<BINVAL>iVBORw0KGgoB${'AAAA'.repeat(200_000)}</BINVAL>`],
  ])('has no photo where it is %s, and keeps it all the same', (_, content) => {
    const card = readFrame(`<vCard xmlns='vcard-temp'><PHOTO>${content}</PHOTO></vCard>`)
    expect(parseVCardTemp(card)?.photo).toBeUndefined()
    expect(changeVCardTemp(card, { title: 'x' }).child('PHOTO')).toBe(card.child('PHOTO'))
  })

  it('takes no photo that is none', () => {
    const photo = { bytes: new TextEncoder().encode('<svg/>') }
    expect(() => changeVCardTemp(emptyVCard, { photo })).toThrow(RangeError)
    expect(() => changeVCard4(emptyVCard4, { photo })).toThrow(RangeError)
  })
})

describe('XEP-0292: the card of the example (§4.1.1)', () => {
  const card = readFrame(`<vcard xmlns="urn:ietf:params:xml:ns:vcard-4.0">
      <fn><text>Peter Saint-Andre</text></fn>
      <n><surname>Saint-Andre</surname><given>Peter</given><additional></additional></n>
      <nickname><text>stpeter</text></nickname><nickname><text>psa</text></nickname>
      <photo><uri>https://stpeter.im/images/stpeter_oscon.jpg</uri></photo>
      <bday><date>1966-08-06</date></bday>
      <adr><parameters><type><text>work</text><text>voice</text></type><pref><integer>1</integer></pref></parameters>
        <ext>Suite 600</ext><street>1899 Wynkoop Street</street><locality>Denver</locality><region>CO</region>
        <code>80202</code><country>USA</country></adr>
      <tel><parameters><type><text>work</text><text>voice</text></type><pref><integer>1</integer></pref></parameters>
        <uri>tel:+1-303-308-3282</uri></tel>
      <geo><uri>geo:39.59,-105.01</uri></geo>
      <org><parameters><type><text>work</text></type></parameters><text>XMPP Standards Foundation</text></org>
      <url><uri>https://stpeter.im/</uri></url>
      <gender><sex><text>M</text></sex></gender>
      <email><parameters><type><text>home</text></type></parameters><text>stpeter@jabber.org</text></email>
      <impp><parameters><type><text>home</text></type></parameters><uri>xmpp:stpeter@jabber.org</uri></impp>
    </vcard>`)

  it('is read', () => {
    expect(parseVCard4(card)).toMatchObject({
      fullName: 'Peter Saint-Andre',
      name: { family: 'Saint-Andre', given: 'Peter' },
      nicknames: ['stpeter', 'psa'],
      birthday: '1966-08-06',
      emails: [{ address: 'stpeter@jabber.org', kinds: ['home'] }],
      phones: [{ number: '+1-303-308-3282', kinds: ['work', 'voice', 'pref'] }],
      addresses: [{ street: '1899 Wynkoop Street', postalCode: '80202', kinds: ['work', 'voice', 'pref'] }],
      organization: { name: 'XMPP Standards Foundation' },
      urls: ['https://stpeter.im/'],
      jids: ['stpeter@jabber.org'],
      photo: undefined,
    })
  })

  it('is the same card where nothing changes, and keeps the rest where something does', () => {
    expect(changeVCard4(card, parseVCard4(card) ?? {})).toBe(card)
    const changed = changeVCard4(card, { title: 'Director' })
    expect(changed.children.slice(0, -1)).toEqual(card.children)
  })

  it('has each of several parts of a name by itself (RFC 6350 §6.2.2)', () => {
    const changed = changeVCard4(emptyVCard4, { name: { given: 'Ann', middle: 'Bea, Cleo' } })
    const parts = changed.child('n')?.elements('additional') ?? []
    expect(parts.map((part) => part.text())).toEqual(['Bea', 'Cleo'])
    expect(parseVCard4(changed)?.name).toMatchObject({ given: 'Ann', middle: 'Bea,Cleo' })
  })
})

describe('a card in either form', () => {
  const word = fc
    .string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(...'aé漢 <&"\'0-'.split('')) })
    .map((text) => `x${text.trim()}`)
  const maybe = fc.option(word, { nil: undefined })
  const kinds = fc.uniqueArray(fc.constantFrom('home', 'work', 'voice', 'fax', 'cell'), { maxLength: 3 })
  const some = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 3 })
  const cards = fc.record({
    fullName: word,
    name: fc.record({ family: word, given: maybe, middle: maybe, prefix: maybe, suffix: maybe }),
    nicknames: some(word),
    birthday: fc.constantFrom('1966-08-06', 'in June'),
    emails: some(fc.record({ address: word, kinds })),
    phones: some(fc.record({ number: fc.constantFrom('+1-303-555-1212', 'ask me'), kinds })),
    addresses: some(
      fc.record({
        street: word,
        postBox: maybe,
        extended: maybe,
        locality: maybe,
        region: maybe,
        postalCode: maybe,
        country: maybe,
        kinds,
      }),
    ),
    organization: fc.record({ name: word, units: some(word) }),
    title: word,
    role: word,
    urls: some(word),
    jids: some(word),
    note: word,
    photo: fc.constant({ bytes: png, type: 'image/png' as const }),
  })

  it.each([
    ['vcard-temp', (changes: VCardChanges) => parseVCardTemp(changeVCardTemp(emptyVCard, changes))],
    ['vCard 4', (changes: VCardChanges) => parseVCard4(changeVCard4(emptyVCard4, changes))],
  ])('is what was written: %s', (_, there) => {
    fc.assert(
      fc.property(cards, (card) => {
        expect(there(card)).toEqual(card)
      }),
    )
  })

  it('goes over the wire as it is', () => {
    fc.assert(
      fc.property(cards, (card) => {
        const written = changeVCardTemp(emptyVCard, card)
        expect(readFrame(serialize(written))).toEqual(written)
      }),
    )
  })
})
