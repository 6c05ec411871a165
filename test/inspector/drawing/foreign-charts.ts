import {
  and,
  assign,
  cancel,
  createMachine,
  enqueueActions,
  fromCallback,
  fromPromise,
  fromTransition,
  log,
  not,
  raise,
  stateIn,
  type AnyStateMachine,
} from 'xstate'

const nothing = (): void => undefined
const always = (): boolean => true

/** Charts as people elsewhere write them: without names, in every short form, with whatever XState takes. */
export const foreignCharts: Readonly<Record<string, AnyStateMachine>> = {
  'nothing at all': createMachine({}),
  'an empty id': createMachine({ id: '' }),
  'a root that only listens': createMachine({ context: { count: 0 }, on: { '*': { actions: nothing } } }),
  'a root that is final': createMachine({ type: 'final' }),
  wildcards: createMachine({
    initial: 'a',
    states: { a: { on: { '*': 'b', 'x.*': 'b', 'x.y': 'a' } }, b: {} },
  }),
  'events that are forbidden or ignored': createMachine({
    initial: 'a',
    on: { x: '.b', y: '.b' },
    states: { a: { on: { x: undefined, y: {} } }, b: {} },
  }),
  history: createMachine({
    initial: 'h',
    states: {
      h: { type: 'history', target: 'b' },
      b: {
        initial: 'c',
        states: {
          c: {},
          shallow: { type: 'history' },
          deep: { type: 'history', history: 'deep', target: 'c' },
          outside: { type: 'history', target: '#away' },
        },
      },
      away: { id: 'away', on: { back: 'b.shallow', deep: 'b.deep' } },
    },
  }),
  'parallel within parallel': createMachine({
    type: 'parallel',
    on: { both: { target: ['.one.a.r', '.two.f'] } },
    states: {
      one: {
        type: 'parallel',
        states: { a: { initial: 'q', states: { q: {}, r: { type: 'final' } } }, b: {} },
      },
      two: {
        initial: 'i',
        onDone: { actions: 'tell' },
        states: { i: { on: { end: 'f', out: '#(machine).one' } }, f: { type: 'final' } },
      },
    },
  }),
  'delays in numbers': createMachine({
    initial: 'a',
    states: {
      a: {
        after: {
          1000: 'b',
          2000: [
            { guard: always, target: 'b' },
            { target: 'a', reenter: true },
          ],
        },
      },
      b: { after: { 0: { actions: raise({ type: 'x' }, { delay: 10 }) } } },
    },
  }),
  'everything inline': createMachine({
    initial: 'a',
    entry: [assign({}), raise({ type: 'go' }), nothing, { type: 'named', params: { of: 1 } }],
    states: {
      a: {
        invoke: [
          { src: fromPromise(() => Promise.resolve(1)), onDone: 'b', onError: { actions: nothing } },
          { src: fromCallback(nothing), id: 'callback', onSnapshot: { actions: 'look' } },
          { src: fromTransition((state: number) => state, 0) },
          { src: createMachine({ initial: 'in', states: { in: {} } }) },
        ],
        on: {
          go: { guard: always, target: 'b', actions: [enqueueActions(nothing), log('x'), cancel('y')] },
          combined: { guard: and(['named', not(stateIn('b'))]), target: 'b' },
        },
      },
      b: { exit: () => undefined },
    },
  }),
  'loops that happen of themselves': createMachine({
    initial: 'a',
    states: {
      a: { always: [{ guard: always, target: 'b' }, { guard: 'may', target: 'a' }, 'b'] },
      b: { always: { guard: 'may', actions: 'count', target: 'a' } },
    },
  }),
  'one key on every level': createMachine({
    id: 'a',
    initial: 'a',
    states: { a: { initial: 'a', states: { a: { initial: 'a', states: { a: { on: { a: '#a.a' } } } } } } },
  }),
  'two states of one id': createMachine({
    id: 'm',
    initial: 'a',
    states: {
      a: { id: 'same', on: { x: 'b' } },
      b: { id: 'same', on: { x: 'a' } },
      'same (2)': { id: 'same (2)' },
      c: { id: 'm', on: { x: 'c.d' }, initial: 'd', states: { d: {} } },
    },
  }),
  'dots in keys': createMachine({
    id: 'm',
    initial: 'a',
    states: {
      a: { initial: 'b', states: { b: { on: { x: '#m.c' } } } },
      'a.b': { on: { x: '#m.c' } },
      c: {},
    },
  }),
  'every script': createMachine({
    id: 'Größe 漢字 👋',
    initial: 'état é',
    states: {
      'état é': { on: { 'événement 🚀': '\u202Eحالة', 'مرحبا بك': '\u202Eحالة' } },
      '\u202Eحالة': { type: 'final', description: 'e\u0301\u200d\u{1f468}\u200d\u{1f469}' },
    },
  }),
  'blanks and line feeds': createMachine({
    initial: '  ',
    states: { '  ': { on: { '\n': 'a\r\nb' } }, 'a\r\nb': { on: { '\t': '  ' } } },
  }),
  'names of every object': createMachine({
    initial: 'constructor',
    states: { constructor: { on: { toString: 'hasOwnProperty' } }, hasOwnProperty: { id: '__proto__' } },
  }),
  'very long words': createMachine({
    initial: 'a'.repeat(500),
    description: 'word '.repeat(2000),
    states: {
      ['a'.repeat(500)]: {
        tags: Array.from({ length: 50 }, (_, index) => `tag ${index}`),
        on: {
          ['event'.repeat(600)]: {
            target: 'b',
            actions: Array.from({ length: 100 }, (_, index) => `action ${index}`),
          },
        },
      },
      b: {},
    },
  }),
  'thirty levels': nested(30),
  'a final root with outputs': createMachine({
    initial: 'a',
    output: () => ({ sum: 1 }),
    states: {
      a: { on: { end: 'z', fail: 'y' } },
      z: { type: 'final', output: { sum: 1 } },
      y: { type: 'final' },
    },
  }),
  'ways back into itself': createMachine({
    id: 'm',
    initial: 'a',
    on: { again: { target: '#m', reenter: true } },
    states: {
      a: {
        initial: 'b',
        on: { up: '#m', me: { target: 'a', reenter: true }, into: '.b', stay: { target: '#m.a' } },
        states: { b: { on: { out: '#m.a' } } },
      },
    },
  }),
  'words of other types': createMachine({
    initial: { target: 'a', actions: 'begin' },
    states: { a: { entry: [], invoke: [], tags: 'one', meta: { spec: 5, why: {} }, description: '' } },
  }),
}

function nested(depth: number): AnyStateMachine {
  const inside = (left: number): object =>
    left === 0 ? {} : { initial: 'in', on: { 'begin.again': '.in' }, states: { in: inside(left - 1) } }
  return createMachine(inside(depth))
}
