import { PassThrough } from 'node:stream'
import * as fc from 'fast-check'
import { endWith, firstValueFrom, NEVER, of, Subject, take } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { ChartStates } from '../../src/cli/console/chart-states.js'
import { complete } from '../../src/cli/console/completion.js'
import { SpelledStream } from '../../src/cli/console/spelled-stream.js'
import { talk, type Listener } from '../../src/cli/console/talk.js'
import { TypedHistory } from '../../src/cli/console/typed-history.js'
import { parseOptions } from '../../src/cli/options.js'
import { Screen } from '../../src/cli/screen.js'
import { TransportError } from '../../src/errors.js'
import { createTextReport } from '../../src/cli/text-report.js'
import { eachLine, typedLines, type TypingAids } from '../../src/cli/typing.js'
import { fakeHost } from './fake-host.js'
import { painted } from './painted.js'

const header =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"

describe('SpelledStream', () => {
  it('cuts behind each piece with the text it came as, however the bytes arrive', () => {
    const pieces = [header, '\n<a b="é"/>', '<message>\n <body>&lt;€</body>\n</message>', ' </stream:stream>']
    const bytes = new TextEncoder().encode(pieces.join(''))
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
        const told: string[] = []
        const stream = new SpelledStream({
          piece: ({ text }) => told.push(text),
          failed: () => told.push('failed'),
        })
        const edges = [0, ...[...cuts].sort((one, other) => one - other), bytes.length]
        edges.slice(1).forEach((edge, index) => stream.write(bytes.subarray(edges[index], edge)))
        expect(told).toEqual(pieces)
        expect(stream.isOpen).toBe(false)
      }),
    )
  })

  it('gives what it could not read, and begins anew when told to', () => {
    const told: string[] = []
    const stream = new SpelledStream({
      piece: ({ text }) => told.push(text),
      failed: ({ condition }, text) => told.push(`${condition}: ${text}`),
    })
    stream.write(`${header}<a>`)
    expect(stream.isOpen).toBe(true)
    stream.write('</b>')
    stream.restart()
    stream.write(header)
    expect(told).toEqual([header, 'not-well-formed: <a></b>', header])
  })
})

describe('complete()', () => {
  const known = { commands: ['/roster', '/raw', '/help'], jids: ['tintin@jabber.org', 'toto@jabber.org'] }

  it.each([
    ['/r', [['/roster', '/raw'], '/r']],
    ['/message ti', [['tintin@jabber.org'], 'ti']],
    ["<message to='to", [['toto@jabber.org'], 'to']],
    ['<presence><st', [['starttls', 'status', 'stream:stream'], 'st']],
    ['<iq></i', [['iq', 'item'], 'i']],
    ['/message tintin@jabber.org Hello to', [[], '/message tintin@jabber.org Hello to']],
  ])('completes %s', (line, completed) => {
    expect(complete(line, known)).toEqual(completed)
  })
})

describe('TypedHistory', () => {
  it('is what readline moves in: newest first, each once, at most 500', () => {
    const [history, shown] = [new TypedHistory(), ['typed']]
    history.show(shown)
    expect(shown).toEqual([])
    for (let count = 0; count <= 600; count += 1) history.add(`/message ${count}`)
    history.add('/message 500')
    expect(shown.slice(0, 3)).toEqual(['/message 500', '/message 600', '/message 599'])
    expect(shown).toHaveLength(500)
  })
})

/** A terminal 60 columns wide, and what stands on it. */
function person() {
  const stdin = Object.assign(new PassThrough(), { isTTY: true })
  const host = { ...fakeHost({ columns: 60 }), stdin }
  const screen = new Screen(host, false)
  return { host, stdin, screen }
}

const aids = (): TypingAids => ({
  complete: (line) => [[], line],
  history: new TypedHistory(),
  beneath$: NEVER,
  drop: () => false,
})

const up = '\u001B[A'
const home = '\u001B[H'
const turn = () => new Promise((resolve) => setImmediate(resolve))

it('a pipe is read no faster than its lines are taken', async () => {
  const stdin = new PassThrough()
  const host = { ...fakeHost(), stdin }
  const taken: string[] = []
  let go = () => {}
  const take = (line: string) => {
    taken.push(line)
    return new Promise<void>((resolve) => (go = resolve))
  }
  const all = firstValueFrom(eachLine(host, new Screen(host, false), take).pipe(endWith('all')))
  for (const line of ['one\ntwo\n', 'three\n', 'four']) {
    stdin.write(line)
    await turn()
  }
  stdin.end()
  expect([taken, stdin.readableLength]).toEqual([['one'], 'three\nfour'.length])
  for (const line of ['two', 'three', 'four']) {
    go()
    await turn()
    expect(taken.at(-1)).toBe(line)
  }
  go()
  expect(await all).toBe('all')
})

it('a pipe is read no further once nobody takes its lines', async () => {
  const stdin = new PassThrough()
  const host = { ...fakeHost(), stdin }
  let go = () => {}
  const take = () => new Promise<void>((resolve) => (go = resolve))
  const taking = eachLine(host, new Screen(host, false), take).subscribe()
  stdin.write('one\n')
  await turn()
  taking.unsubscribe()
  go()
  await turn()
  expect(stdin.isPaused()).toBe(true)
})

describe('on a terminal', () => {
  it('shows where the charts stand beneath what is typed, and what is printed above it', async () => {
    const { host, screen } = person()
    const beneath$ = new Subject<string>()
    const typing = typedLines(host, screen, { ...aids(), beneath$ }).subscribe()
    beneath$.next(`session ${'online '.repeat(20)}`)
    await turn()
    expect(host.shown()).toMatch(/\r\n\u001B\[2Ksession (?:online )+o?n?l?i?n?e?…\u001B\[1A\u001B\[3G$/)
    screen.print('a line')
    expect(host.shown()).toMatch(/\r\u001B\[Ja line\n/)
    expect(host.shown()).toMatch(/…\u001B\[1A\u001B\[3G$/)
    typing.unsubscribe()
  })

  const long = 'what one types '.repeat(9).trim()
  const typedRows = [`› ${long.slice(0, 58)}`, long.slice(58, 118), long.slice(118)]

  it.each([
    ['typed', [...long]],
    ['pasted', [long]],
    ['pasted and gone on with', [long.slice(0, 100), ...long.slice(100)]],
    ['of full rows', [...long, ...'x'.repeat(44)]],
    ['gone back into', [...long, '\u001B[D'.repeat(30), home]],
  ])('loses nothing that comes while more than a row is %s', async (_, keys) => {
    const { host, screen, stdin } = person()
    const typing = typedLines(host, screen).subscribe()
    for (const key of keys) {
      stdin.write(key)
      await turn()
    }
    for (const line of ['one', 'two', 'three']) screen.print(line)
    screen.complainOf('!', 'four', 'five')
    screen.show('pending')
    const rest = keys.slice(-1).join('') === 'x' ? [`${typedRows[2]}${'x'.repeat(44)}`, ''] : [typedRows[2]]
    expect(painted(host.shown(), 60)).toEqual(['one', 'two', 'three', ...typedRows.slice(0, 2), ...rest])
    typing.unsubscribe()
    expect(painted(host.shown(), 60)).toEqual(['one', 'two', 'three', ''])
  })

  it('does not show where the charts stand in the place of what is typed', async () => {
    const { host, screen, stdin } = person()
    const typing = typedLines(host, screen, { ...aids(), beneath$: of('session online') }).subscribe()
    for (const key of [...long, home]) {
      stdin.write(key)
      await turn()
    }
    expect(painted(host.shown(), 60)).toEqual(typedRows)
    typing.unsubscribe()
  })

  it('leaves nothing of a long line that is entered, and takes nothing with it', async () => {
    const { host, screen, stdin } = person()
    screen.print('before')
    const typing = typedLines(host, screen).subscribe((line) => screen.print(`sent ${line.length}`))
    for (const key of [...long, '\r']) {
      stdin.write(key)
      await turn()
    }
    expect(painted(host.shown(), 60)).toEqual(['before', `sent ${long.length}`, '›'])
    typing.unsubscribe()
  })

  it('reads nothing more once a line was the last', async () => {
    const { host, screen, stdin } = person()
    const lines: string[] = []
    typedLines(host, screen, aids())
      .pipe(take(1))
      .subscribe((line) => lines.push(line))
    stdin.write('/quit\r')
    await turn()
    expect(lines).toEqual(['/quit'])
    expect(stdin.isPaused()).toBe(true)
  })

  it('says in words of its own what to do about a failure', async () => {
    const { host, screen, stdin } = person()
    const run = () => {
      throw new TransportError('not-connected', 'the session is not online')
    }
    const listener: Listener = {
      commands: [{ name: 'roster', usage: '', help: '', run }],
      jids: () => [],
      isOpen: false,
      take: () => {},
      drop: () => {},
    }
    const context = { host, screen, report: createTextReport(screen, false), options: parseOptions({}, []) }
    const talking = talk(context, listener, new ChartStates()).subscribe()
    stdin.write('/roster\r')
    await turn()
    expect(host.complained()).toContain('Connect first: /connect in a console')
    talking.unsubscribe()
  })

  it('gives back whole entries with the arrow up, and none with a secret; a mistake is not the end', async () => {
    const { host, screen, stdin } = person()
    const taken: string[] = []
    let open = false
    const listener: Listener = {
      commands: [{ name: 'ping', usage: '', help: '', run: () => void taken.push('ping!') }],
      jids: () => [],
      get isOpen() {
        return open
      },
      take: (line) => {
        taken.push(line)
        open = line === '<a>' || line === '<password>'
      },
      drop: () => (open = false),
    }
    const context = { host, screen, report: createTextReport(screen, false), options: parseOptions({}, []) }
    const talking = talk(context, listener, new ChartStates()).subscribe()
    for (const keys of [
      '<a>\r',
      '</a>\r',
      '/pong\r',
      '/ping\r',
      '<password>\r',
      'canary\r',
      `${up}${up}${up}\r`,
      '\r',
    ]) {
      stdin.write(keys)
      await turn()
      await turn()
    }
    expect(taken).toEqual(['<a>', '</a>', 'ping!', '<password>', 'canary', '<a> </a>'])
    expect(host.complained()).toContain('Did you mean /ping?')
    talking.unsubscribe()
  })
})
