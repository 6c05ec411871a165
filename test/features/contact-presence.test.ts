import { describe, expect, it } from 'vitest'
import {
  PresenceBoard,
  rememberedResourceLimit,
  rememberedStrangerLimit,
  type ContactPresence,
} from '../../src/features/contact-presence.js'
import { parseJid } from '../../src/stanza/jid.js'
import { parsePresence, toPresenceElement, type PresenceInput } from '../../src/stanza/presence.js'
import { xml } from '../../src/xml/element.js'

const bob = parseJid('bob@example.test')

/** A board on which only Bob is a contact, what it has said of Bob and of everybody, and a way to tell it of presence. */
function watch() {
  const board = new PresenceBoard((jid) => jid === 'bob@example.test')
  const heard: string[] = []
  const ofBob = board.of(bob).subscribe({
    next: (person) => heard.push(inShort(person)),
    complete: () => heard.push('complete'),
  })
  const views: (readonly string[])[] = []
  board.presence$.subscribe((people) =>
    views.push([...people.values()].filter(({ available }) => available).map(({ jid }) => jid.toString())),
  )
  const take = (from: string, presence: PresenceInput = {}) => {
    const parsed = parsePresence(toPresenceElement({ ...presence, from }))
    if (parsed.kind === 'problem') throw new Error(parsed.text)
    board.take(parsed)
  }
  return { board, heard, views, take, ofBob, bob: () => board.get(bob) }
}

function inShort({ available, show, status, best, resources }: ContactPresence): string {
  const names = [...resources.keys()].join('+')
  return available
    ? `${best?.from?.resource ?? ''} ${show ?? 'available'} ${status ?? '-'} of ${names}`
    : `gone ${status ?? '-'}`
}

describe('who is there', () => {
  it('is nobody at first, and that is told at once', () => {
    const { heard, views } = watch()
    expect([heard, views]).toEqual([['gone -'], [[]]])
  })

  it('is told at once to whoever comes later', () => {
    const { board, take } = watch()
    take('bob@example.test/desk', { show: 'away' })
    const late: string[] = []
    board.of(parseJid('Bob@Example.TEST/phone')).subscribe((person) => late.push(inShort(person)))
    expect(late).toEqual(['desk away - of desk'])
  })

  it('is told when it has changed, and only then (RFC 6121 §4.4)', () => {
    const { heard, take, views } = watch()
    const same = { show: 'away', status: 'out', payloads: [xml('c', 'urn:caps', { ver: '1' })] } as const
    take('bob@example.test/desk', same)
    take('bob@example.test/desk', { ...same, id: 'another' })
    take('carol@example.test/desk')
    take('bob@example.test/desk', { ...same, status: 'back soon' })
    expect(heard).toEqual(['gone -', 'desk away out of desk', 'desk away back soon of desk'])
    expect(views).toHaveLength(4)
  })

  it.each([
    ['show', { show: 'dnd' }],
    ['priority', { priority: 1 }],
    ['the status', { status: 'out' }],
    ['the language of the status', { statuses: [{ lang: 'de', text: 'in' }] }],
    ['a second language', { status: { en: 'in', de: 'da' } }],
    ['a payload', { payloads: [xml('c', 'urn:caps', { ver: '2' })] }],
  ] as const)('changes with %s', (_what, change) => {
    const { heard, take } = watch()
    const before = { statuses: [{ lang: 'en', text: 'in' }] }
    take('bob@example.test/desk', before)
    take('bob@example.test/desk', { ...('status' in change ? {} : before), ...change })
    expect(heard).toHaveLength(3)
  })

  it('is over with the board', () => {
    const { board, heard } = watch()
    board.complete()
    expect(heard).toEqual(['gone -', 'complete'])
  })
})

describe('the best resource', () => {
  it.each([
    ['of the highest priority', { priority: 2, show: 'xa' }, { priority: 1, show: 'chat' }],
    ['of a priority that is less negative', { priority: -1 }, { priority: -2, show: 'chat' }],
    ['that is free to chat before one that is available', { show: 'chat' }, {}],
    ['that is available before one that is busy', {}, { show: 'dnd' }],
    ['that is busy before one that is away', { show: 'dnd' }, { show: 'away' }],
    ['that is away before one that is away for long', { show: 'away' }, { show: 'xa' }],
  ] as const)('is the one %s, whoever came first', (_which, better, worse) => {
    for (const order of [
      ['better', 'worse'],
      ['worse', 'better'],
    ] as const) {
      const { take, bob } = watch()
      for (const name of order) {
        take(`bob@example.test/${name}`, { ...(name === 'better' ? better : worse), status: name })
      }
      expect([bob().best?.from?.resource, bob().status, bob().resources.size]).toEqual([
        'better',
        'better',
        2,
      ])
    }
  })

  it('is followed by the next best when it leaves', () => {
    const { heard, take } = watch()
    take('bob@example.test/desk', { priority: 5 })
    take('bob@example.test/phone', { show: 'away', status: 'walking' })
    take('bob@example.test/desk', { type: 'unavailable', status: 'closed' })
    take('bob@example.test/phone', { type: 'unavailable', status: 'asleep' })
    expect(heard.slice(1)).toEqual([
      'desk available - of desk',
      'desk available - of desk+phone',
      'phone away walking of phone',
      'gone asleep',
    ])
  })

  it('is the same person’s, however the address is written', () => {
    const { take, bob } = watch()
    take('BOB@example.test/desk')
    take('bob@EXAMPLE.test/desk', { show: 'away' })
    expect([...bob().resources.keys()]).toEqual(['desk'])
    take('bob@example.test/Desk')
    expect([...bob().resources.keys()]).toEqual(['desk', 'Desk'])
  })
})

describe('what says nothing about being there', () => {
  it.each(['error', 'probe', 'subscribe', 'subscribed', 'unsubscribe', 'unsubscribed'] as const)(
    'presence of type %s',
    (type) => {
      const { heard, take } = watch()
      take('bob@example.test/desk')
      take('bob@example.test/desk', { type, ...(type === 'error' ? { error: { condition: 'gone' } } : {}) })
      take('bob@example.test', { type, ...(type === 'error' ? { error: { condition: 'gone' } } : {}) })
      expect(heard).toEqual(['gone -', 'desk available - of desk'])
    },
  )

  it('`unavailable` of a bare address that was never available (RFC 6121 §3.1.2)', () => {
    const { heard, views, take } = watch()
    take('bob@example.test', { type: 'unavailable' })
    take('bob@example.test/desk')
    take('bob@example.test', { type: 'unavailable' })
    expect([heard, views]).toEqual([
      ['gone -', 'desk available - of desk'],
      [[], ['bob@example.test']],
    ])
  })

  it('`unavailable` of a resource that nobody has heard of', () => {
    const { heard, take } = watch()
    take('bob@example.test/desk')
    take('bob@example.test/phone', { type: 'unavailable' })
    expect(heard).toEqual(['gone -', 'desk available - of desk'])
  })
})

describe('a contact without resources, as gateways have', () => {
  it('comes and goes by its bare address', () => {
    const { heard, take } = watch()
    take('bob@example.test', { show: 'chat' })
    take('bob@example.test', { type: 'unavailable' })
    expect(heard).toEqual(['gone -', ' chat - of ', 'gone -'])
  })
})

describe('the end of the session', () => {
  it('leaves nobody there, and says so of each who was', () => {
    const { board, heard, views, take } = watch()
    take('bob@example.test/desk', { status: 'in' })
    take('carol@example.test/desk')
    board.clear()
    expect(heard.at(-1)).toBe('gone -')
    expect(views.at(-1)).toEqual([])
    expect(board.get(bob)).toMatchObject({ available: false, status: undefined, best: undefined })
  })

  it('forgets who had left before, too', () => {
    const { board, take } = watch()
    take('bob@example.test/desk')
    take('bob@example.test/desk', { type: 'unavailable', status: 'asleep' })
    board.clear()
    let people = 1
    board.presence$.subscribe(({ size }) => (people = size))
    expect([people, board.get(bob).status]).toEqual([0, undefined])
  })

  it('is no news where nobody was there', () => {
    const { board, heard, views } = watch()
    board.clear()
    expect([heard, views]).toEqual([['gone -'], [[]]])
  })

  it('is followed by whoever comes in the next', () => {
    const { board, heard, take } = watch()
    take('bob@example.test/desk')
    board.clear()
    take('bob@example.test/desk')
    expect(heard.slice(1)).toEqual(['desk available - of desk', 'gone -', 'desk available - of desk'])
  })
})

describe('a view of everybody', () => {
  it('never changes once it was given', () => {
    const { board, take } = watch()
    const views: ReadonlyMap<string, ContactPresence>[] = []
    board.presence$.subscribe((view) => views.push(view))
    take('bob@example.test/desk')
    take('bob@example.test/desk', { type: 'unavailable' })
    board.clear()
    expect(views.map((view) => view.get('bob@example.test')?.available)).toEqual([
      undefined,
      true,
      false,
      undefined,
    ])
  })
})

describe('what is remembered', () => {
  it('is of so many strangers, the oldest forgotten first, and of every contact', () => {
    const { board, take, heard } = watch()
    const first: boolean[] = []
    take('bob@example.test/desk')
    board.of(parseJid('s0@evil.test')).subscribe(({ available }) => first.push(available))
    for (let index = 0; index <= rememberedStrangerLimit; index += 1) take(`s${index}@evil.test/x`)
    let people: readonly string[] = []
    board.presence$.subscribe((view) => (people = [...view.keys()]))
    expect(people).toHaveLength(rememberedStrangerLimit + 1)
    expect(people.slice(0, 2)).toEqual(['bob@example.test', 's1@evil.test'])
    expect([first, heard.length]).toEqual([[false, true, false], 2])
  })

  it('is of so many resources of one, the oldest forgotten first', () => {
    const { take, bob } = watch()
    for (let index = 0; index <= rememberedResourceLimit; index += 1) take(`bob@example.test/${index}`)
    expect(bob().resources.size).toBe(rememberedResourceLimit)
    expect([bob().resources.has('0'), bob().resources.has('1')]).toEqual([false, true])
  })
})
