import { describe, expect, it } from 'vitest'
import { TransportError } from '../../src/errors.js'
import { SinkFeed } from '../../src/transport/sink-feed.js'

/** A delivery that tells everything to one list. */
async function begin(onData: (chunk: string, delivery: SinkFeed) => void = () => {}) {
  const told: (string | TransportError | null)[] = []
  const delivery = new SinkFeed()
  delivery.start({
    data: (chunk) => {
      told.push(String(chunk))
      onData(String(chunk), delivery)
    },
    closed: (error) => told.push(error),
  })
  await Promise.resolve()
  return { delivery, told }
}

const failure = new TransportError('reset', 'cut')

describe('SinkFeed', () => {
  it('delivers nothing in the turn of start()', async () => {
    const told: unknown[] = []
    const delivery = new SinkFeed()
    delivery.data('early')
    delivery.start({ data: (chunk) => told.push(chunk), closed: (error) => told.push(error) })
    delivery.data('late')
    delivery.end()
    expect(told).toEqual([])
    await Promise.resolve()
    expect(told).toEqual(['early', 'late', null])
  })

  it('keeps the order when data comes from inside a delivery', async () => {
    const { delivery, told } = await begin((chunk, self) => {
      if (chunk === 'a') self.data('c')
    })
    delivery.pause()
    delivery.data('a')
    delivery.data('b')
    expect(delivery.heldBytes).toBe(2)
    delivery.resume()
    expect(told).toEqual(['a', 'b', 'c'])
    expect(delivery.heldBytes).toBe(0)
  })

  it('keeps what it holds, though whoever gave it uses the same bytes again', async () => {
    const { delivery, told } = await begin()
    const bytes = Buffer.from('a')
    delivery.pause()
    delivery.data(bytes)
    bytes.write('b')
    delivery.data(bytes)
    bytes.write('c')
    delivery.resume()
    expect(told).toEqual(['97', '98'])
  })

  it('never calls the sink while it is inside the sink', async () => {
    let depth = 0
    let deepest = 0
    const { delivery, told } = await begin((chunk, self) => {
      deepest = Math.max(deepest, (depth += 1))
      if (chunk.length < 3) self.data(`${chunk}x`)
      self.resume()
      depth -= 1
    })
    delivery.data('x')
    expect(told).toEqual(['x', 'xx', 'xxx'])
    expect(deepest).toBe(1)
  })

  it('takes pause() and resume() from inside a delivery', async () => {
    const { delivery, told } = await begin((_, self) => {
      self.pause()
      self.resume()
    })
    for (const chunk of ['a', 'b', 'c']) delivery.data(chunk)
    expect(told).toEqual(['a', 'b', 'c'])
  })

  it('ends inside a delivery, and delivers nothing more', async () => {
    const { delivery, told } = await begin((_, self) => self.finish(failure))
    delivery.pause()
    delivery.data('a')
    delivery.data('b')
    delivery.resume()
    delivery.data('c')
    delivery.end()
    delivery.finish(null)
    expect(told).toEqual(['a', failure])
  })

  it('lets a clean end wait for what is held', async () => {
    const { delivery, told } = await begin()
    delivery.pause()
    delivery.data('a')
    delivery.end()
    delivery.data('ignored')
    expect(delivery.ended).toBe(false)
    delivery.resume()
    expect(told).toEqual(['a', null])
  })

  it('lets a failure wait for nothing', async () => {
    const { delivery, told } = await begin()
    delivery.pause()
    delivery.data('a')
    delivery.end()
    delivery.finish(failure)
    delivery.resume()
    expect(told).toEqual([failure])
  })

  it('answers each flush callback once, before closed', async () => {
    const { delivery, told } = await begin()
    const note = (error: TransportError | null): void => void told.push(error?.code ?? 'flushed')
    const first = delivery.track(note)
    const second = delivery.track(note)
    first(null)
    first(null)
    delivery.finish(failure)
    second(null)
    expect(told).toEqual(['flushed', 'transport.reset', failure])
  })

  it('answers flush callbacks after the end, in a later turn', async () => {
    const { delivery, told } = await begin()
    delivery.finish(null)
    const done = delivery.track((error) => void told.push(error?.code ?? 'flushed'))
    done(null)
    expect(told).toEqual([null])
    await Promise.resolve()
    expect(told).toEqual([null, 'transport.closed'])
  })

  it('stays in order after a sink that throws', async () => {
    const { delivery, told } = await begin((chunk) => {
      if (chunk === 'a') throw new Error('from the sink')
    })
    expect(() => delivery.data('a')).toThrow('from the sink')
    delivery.data('b')
    expect(told).toEqual(['a', 'b'])
  })
})
