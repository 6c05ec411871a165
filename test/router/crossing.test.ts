import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../../src/errors.js'
import type { Crossing } from '../../src/router/crossing.js'
import { harmless } from '../../src/router/harmless.js'
import { XmlStream } from '../../src/router/xml-stream.js'
import { MessageForms } from '../../src/stanza/plain-message.js'
import { createTransportPair, type TransportPairOptions } from '../../src/transport/memory.js'
import { ns } from '../../src/xml/namespaces.js'
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
  server.start({ data: () => {}, closed: () => {} })
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
  return { stream, server, turn }
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
