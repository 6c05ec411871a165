import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { XmlElement, xml } from '../../src/xml/element.js'
import { xmlNamespace } from '../../src/xml/namespaces.js'

describe('xml()', () => {
  it('builds an element from plain values', () => {
    expect(
      xml('a', 'u', { b: 'c', d: 7, e: undefined, 'xml:lang': 'en' }, 'x', undefined, xml('f', 'u')),
    ).toEqual(
      new XmlElement(
        'a',
        'u',
        [
          { name: 'b', namespace: '', value: 'c' },
          { name: 'd', namespace: '', value: '7' },
          { name: 'lang', namespace: xmlNamespace, value: 'en' },
        ],
        ['x', new XmlElement('f', 'u')],
      ),
    )
  })

  it('takes only what the attributes object holds itself', () => {
    const inherited: Record<string, string> = Object.create({ evil: '1' })
    inherited['good'] = '2'
    expect(xml('a', 'u', inherited).attributes.map(({ name }) => name)).toEqual(['good'])
  })

  it.each([
    [{}, 'text'],
    [undefined],
    ['u', 'text'],
    ['u', xml('b', 'u')],
    ['u', {}, 5],
    ['u', {}, ['text']],
  ])('says how an element is built to who gives it %j', (...rest) => {
    expect(() => Reflect.apply(xml, undefined, ['a', ...rest])).toThrow(
      new TypeError('an element is built by xml(name, namespace, { attributes }, ...elements and texts)'),
    )
  })
})

describe('XmlElement', () => {
  const element = xml(
    'a',
    'u',
    { b: '1', 'xml:lang': 'en' },
    'x',
    xml('c', 'u', {}, 'first'),
    xml('c', 'v', {}, 'other'),
    'y',
    xml('c', 'u', {}, 'second'),
    xml('toString', 'u'),
  )

  it('finds attributes and children by expanded name alone', () => {
    expect(element.attribute('b')).toBe('1')
    expect(element.attribute('lang')).toBeUndefined()
    expect(element.attribute('lang', xmlNamespace)).toBe('en')
    expect(element.attribute('toString')).toBeUndefined()
    expect(element.child('c')?.text()).toBe('first')
    expect(element.child('c', 'v')?.text()).toBe('other')
    expect(element.child('constructor')).toBeUndefined()
    expect(element.elements('c').map((child) => child.text())).toEqual(['first', 'second'])
    expect(element.elements()).toHaveLength(4)
    expect(element.is('a', 'u')).toBe(true)
    expect(element.is('a', 'v')).toBe(false)
  })

  it('has names and values apart, and together when asked', () => {
    const names = [
      { name: 'b', namespace: '' },
      { name: 'b', namespace: 'u' },
    ]
    const read = new XmlElement('a', 'u', { names, values: ['1', '2'] })
    const given = [
      { name: 'b', namespace: '', value: '1' },
      { name: 'b', namespace: 'u', value: '2' },
    ]
    expect(read.attributes).toEqual(given)
    expect(read).toEqual(new XmlElement('a', 'u', given))
    expect([read.attribute('b'), read.attribute('b', 'u')]).toEqual(['1', '2'])
  })

  it('gives the text directly inside it', () => {
    expect(element.text()).toBe('xy')
  })
})

describe('an element as text', () => {
  const message = xml(
    'message',
    'jabber:client',
    { to: 'b@c.test' },
    xml('body', 'jabber:client', {}, '1 < 2'),
  )
  const text = "<message xmlns='jabber:client' to='b@c.test'><body>1 &lt; 2</body></message>"

  it('is its XML, in a template string and in console.log', () => {
    expect(`${message}`).toBe(text)
    expect(inspect([message], { breakLength: Infinity })).toBe(`[ ${text} ]`)
  })

  it('never throws where XML cannot carry it', () => {
    expect(inspect(xml('body', 'u', {}, '\0'))).toBe('<body> (no XML)')
  })
})
