import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../../src/errors.js'
import type { Crossing } from '../../src/router/crossing.js'
import { harmless } from '../../src/router/harmless.js'
import { XmlStream } from '../../src/router/xml-stream.js'
import { MessageForms } from '../../src/stanza/plain-message.js'
import { createTransportPair, type TransportPairOptions } from '../../src/transport/memory.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { serialize } from '../../src/xml/serializer.js'
import { openingTag } from '../support/scripted-server.js'

const never = new AbortController().signal

const words = (crossing: Crossing) =>
  `${crossing.direction} ${crossing.what}${crossing.what === 'element' ? ` ${crossing.element.name}` : ''}`

async function watched(
  framing: NonNullable<TransportPairOptions['framing']>,
  watch: (crossing: Crossing) => void,
) {
  const { client, server, pump } = createTransportPair({ delivery: 'manual', framing })
  const heard: string[] = []
  const decoder = new TextDecoder()
  server.start({
    data: (chunk) => heard.push(typeof chunk === 'string' ? chunk : decoder.decode(chunk)),
    closed: () => {},
  })
  const stream = new XmlStream(client, {}, watch)
  const turn = async () => {
    for (let round = 0; round < 5; round++) {
      await Promise.resolve()
      pump()
    }
  }
  const opening = stream.open({ to: 'example.test', version: '1.0' }, never)
  server.write(framing === 'frames' ? `<open xmlns='${ns.framing}' id='s1' version='1.0'/>` : openingTag)
  await turn()
  await opening
  return { stream, server, turn, heard }
}

const message = `<message xmlns='${ns.client}'><body>Hi</body></message>`

describe('whoever watches a stream', () => {
  it.each(['bytes', 'frames'] as const)('sees everything both ways over %s', async (framing) => {
    const seen: Crossing[] = []
    const { server, stream, turn } = await watched(framing, (crossing) => seen.push(crossing))
    server.write(message)
    await turn()
    await stream.next(never)
    stream.flow({ element: () => {}, ended: () => {} })
    server.write(message)
    const plain = new MessageForms().toPlain({ to: 'bob@example.test', body: 'Hi' }, 'id-1')
    if (plain === undefined) throw new TypeError('no plain message')
    stream.send(plain)
    await turn()
    stream.abort(new ProtocolError('policy-violation', 'enough'))
    await turn()
    expect(seen.map(words)).toEqual([
      'out open',
      'in open',
      'in element message',
      'out element message',
      'in element message',
      'out element error',
      'out close',
    ])
    const sent = seen[3]
    expect(sent?.what === 'element' && serialize(sent.element)).toBe(serialize(plain.toElement()))
    expect(seen[1]).toMatchObject({ framing, header: { id: 's1' } })
  })

  it.each(['bytes', 'frames'] as const)('is given every character as it crosses %s', async (framing) => {
    const seen: Crossing[] = []
    const { heard, server, stream, turn } = await watched(framing, (crossing) => seen.push(crossing))
    const blank = framing === 'frames' ? '' : ' \n'
    const said = [
      `${blank}<message xmlns="${ns.client}"  id = 'a'><body>caf\u00e9 &#x26; &lt;\u{1f600}</body></message >`,
      `<iq xmlns='${ns.client}' type='result' id='b'><a xmlns='urn:a'></a></iq>`,
    ]
    for (const text of said) {
      server.write(text)
      await turn()
      await stream.next(never)
    }
    stream.send(xml('presence', ns.client, { to: 'bob@example.test' }, xml('show', ns.client, {}, 'away')))
    const plain = new MessageForms().toPlain({ to: 'bob@example.test', body: 'a < b' }, 'id-1')
    if (plain !== undefined) stream.send(plain)
    stream.flow({ element: () => {}, ended: () => {} })
    await turn()
    const broken = `<message xmlns='${ns.client}'><body>`
    server.write(`${broken}</message>`)
    await turn()
    const texts = (way: Crossing['direction']) =>
      seen.filter(({ direction }) => direction === way).map(({ text }) => text)
    expect(texts('in').slice(1)).toEqual([...said, `${broken}</message>`])
    expect(texts('out').join('')).toBe(heard.join(''))
    expect(seen.find(({ what }) => what === 'broken')).toMatchObject({
      error: { condition: 'not-well-formed' },
    })
  })

  it('sees stream errors and the end that the server makes', async () => {
    const seen: string[] = []
    const { server, stream, turn } = await watched('bytes', (crossing) => seen.push(words(crossing)))
    stream.flow({ element: () => {}, ended: () => {} })
    server.write(`<stream:error><reset xmlns='${ns.streamErrors}'/></stream:error></stream:stream>`)
    await turn()
    expect(seen.slice(2)).toEqual(['in element error', 'out close'])
  })

  it('disturbs nothing, whatever it throws', async () => {
    const watch = harmless<Crossing>(() => {
      throw new Error('who watches')
    })
    const { server, stream, turn } = await watched('bytes', watch)
    server.write(message)
    await turn()
    expect((await stream.next(never)).name).toBe('message')
  })
})
