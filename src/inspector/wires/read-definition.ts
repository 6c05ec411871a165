import { createMachine } from 'xstate'
import { toGraph, type ChartGraph } from '../drawing/graph.js'
import { isObject } from '../recording/shape.js'

const statesLimit = 2_000
const transitionsLimit = 10_000
const depthLimit = 32

/**
 * The chart of a machine whose definition was written as JSON: names stand for its functions. Where the definition was cut on the
 * way, so that transitions lead nowhere, only the states; `undefined` for what is no definition, or larger than any chart.
 */
export function readDefinition(text: string): ChartGraph | undefined {
  const definition = parse(text)
  if (definition === undefined) return undefined
  return build(definition, true) ?? build(definition, false)
}

/** XState itself judges what the definition means; nothing of it is run. */
function build(definition: object, withTransitions: boolean): ChartGraph | undefined {
  try {
    return toGraph(createMachine(new Cleaner(withTransitions).state(definition, 0)))
  } catch {
    return undefined
  }
}

function parse(text: string): object | undefined {
  try {
    const found: unknown = JSON.parse(text)
    return isObject(found) ? found : undefined
  } catch {
    return undefined
  }
}

/** Keeps of a definition what a chart is made of, and nothing that is not of its type. */
class Cleaner {
  readonly #withTransitions: boolean
  #states = 0
  #transitions = 0

  constructor(withTransitions: boolean) {
    this.#withTransitions = withTransitions
  }

  /** @throws RangeError for more than any chart has */
  state(found: unknown, depth: number): object {
    this.#states += 1
    if (this.#states > statesLimit || depth > depthLimit) throw new RangeError('no chart is so large')
    if (!isObject(found)) return {}
    const children = entriesOf(found['states']).map(
      ([key, child]) => [key, this.state(child, depth + 1)] as const,
    )
    return {
      ...textsOf(found, ['id', 'description']),
      ...oneOf(found, 'type', ['atomic', 'compound', 'parallel', 'final', 'history']),
      ...oneOf(found, 'history', ['shallow', 'deep', true]),
      ...(children.length === 0
        ? {}
        : { states: Object.fromEntries(children), ...initialOf(found, children) }),
      ...(found['type'] === 'history' && this.#withTransitions ? textsOf(found, ['target']) : {}),
      ...(isObject(found['meta']) ? { meta: textsOf(found['meta'], ['spec', 'why']) } : {}),
      tags: listOf(found['tags']).filter((tag) => typeof tag === 'string'),
      entry: actionsOf(found['entry']),
      exit: actionsOf(found['exit']),
      invoke: listOf(found['invoke']).flatMap((each) => (isObject(each) ? [this.#invoke(each)] : [])),
      ...this.#ways(found, ['on', 'after', 'always', 'onDone']),
    }
  }

  #invoke(found: Readonly<Record<string, unknown>>): object {
    const { src } = found
    return {
      ...textsOf(found, ['id']),
      src: typeof src === 'string' && src !== '' ? src : 'xstate.invoke.inline',
      ...this.#ways(found, ['onDone', 'onError', 'onSnapshot']),
    }
  }

  #ways(found: Readonly<Record<string, unknown>>, names: readonly string[]): object {
    if (!this.#withTransitions) return {}
    const told = names.filter((name) => found[name] !== undefined)
    return Object.fromEntries(told.map((name) => [name, this.#way(name, found[name])]))
  }

  #way(name: string, found: unknown): object {
    if (name !== 'on' && name !== 'after') return this.#transitionsOf(found)
    const byType = entriesOf(found).filter(([type]) => type !== '')
    return Object.fromEntries(byType.map(([type, each]) => [type, this.#transitionsOf(each)]))
  }

  #transitionsOf(found: unknown): readonly object[] {
    return listOf(found).flatMap((each): readonly object[] => {
      this.#transitions += 1
      if (this.#transitions > transitionsLimit) throw new RangeError('no chart is so large')
      if (typeof each === 'string') return isCut(each) ? [] : [{ target: each }]
      if (!isObject(each)) return []
      const targets = listOf(each['target']).filter((target) => typeof target === 'string')
      const [guard] = actionsOf(each['guard'])
      const meta = each['meta']
      return [
        {
          ...(targets.length === 0 ? {} : { target: targets }),
          ...(guard === undefined ? {} : { guard }),
          actions: actionsOf(each['actions']),
          reenter: each['reenter'] === true,
          ...textsOf(each, ['description']),
          ...(isObject(meta) && typeof meta['failure'] === 'boolean'
            ? { meta: { failure: meta['failure'] } }
            : {}),
        },
      ]
    })
  }
}

function initialOf(
  found: Readonly<Record<string, unknown>>,
  children: readonly (readonly [string, object])[],
): object {
  if (found['type'] === 'parallel') return {}
  const initial = isObject(found['initial']) ? found['initial']['target'] : found['initial']
  const [name] = listOf(initial)
  const isThere = children.some(([key]) => key === name)
  return { initial: isThere ? name : children[0]?.[0] }
}

/** Actions and guards, by name: a function has left `{ type: its name }`. */
function actionsOf(found: unknown): readonly object[] {
  return listOf(found).flatMap((each) => {
    if (typeof each === 'string') return isCut(each) || each === '' ? [] : [{ type: each }]
    if (!isObject(each) || typeof each['type'] !== 'string') return []
    return [{ type: each['type'] === '' ? 'inline' : each['type'] }]
  })
}

function textsOf(found: Readonly<Record<string, unknown>>, names: readonly string[]): object {
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = found[name]
      return typeof text === 'string' && text !== '' && !isCut(text) ? [[name, text]] : []
    }),
  )
}

function oneOf(found: Readonly<Record<string, unknown>>, name: string, values: readonly unknown[]): object {
  return values.includes(found[name]) ? { [name]: found[name] } : {}
}

function entriesOf(found: unknown): readonly (readonly [string, unknown])[] {
  return isObject(found) ? Object.entries(found).filter(([key]) => key !== '__proto__') : []
}

function listOf(found: unknown): readonly unknown[] {
  if (found === undefined || found === null) return []
  return Array.isArray(found) ? found : [found]
}

/** What the inspectors of others write where they stop going deeper. */
function isCut(text: string): boolean {
  return text === '[Object]' || text === '[Array]' || text === '[Circular]' || text === '...'
}
