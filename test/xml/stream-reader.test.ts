import { describe, expect, it } from 'vitest'
import { XmlElement, xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { createStreamReader } from '../../src/xml/stream-reader.js'
import { cutAt, cutEvery } from './random.js'
import { createRecorder, failureOf, header, readAll, toBytes, type ReaderEvent } from './recorder.js'

const transcript =
  `${header}<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism>` +
  `</mechanisms></stream:features>\n<message from='ромео@example.test' id='é1'><body>Ça va ? 🎉 &amp; \u{10437}` +
  `]] &#x1F389;\r\n</body><x:y xmlns:x='urn:x' x:z="日本"/><![CDATA[<é>]]></message > <presence/></stream:stream >\n`

describe('createStreamReader()', () => {
  it('tells the header with the content namespace, each element and the end', () => {
    expect(readAll([`${header}<iq id='1'><query xmlns='urn:q'/>text</iq></stream:stream>`])).toEqual([
      {
        kind: 'opened',
        header: xml('stream', ns.streams, {
          id: 's1',
          from: 'example.test',
          version: '1.0',
          'xml:lang': 'en',
        }),
        contentNamespace: ns.client,
      },
      { kind: 'element', element: xml('iq', ns.client, { id: '1' }, xml('query', 'urn:q'), 'text') },
      { kind: 'closed' },
    ])
  })

  it('tells the content namespace even if the root is in it, or none', () => {
    const contentNamespace = (start: string) => {
      const [opened] = readAll([start])
      return opened?.kind === 'opened' ? opened.contentNamespace : undefined
    }
    expect(contentNamespace("<stream xmlns='http://etherx.jabber.org/streams'>")).toBe(ns.streams)
    expect(contentNamespace("<s:stream xmlns:s='http://etherx.jabber.org/streams'>")).toBe('')
  })

  it('gives names that are properties of every object as plain data', () => {
    const [, event] = readAll([
      header,
      "<constructor __proto__='1' toString='2'>hasOwnProperty</constructor>",
    ])
    const element = event?.kind === 'element' ? event.element : undefined
    expect(element?.name).toBe('constructor')
    expect(element?.attribute('__proto__')).toBe('1')
    expect(element?.attribute('toString')).toBe('2')
    expect(element?.attribute('valueOf')).toBeUndefined()
    expect(element?.text()).toBe('hasOwnProperty')
  })

  it('resolves names by what is in scope where they stand', () => {
    const stanza =
      "<a xmlns='u1' xmlns:p='u2' xml:lang='de' p:k='v' k='w'><p:b/><c xmlns='u3' xmlns:p='u4'><p:d/></c><e xmlns=''/><f/></a>"
    const attribute = (name: string, namespace: string, value: string) => ({ name, namespace, value })
    expect(readAll([header, stanza])[1]).toEqual({
      kind: 'element',
      element: new XmlElement(
        'a',
        'u1',
        [attribute('lang', ns.xmlNamespace, 'de'), attribute('k', 'u2', 'v'), attribute('k', '', 'w')],
        [xml('b', 'u2'), xml('c', 'u3', {}, xml('d', 'u4')), xml('e', ''), xml('f', 'u1')],
      ),
    })
  })

  it('tells the same for every cut of a transcript into two, between characters and inside them', () => {
    const bytes = toBytes(transcript)
    const whole = readAll([bytes])
    expect(whole.map(({ kind }) => kind)).toEqual(['opened', 'element', 'element', 'element', 'closed'])
    const differing = Array.from({ length: bytes.length }, (_, at) => at).filter(
      (at) => JSON.stringify(readAll(cutAt(bytes, [at]))) !== JSON.stringify(whole),
    )
    expect(differing).toEqual([])
  })

  it('tells the same for pieces of any length, as bytes and as text cut inside a surrogate pair', () => {
    const bytes = toBytes(transcript)
    const whole = readAll([bytes])
    for (let length = 1; length < 40; length++) {
      expect(readAll(cutEvery(bytes, length))).toEqual(whole)
      expect(readAll(transcript.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? [])).toEqual(whole)
    }
    expect(readAll(transcript.split(''))).toEqual(whole)
  })

  it('joins what stands between two tags into one text', () => {
    const [, event] = readAll(cutEvery(toBytes(`${header}<a>1&amp;2<![CDATA[3]]>4<b/>5</a>`), 1))
    expect(event?.kind === 'element' && event.element.children).toEqual(['1&234', xml('b', ns.client), '5'])
  })

  it('keeps no part of a buffer that its writer uses again', () => {
    const recorder = createRecorder()
    const reader = createStreamReader(recorder)
    const buffer = new Uint8Array(7)
    for (const piece of cutEvery(toBytes(transcript), buffer.length)) {
      buffer.set(piece)
      reader.write(buffer.subarray(0, piece.length))
      buffer.fill(0)
    }
    expect(recorder.events).toEqual(readAll([transcript]))
  })

  it('refuses half a surrogate pair, and a change from bytes to text inside a character', () => {
    expect(failureOf(readAll([header, '<a>\uD83C</a>']))).toBe('unsupported-encoding')
    expect(failureOf(readAll([header, '<a>\uDF89</a>']))).toBe('unsupported-encoding')
    expect(failureOf(readAll([header, new Uint8Array([0x3c, 0x61, 0x3e, 0xe2]), '</a>']))).toBe(
      'unsupported-encoding',
    )
    expect(failureOf(readAll([header, '<a>\uD83C', toBytes('</a>')]))).toBe('unsupported-encoding')
  })

  it('tells what is valid before invalid bytes of the same chunk', () => {
    const events = readAll([new Uint8Array([...toBytes(`${header}<a/>`), 0xff])])
    expect(events.map(({ kind }) => kind)).toEqual(['opened', 'element', 'failed'])
  })

  it('says nothing about a stanza that is cut off', () => {
    expect(readAll([header, '<message><body>never ends</body>']).map(({ kind }) => kind)).toEqual(['opened'])
  })

  it('tells a failure once, and ignores what is written afterwards', () => {
    expect(readAll([header, '<a></b>', '<c/>', '<d></e>', '</stream:stream>'])).toHaveLength(2)
  })

  it('puts no content of a stanza into an error', () => {
    let message = ''
    const reader = createStreamReader({
      ...createRecorder(),
      failed: (error) => {
        message = JSON.stringify(error)
      },
    })
    reader.write("<s a='hunter2' a='hunter2'><hunter2>hunter2 & </hunter2>")
    expect(message).toContain('twice')
    expect(message).not.toContain('hunter2')
  })
})

describe('halt() and resume()', () => {
  /** Halts after the construct with this number, and resumes when told. */
  function readWithHalts(bytes: Uint8Array, chunkLength: number): readonly ReaderEvent[] {
    const recorder = createRecorder()
    const reader = createStreamReader({
      opened: (root, contentNamespace) => {
        recorder.opened(root, contentNamespace)
        reader.halt()
      },
      element: (element) => {
        recorder.element(element)
        reader.halt()
      },
      closed: () => {
        recorder.closed()
        reader.halt()
      },
      failed: recorder.failed,
    })
    for (const chunk of cutEvery(bytes, chunkLength)) {
      const before = recorder.events.length
      reader.write(chunk)
      expect(recorder.events.length - before).toBeLessThanOrEqual(1)
    }
    for (let count = 0; count < 10; count++) reader.resume()
    return recorder.events
  }

  it('lose, add and exchange nothing, however the stream is cut', () => {
    const bytes = toBytes(transcript)
    const whole = readAll([bytes])
    for (const length of [1, 2, 3, 7, 50, 333, 5000]) expect(readWithHalts(bytes, length)).toEqual(whole)
  })

  it('stop exactly behind the construct: the rest is held byte for byte', () => {
    const rest = new Uint8Array([...toBytes(" é<c></c>&'\n"), 0x16, 0x03, 0x01, 0xff, 0xc0, 0xe2])
    for (const end of ['<proceed/>', '<proceed />', '<proceed></proceed>', '<proceed></proceed \n>']) {
      const bytes = new Uint8Array([...toBytes(header + end), ...rest])
      for (let length = 1; length <= bytes.length; length++) {
        const reader = createStreamReader({ ...createRecorder(), element: () => reader.halt() })
        for (const chunk of cutEvery(bytes, length)) reader.write(chunk)
        expect(reader.takeHeld()).toEqual(rest)
        expect(reader.takeHeld()).toHaveLength(0)
      }
    }
  })

  it('leave the rest of the chunk to takeHeld() inside the callback as well', () => {
    const rest = new Uint8Array([...toBytes(' é<c></c>'), 0xff, 0x00, 0xe2])
    for (const end of ['<proceed/>', '<proceed></proceed>', '<proceed></proceed \n>']) {
      const recorder = createRecorder()
      let held: Uint8Array = new Uint8Array(0)
      const reader = createStreamReader({
        ...recorder,
        element: (element) => {
          recorder.element(element)
          reader.halt()
          held = reader.takeHeld()
        },
      })
      reader.write(new Uint8Array([...toBytes(header + end), ...rest]))
      expect(held).toEqual(rest)
      expect(reader.takeHeld()).toHaveLength(0)
      reader.reset()
      reader.resume()
      reader.write(transcript)
      expect(recorder.events.slice(2)).toEqual(readAll([transcript]).slice(0, 2))
    }
  })

  it('work at the header of an empty root', () => {
    let held: Uint8Array = new Uint8Array(0)
    const recorder = createRecorder()
    const reader = createStreamReader({
      ...recorder,
      opened: (root, contentNamespace) => {
        recorder.opened(root, contentNamespace)
        held = reader.takeHeld()
      },
    })
    reader.write('<s/>rest')
    expect(recorder.events.map(({ kind }) => kind)).toEqual(['opened', 'closed'])
    expect(held).toEqual(toBytes('rest'))
  })

  it('can be called in the same callback: nothing stops', () => {
    const recorder = createRecorder()
    const reader = createStreamReader({
      ...recorder,
      element: (element) => {
        recorder.element(element)
        reader.halt()
        reader.resume()
      },
    })
    reader.write(transcript)
    expect(recorder.events).toEqual(readAll([transcript]))
  })

  it('take effect outside a callback too', () => {
    const recorder = createRecorder()
    const reader = createStreamReader(recorder)
    reader.write(`${header}<a><b/>`)
    reader.halt()
    reader.write('</a><c/>')
    expect(recorder.events).toHaveLength(1)
    reader.resume()
    expect(recorder.events).toHaveLength(3)
  })

  it('bound what is held while nothing is read', () => {
    const recorder = createRecorder()
    const reader = createStreamReader(recorder, { heldBytes: 100 })
    reader.halt()
    reader.write(' '.repeat(60))
    reader.write(new Uint8Array(40).fill(0x20))
    expect(recorder.events).toEqual([])
    reader.write(' ')
    expect(recorder.events).toEqual([{ kind: 'failed', condition: 'policy-violation' }])
    expect(reader.takeHeld()).toHaveLength(0)
    reader.resume()
    expect(recorder.events).toHaveLength(1)
  })

  it('keep the order of what a callback writes: it is read behind the chunk at hand', () => {
    const recorder = createRecorder()
    const reader = createStreamReader({
      ...recorder,
      element: (element) => {
        recorder.element(element)
        if (element.name === 'a') reader.write('<c/>')
      },
    })
    reader.write(`${header}<a/><b/>`)
    const names = recorder.events.map((event) => (event.kind === 'element' ? event.element.name : event.kind))
    expect(names).toEqual(['opened', 'a', 'b', 'c'])
  })

  it('what a callback throws reaches the writer, and the rest of the chunk is read with the next', () => {
    const recorder = createRecorder()
    const reader = createStreamReader({
      ...recorder,
      element: (element) => {
        recorder.element(element)
        if (element.name === 'a') throw new Error('from the callback')
      },
    })
    expect(() => reader.write(`${header}<a/><b/>é`.slice(0, -1) + '<c>')).toThrow('from the callback')
    expect(recorder.events).toHaveLength(2)
    reader.write('</c>')
    expect(recorder.events).toHaveLength(4)
  })
})

describe('a callback that throws', () => {
  it('leaves an empty root closed', () => {
    const recorder = createRecorder()
    const reader = createStreamReader({
      ...recorder,
      opened: () => {
        throw new Error('from the callback')
      },
    })
    expect(() => reader.write('<s/>')).toThrow('from the callback')
    reader.write('<t>')
    expect(recorder.events).toEqual([{ kind: 'closed' }, { kind: 'failed', condition: 'not-well-formed' }])
  })
})

describe('reset()', () => {
  it('begins a new stream in which nothing of the old scope survives', () => {
    const recorder = createRecorder()
    const reader = createStreamReader(recorder)
    reader.write("<s xmlns='u' xmlns:p='v'><a><p:b x='")
    reader.reset()
    reader.write("<?xml version='1.0'?><s><a/>")
    expect(recorder.events.slice(1)).toEqual([
      { kind: 'opened', header: xml('s', ''), contentNamespace: '' },
      { kind: 'element', element: xml('a', '') },
    ])
    reader.write('<p:b/>')
    expect(failureOf(recorder.events)).toBe('not-well-formed')
  })

  it.each([
    ['inside a tag', '<a b'],
    ['inside a value', "<a b='c"],
    ['inside a text', '<a>b&am'],
    ['inside a CDATA section', '<a><![CDATA[x]'],
    ['inside an end tag', '<a></a '],
    ['inside a character', new Uint8Array([0x3c, 0x61, 0x3e, 0xf0, 0x9f])],
    ['inside a surrogate pair', '<a>\uD83C'],
    ['behind the end', '</stream:stream>'],
    ['behind a failure', '<a></b>'],
  ])('forgets what was begun: %s', (_where, begun) => {
    const recorder = createRecorder()
    const reader = createStreamReader(recorder)
    reader.write(header)
    reader.write(begun)
    recorder.events.length = 0
    reader.reset()
    reader.write(transcript)
    expect(recorder.events).toEqual(readAll([transcript]))
  })

  it('inside a callback takes effect exactly behind that construct, for every cut', () => {
    const second = `${header}<b/></stream:stream>`
    const bytes = toBytes(`${header}<success/>${second}`)
    const expected = [...readAll([`${header}<success/>`]), ...readAll([second])]
    for (let length = 1; length <= bytes.length; length++) {
      const recorder = createRecorder()
      const reader = createStreamReader({
        ...recorder,
        element: (element) => {
          recorder.element(element)
          if (element.name === 'success') reader.reset()
        },
      })
      for (const chunk of cutEvery(bytes, length)) reader.write(chunk)
      expect(recorder.events).toEqual(expected)
    }
  })

  it('keeps what is held, and the halt', () => {
    const recorder = createRecorder()
    const reader = createStreamReader({ ...recorder, element: () => reader.halt() })
    reader.write(`${header}<success/>${header}`)
    reader.reset()
    expect(recorder.events).toHaveLength(1)
    reader.resume()
    expect(recorder.events).toEqual([...readAll([header]), ...readAll([header])])
  })
})
