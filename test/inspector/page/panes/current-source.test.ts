import { afterEach, describe, expect, it } from 'vitest'
import { goTo, replace, selectedActor } from '../../../../src/inspector/page/model/signals.js'
import { currentSource } from '../../../../src/inspector/page/panes/current-source.js'
import { began, opening, took } from '../sample.js'

afterEach(() => replace([]))

describe('whose session is looked at', () => {
  it('stays the same before the chosen actor began', () => {
    replace([
      ...opening('a'),
      ...opening('b', 1_000),
      began('root', 0),
      took('root', 1),
      { ...began('root', 0), source: 'b' },
    ])
    expect(currentSource.value?.source).toBe('a')
    selectedActor.value = 'b root'
    expect(currentSource.value?.source).toBe('b')
    goTo(0)
    expect(currentSource.value?.source).toBe('b')
  })

  it('is told apart where the name of one source begins with that of another', () => {
    replace([...opening('a'), ...opening('a b'), began('root', 0), { ...began('root', 0), source: 'a b' }])
    selectedActor.value = 'a b root'
    expect(currentSource.value?.source).toBe('a b')
    selectedActor.value = 'a root'
    expect(currentSource.value?.source).toBe('a')
  })
})
