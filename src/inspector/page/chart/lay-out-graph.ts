import type { ElkNode } from '../../drawing/elk.js'
import { layOutChart } from '../../drawing/layout.js'
import { toCompact } from './compact-chart.js'
import { draftChart } from './draft-chart.js'
import { layOutInWorker } from './elk-worker.js'
import type { LayOutGraph } from './layout-link.js'
import { layoutTable } from './layout-table.js'
import { toLayoutDigest } from './layout-digest.js'

/** Nodes of a chart that is not waited for without a draft. */
const many = 40

/** Finds a place for everything in a chart; one that takes long is drafted first. */
export const layOutGraph: LayOutGraph = async (graph, tell) => {
  const compact = toCompact(graph)
  try {
    const layout = await layOutChart(compact, async (node) => {
      const known = await knownLayout(node)
      if (known !== undefined) return known
      const count = countNodes(node)
      if (count > many) tell({ status: 'drafted', layout: draftChart(compact) })
      return layOutInWorker(hurried(node, count))
    })
    tell({ status: 'laid', layout })
  } catch (error) {
    tell({ status: 'failed', reason: error instanceof Error ? error.message : String(error) })
  }
}

/** The layout that was made when the page was built; `undefined` where this graph was not among those. */
async function knownLayout(node: ElkNode): Promise<ElkNode | undefined> {
  // Digests are for pages that cannot have been changed on their way.
  if (!isSecureContext) return undefined
  const digest = await toLayoutDigest(node)
  return Object.hasOwn(layoutTable, digest) ? layoutTable[digest] : undefined
}

/** What is not kept is laid out less thoroughly than what is, the less the larger it is: somebody waits for it. */
function hurried(node: ElkNode, count: number): ElkNode {
  const thoroughness = count > 2 * many ? 1 : count > many ? 3 : 7
  return {
    ...node,
    layoutOptions: { ...node.layoutOptions, 'elk.layered.thoroughness': String(thoroughness) },
  }
}

function countNodes({ children = [] }: ElkNode): number {
  return children.reduce((sum, child) => sum + countNodes(child), 1)
}
