import type { ChartGraph } from '../drawing/graph.js'
import { readDefinition } from './read-definition.js'

/** Charts of one app; actors beyond are shown without theirs. */
const chartsLimit = 200

export interface NamedChart {
  /** Unlike all others of the app, also where its machines have no ids. */
  readonly name: string
  readonly graph: ChartGraph
}

/** The charts of somebody else’s app, each read once. */
export class DefinedCharts {
  readonly #byDefinition = new Map<string, NamedChart | undefined>()

  has(definition: string): boolean {
    return this.#byDefinition.has(definition)
  }

  /** The chart of a definition in JSON; `undefined` where there is none, or no room for it. */
  read(definition: string): NamedChart | undefined {
    if (this.has(definition) || this.#byDefinition.size >= chartsLimit)
      return this.#byDefinition.get(definition)
    const graph = readDefinition(definition)
    const chart = graph === undefined ? undefined : { name: this.#nameFor(graph.id), graph }
    this.#byDefinition.set(definition, chart)
    return chart
  }

  #nameFor(id: string): string {
    const taken = new Set([...this.#byDefinition.values()].map((chart) => chart?.name))
    let name = id
    for (let count = 2; taken.has(name); count += 1) name = `${id} (${count})`
    return name
  }
}
