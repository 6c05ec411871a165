// Run when the page is built: the page has the result, not ELK.
import * as machines from '../../../../machines/index.js'
import { layOut, type ElkNode } from '../../drawing/elk.js'
import { toGraph } from '../../drawing/graph.js'
import { layOutChart } from '../../drawing/layout.js'
import { StateMachine } from 'xstate'
import { toCompact } from './compact-chart.js'
import { toLayoutDigest } from './layout-digest.js'

/** The charts of this package, laid out, by the digest of what ELK was given. */
export const layoutTable: Readonly<Record<string, ElkNode>> = await layOutAll()

async function layOutAll(): Promise<Record<string, ElkNode>> {
  const table: Record<string, ElkNode> = {}
  for (const machine of Object.values(machines)) {
    if (!(machine instanceof StateMachine)) continue
    await layOutChart(toCompact(toGraph(machine)), async (node) => {
      const digest = await toLayoutDigest(node)
      const laid = await layOut(node)
      table[digest] = laid
      return laid
    })
  }
  return table
}
