import type { ChartGraph } from '../../drawing/graph.js'
import { triggerWords } from '../../drawing/trigger.js'
import type { Fact, Facts } from '../../recording/record.js'
import { transitionsOf } from './actors-after.js'
import type { Failure } from './actor-view.js'

/** Why something went wrong, e.g. `openTransport failed: connection refused (transport.refused).` */
export function failureWords({ record, edge }: Failure, graph: ChartGraph | undefined): string {
  const transition = edge === undefined ? undefined : transitionsOf(graph).get(edge)
  const what = transition === undefined ? 'It failed' : triggerWords(transition.trigger)
  const why = errorIn(record.data)
  const told = transition?.description
  return `${what}${why === undefined ? '' : `: ${why}`}.${told === undefined ? '' : ` ${told}`}`
}

/** The first error that facts tell of, however deep. */
function errorIn(facts: Facts | undefined): string | undefined {
  if (facts === undefined) return undefined
  const { code, name, condition, timeoutMs } = facts
  if (typeof code === 'string') {
    const words = code.split('.').slice(1).join(' ').replaceAll('-', ' ')
    const limit = typeof timeoutMs === 'number' ? ` after ${timeoutMs} ms` : ''
    return words === '' ? code : `${words}${limit} (${code})`
  }
  if (typeof condition === 'string') return condition.replaceAll('-', ' ')
  if (typeof name === 'string' && /Error$/.test(name)) return name
  for (const inner of Object.values(facts)) {
    const found = isFacts(inner) ? errorIn(inner) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

const isFacts = (fact: Fact): fact is Facts =>
  typeof fact === 'object' && fact !== null && !Array.isArray(fact)
