import { Observable, of, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { KeyedStreams } from '../../src/features/keyed-streams.js'

interface Value {
  readonly key: string | undefined
  readonly word: string
}

/** A source that tells how often it is watched, and how often a key was asked for. */
function source() {
  const values = new Subject<Value>()
  const count = { connections: 0, keysRead: 0 }
  const watched = new Observable<Value>((subscriber) => {
    count.connections += 1
    const subscription = values.subscribe(subscriber)
    return () => {
      count.connections -= 1
      subscription.unsubscribe()
    }
  })
  const streams = new KeyedStreams(watched, ({ key }) => {
    count.keysRead += 1
    return key
  })
  const watch = (key: string) => {
    const heard: string[] = []
    const watching = streams
      .of(key)
      .subscribe({ next: ({ word }) => heard.push(word), complete: () => heard.push('complete') })
    return { heard, watching }
  }
  return {
    streams,
    watch,
    count,
    values,
    say: (key: string | undefined, word: string) => values.next({ key, word }),
  }
}

describe('KeyedStreams', () => {
  it('gives each stream the values of its key, in order, and no others', () => {
    const { watch, say } = source()
    const [a, b] = [watch('a'), watch('b')]
    say('a', '1')
    say('b', '2')
    say('c', '3')
    say(undefined, '4')
    say('a', '5')
    expect([a.heard, b.heard]).toEqual([['1', '5'], ['2']])
  })

  it('gives everybody who watches one key the same', () => {
    const { watch, say } = source()
    const [first, second] = [watch('a'), watch('a')]
    say('a', '1')
    first.watching.unsubscribe()
    say('a', '2')
    expect([first.heard, second.heard]).toEqual([['1'], ['1', '2']])
  })

  it('reads one key for one value, however many streams are watched', () => {
    const { watch, say, count } = source()
    for (let index = 0; index < 100; index += 1) watch(`k${index}`)
    expect(count).toEqual({ connections: 1, keysRead: 0 })
    say('k7', '1')
    expect(count).toEqual({ connections: 1, keysRead: 1 })
  })

  it('watches nothing while nobody watches it, and begins anew', () => {
    const { watch, say, count } = source()
    expect(count.connections).toBe(0)
    const { watching, heard } = watch('a')
    const other = watch('b')
    watching.unsubscribe()
    expect(count.connections).toBe(1)
    other.watching.unsubscribe()
    expect(count.connections).toBe(0)
    say('a', 'missed')
    const again = watch('a')
    say('a', '1')
    expect([heard, again.heard, count]).toEqual([[], ['1'], { connections: 1, keysRead: 1 }])
  })

  it('ends every stream with its source, and those that come later too', () => {
    const { watch, values, count } = source()
    const before = [watch('a'), watch('b'), watch('b')]
    values.complete()
    expect([...before, watch('a')].map(({ heard }) => heard)).toEqual([
      ['complete'],
      ['complete'],
      ['complete'],
      ['complete'],
    ])
    expect(count.connections).toBe(0)
  })

  it('takes a source that says everything at once', () => {
    const heard: string[] = []
    const all = of({ key: 'a', word: '1' }, { key: 'b', word: '2' }, { key: 'a', word: '3' })
    new KeyedStreams(all, ({ key }) => key).of('a').subscribe(({ word }) => heard.push(word))
    expect(heard).toEqual(['1', '3'])
  })

  it('lets a watcher leave, and come, inside of what it hears', () => {
    const { streams, values, say } = source()
    const heard: string[] = []
    const watching = streams.of('a').subscribe(({ word }) => {
      heard.push(word)
      watching.unsubscribe()
      streams.of('a').subscribe((again) => heard.push(`again ${again.word}`))
    })
    say('a', '1')
    say('a', '2')
    values.complete()
    expect(heard).toEqual(['1', 'again 2'])
  })
})
