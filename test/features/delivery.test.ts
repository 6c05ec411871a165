import { describe, expect, it } from 'vitest'
import { TransportError } from '../../src/errors.js'
import { Delivery } from '../../src/features/delivery.js'

const reason = new TransportError('closed', 'the connection ended')

/** What a watcher hears, as long as it listens. */
function watch(delivery: Delivery) {
  const heard: string[] = []
  const watching = delivery.status$.subscribe({
    next: ({ status }) => heard.push(status),
    complete: () => heard.push('complete'),
  })
  return { heard, watching }
}

describe('Delivery', () => {
  it('tells each watcher the present status and what becomes of it', () => {
    const delivery = new Delivery('a1')
    const early = watch(delivery)
    delivery.write()
    const late = watch(delivery)
    delivery.fail(reason)
    expect(early.heard).toEqual(['queued', 'written', 'failed', 'complete'])
    expect(late.heard).toEqual(['written', 'failed', 'complete'])
  })

  it('tells who comes after the failure of it', () => {
    const delivery = new Delivery('a1')
    delivery.fail(reason)
    expect(watch(delivery).heard).toEqual(['failed', 'complete'])
    expect(delivery.status).toEqual({ status: 'failed', reason })
  })

  it('tells a watcher no more once it has left', () => {
    const delivery = new Delivery('a1')
    const { heard, watching } = watch(delivery)
    watching.unsubscribe()
    delivery.write()
    expect(heard).toEqual(['queued'])
  })

  it('keeps the order when a watcher acts on what it hears', () => {
    const delivery = new Delivery('a1')
    const heard: string[] = []
    delivery.status$.subscribe({
      next: ({ status }) => {
        heard.push(status)
        delivery.write()
      },
    })
    expect(heard).toEqual(['queued', 'written'])
  })
})
