import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formTypeOf, parseDataForm, toDataFormElement, toFormTypeField } from '../../src/stanza/data-form.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { serialize } from '../../src/xml/serializer.js'
import { arbitraryElement, rename } from './arbitrary-elements.js'

/** Of XEP-0004 §5.1, example 2. */
const bot = readFrame(`<x xmlns='jabber:x:data' type='form'>
  <title>Bot Configuration</title>
  <instructions>Fill out this form to configure your new bot!</instructions>
  <field type='hidden' var='FORM_TYPE'><value>jabber:bot</value></field>
  <field type='fixed'><value>Section 1: Bot Info</value></field>
  <field type='text-single' label='The name of your bot' var='botname'/>
  <field type='boolean' label='Public bot?' var='public'><required/></field>
  <field type='list-multi' label='What features will the bot support?' var='features'>
    <option label='Contests'><value>contests</value></option>
    <option label='News'><value>news</value></option>
    <value>news</value>
    <value>search</value>
  </field>
  <field type='jid-multi' label='People to invite' var='invitelist'>
    <desc>Tell all your friends about your new bot!</desc>
  </field>
</x>`)

const nothing = {
  label: undefined,
  description: undefined,
  isRequired: false,
  values: [],
  options: [],
  payloads: [],
}

describe('parseDataForm()', () => {
  test('reads what is asked, how, and what may be chosen', () => {
    const form = parseDataForm(bot)
    expect(form).toMatchObject({
      type: 'form',
      title: 'Bot Configuration',
      instructions: ['Fill out this form to configure your new bot!'],
      reported: [],
      items: [],
    })
    expect(form?.fields).toEqual([
      { ...nothing, name: 'FORM_TYPE', type: 'hidden', values: ['jabber:bot'] },
      { ...nothing, name: undefined, type: 'fixed', values: ['Section 1: Bot Info'] },
      { ...nothing, name: 'botname', type: 'text-single', label: 'The name of your bot' },
      { ...nothing, name: 'public', type: 'boolean', label: 'Public bot?', isRequired: true },
      {
        ...nothing,
        name: 'features',
        type: 'list-multi',
        label: 'What features will the bot support?',
        values: ['news', 'search'],
        options: [
          { label: 'Contests', value: 'contests' },
          { label: 'News', value: 'news' },
        ],
      },
      {
        ...nothing,
        name: 'invitelist',
        type: 'jid-multi',
        label: 'People to invite',
        description: 'Tell all your friends about your new bot!',
      },
    ])
    expect(form && formTypeOf(form)).toBe('jabber:bot')
  })

  test('reads a report of many, in whatever order (XEP-0004 §3.4)', () => {
    const form = parseDataForm(
      readFrame(`<x xmlns='jabber:x:data' type='result'>
        <item><field var='name'><value>Verona</value></field><field var='url'><value/></field></item>
        <reported><field var='name'/><field var='url' type='text-single' label='Where'/></reported>
        <item><field var='name'><value>benvenuto!</value></field></item>
      </x>`),
    )
    expect(form?.reported.map(({ name, label }) => [name, label])).toEqual([
      ['name', undefined],
      ['url', 'Where'],
    ])
    expect(form?.items.map((row) => row.map(({ name, values }) => [name, ...values]))).toEqual([
      [
        ['name', 'Verona'],
        ['url', ''],
      ],
      [['name', 'benvenuto!']],
    ])
  })

  test('takes a type of field that it does not know for text, and leaves out one that is not said', () => {
    const [odd, unsaid] =
      parseDataForm(
        xml(
          'x',
          ns.dataForm,
          { type: 'form' },
          xml('field', ns.dataForm, { var: 'a', type: 'hologram' }),
          xml('field', ns.dataForm, { var: 'b' }),
        ),
      )?.fields ?? []
    expect([odd?.type, unsaid?.type]).toEqual(['text-single', undefined])
  })

  test.each([
    ['no type', xml('x', ns.dataForm)],
    ['an unknown type', xml('x', ns.dataForm, { type: 'error' })],
    ['another namespace', xml('x', 'urn:example', { type: 'form' })],
    ['another name', xml('y', ns.dataForm, { type: 'form' })],
  ])('knows no form with %s', (_, element) => {
    expect(parseDataForm(element)).toBeUndefined()
  })

  test('keeps what belongs to a field and is not known here', () => {
    const media = xml('media', 'urn:xmpp:media-element', { height: 80 })
    const form = parseDataForm(
      xml('x', ns.dataForm, { type: 'form' }, xml('field', ns.dataForm, { var: 'ocr' }, media)),
    )
    expect(form?.fields[0]?.payloads).toEqual([media])
  })
})

test('toDataFormElement() writes an answer', () => {
  const fields = [
    toFormTypeField('jabber:bot'),
    { name: 'botname', values: ['The Jabber Google Bot'] },
    { name: 'nothing', values: [''] },
  ]
  expect(serialize(toDataFormElement({ type: 'submit', fields }))).toBe(
    serialize(
      readFrame(
        `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>jabber:bot</value></field>` +
          `<field var='botname'><value>The Jabber Google Bot</value></field><field var='nothing'><value/></field></x>`,
      ),
    ),
  )
})

test('any tree is read, and what was read is written back the same', () => {
  const type = fc.constantFrom('cancel', 'form', 'result', 'submit')
  const field = arbitraryElement.map((element) => rename(element, 'field', ns.dataForm))
  fc.assert(
    fc.property(type, fc.array(fc.oneof(field, arbitraryElement), { maxLength: 4 }), (is, children) => {
      const form = parseDataForm(xml('x', ns.dataForm, { type: is }, ...children))
      expect(form).toBeDefined()
      expect(form && parseDataForm(toDataFormElement(form))).toEqual(form)
    }),
  )
})
