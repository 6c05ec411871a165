import { planArrows, type Arrow, type ArrowPlan, type Mark } from './arrows.js'
import { toBlock, type Block, type Line } from './block.js'
import type { ElkEdge, ElkNode } from './elk.js'
import { statesOf, type ChartGraph, type ChartState, type ChartTransition } from './graph.js'
import { measure } from './metrics.js'
import { alignRegions, straighten, touches } from './tidy.js'
import type { Tone } from './tone.js'

/** The whole chart with a place for everything; px, origin at the top left. */
export interface ChartLayout {
  readonly width: number
  readonly height: number
  /** Outer boxes before those inside them. */
  readonly boxes: readonly LaidBox[]
  readonly edges: readonly LaidEdge[]
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Rectangle extends Point {
  readonly width: number
  readonly height: number
}

/** One state, or one of the marks that stand beside states: where a state begins, and what leaves it from anywhere. */
export interface LaidBox extends Rectangle {
  readonly id: string
  readonly kind: ChartState['kind'] | Mark['kind']
  /** Absent on marks. */
  readonly state: ChartState | undefined
  readonly block: Block | undefined
  /** A child of a parallel state. */
  readonly isRegion: boolean
}

/** One arrow; several transitions that go the same way share it. */
export interface LaidEdge {
  /** One, or two where the arrow is striped. */
  readonly tones: readonly Tone[]
  readonly transitions: readonly ChartTransition[]
  readonly points: readonly Point[]
  /** `lineCounts`: how many of its lines each transition takes. */
  readonly label:
    (Rectangle & { readonly lines: readonly Line[]; readonly lineCounts: readonly number[] }) | undefined
}

/** Room around the whole chart, in px. */
export const margin = 24

/** What the mark says from which a state is left wherever it stands inside. */
export const anywhereText = 'from any state'

/** Gives every node and edge its place: ELK, wherever it runs. */
export type LayOut = (graph: ElkNode) => Promise<ElkNode>

/** Finds a place for everything, from top to bottom. */
export async function layOutChart(graph: ChartGraph, layOut: LayOut): Promise<ChartLayout> {
  const plan = planArrows(graph)
  const blocks = new Map(
    [...statesOf(graph.root)].map((state) => [
      state.id,
      toBlock(state, plan.inner.get(state.id) ?? [], state === graph.root ? 'chart' : 'name'),
    ]),
  )
  const laid = await layOutRoomy(graph, plan, blocks, layOut)
  const edges = collectEdges(plan, laid)
  return {
    width: Math.ceil(laid.width ?? 0),
    height: Math.ceil(laid.height ?? 0),
    boxes: collectBoxes(graph, plan, blocks, laid, edges),
    edges,
  }
}

/** ELK now and then overlooks the least width of a state with states inside: it is laid out anew with the room that lacks. */
async function layOutRoomy(
  graph: ChartGraph,
  plan: ArrowPlan,
  blocks: ReadonlyMap<string, Block>,
  layOut: LayOut,
  extra: ReadonlyMap<string, number> = new Map(),
): Promise<ElkNode> {
  const { root } = graph
  const laid = await layOut({
    ...toElkNode(root, plan, blocks, extra),
    layoutOptions: { ...rootOptions, ...paddingOf(blocks.get(root.id), margin, margin) },
    edges: plan.arrows.map(toElkEdge),
  })
  const tight = nodesOf(laid).flatMap(({ id, width = 0, children = [] }) => {
    const lacking = (blocks.get(id)?.width ?? 0) - width
    return children.length > 0 && lacking > 0 && !extra.has(id) ? [[id, lacking] as const] : []
  })
  return tight.length === 0 ? laid : layOutRoomy(graph, plan, blocks, layOut, new Map([...extra, ...tight]))
}

const spacing = {
  'elk.spacing.nodeNode': '32',
  'elk.spacing.edgeNode': '18',
  'elk.spacing.edgeEdge': '14',
  'elk.spacing.edgeLabel': '6',
  'elk.spacing.labelNode': '8',
  'elk.spacing.portPort': '14',
  'elk.layered.spacing.nodeNodeBetweenLayers': '20',
  'elk.layered.spacing.edgeNodeBetweenLayers': '17',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '11',
}
const rootOptions = {
  ...spacing,
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.json.edgeCoords': 'ROOT',
  'elk.json.shapeCoords': 'ROOT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.cycleBreaking.strategy': 'BFS_NODE_ORDER',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.thoroughness': '20',
  'elk.randomSeed': '1',
}
const compoundOptions = {
  ...spacing,
  'elk.layered.cycleBreaking.strategy': 'BFS_NODE_ORDER',
  'elk.nodeSize.constraints': 'MINIMUM_SIZE',
}
const labelOptions = { 'elk.edgeLabels.inline': 'true', 'elk.edgeLabels.placement': 'CENTER' }
const initialSize = 14
const historySize = 32
const anywhereHeight = 24

function toElkNode(
  state: ChartState,
  plan: ArrowPlan,
  blocks: ReadonlyMap<string, Block>,
  extra: ReadonlyMap<string, number>,
): ElkNode {
  const block = blocks.get(state.id)
  const { width = 0, height = 0 } = block ?? {}
  if (state.kind === 'history') return { id: state.id, width: historySize, height: historySize }
  if (state.states.length === 0) return { id: state.id, width, height }
  return {
    id: state.id,
    layoutOptions: {
      ...compoundOptions,
      ...paddingOf(block, 18, 12, extra.get(state.id)),
      'elk.nodeSize.minimum': `(${width},${height})`,
    },
    children: [
      ...plan.marks.filter(({ parent }) => parent === state.id).map(toElkMark),
      ...state.states.map((child) => toElkNode(child, plan, blocks, extra)),
    ],
  }
}

function paddingOf(block: Block | undefined, around: number, above = 12, extra = 0): Record<string, string> {
  const top = (block?.height ?? 0) + above
  return { 'elk.padding': `[top=${top},left=${around},bottom=${around},right=${around + extra}]` }
}

function toElkMark({ id, kind }: Mark): ElkNode {
  if (kind === 'anywhere') return { id, width: measure(anywhereText, 'note') + 24, height: anywhereHeight }
  return {
    id,
    width: initialSize,
    height: initialSize,
    layoutOptions: { 'elk.portConstraints': 'FIXED_SIDE' },
    ports: [
      { id: wayIn(id), layoutOptions: { 'elk.port.side': 'WEST' } },
      { id: wayOut(id), layoutOptions: { 'elk.port.side': 'SOUTH' } },
    ],
  }
}

const wayIn = (mark: string): string => `${mark} in`
const wayOut = (mark: string): string => `${mark} out`

function toElkEdge(arrow: Arrow): ElkEdge {
  const { id, source, target, isStart, isReturn, lines, width, height } = arrow
  return {
    id,
    // A return is laid out as if it led the other way, so that its surroundings still begin on top.
    sources: [isReturn ? wayIn(target) : isStart ? wayOut(source) : source],
    targets: [isReturn ? source : target],
    labels: lines.length === 0 ? [] : [{ text: id, width, height, layoutOptions: labelOptions }],
  }
}

function collectEdges(plan: ArrowPlan, laid: ElkNode): readonly LaidEdge[] {
  const found = new Map((laid.edges ?? []).map((edge) => [edge.id, edge]))
  return plan.arrows.map(({ id, tones, transitions, lines, lineCounts, isReturn }) => {
    const { sections = [], labels = [] } = found.get(id) ?? {}
    const points = straighten(
      sections
        .flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint])
        .map(({ x, y }) => ({ x: tenth(x), y: tenth(y) })),
    )
    const [label] = labels
    return {
      tones,
      transitions,
      points: isReturn ? points.toReversed() : points,
      label: label === undefined ? undefined : { ...toRectangle(label), lines, lineCounts },
    }
  })
}

function collectBoxes(
  { root }: ChartGraph,
  plan: ArrowPlan,
  blocks: ReadonlyMap<string, Block>,
  laid: ElkNode,
  edges: readonly LaidEdge[],
): readonly LaidBox[] {
  const places = new Map(nodesOf(laid).map((node) => [node.id, toRectangle(node)]))
  const at = (id: string): Rectangle => places.get(id) ?? toRectangle({})
  const toBox = (state: ChartState, isRegion: boolean): LaidBox => ({
    ...at(state.id),
    id: state.id,
    kind: state.kind,
    state,
    block: blocks.get(state.id),
    isRegion,
  })
  const boxes = new Map([...statesOf(root)].map((state) => [state.id, toBox(state, false)]))
  for (const { id, kind, states } of statesOf(root)) {
    if (kind !== 'parallel') continue
    const regions = states.map((state) => toBox(state, true))
    const isFree = !edges.some(({ points }) => regions.some((region) => touches(points, region)))
    const marks = plan.marks.filter(({ parent }) => parent === id).map((mark) => at(mark.id))
    for (const region of isFree ? alignRegions(regions, marks) : regions) boxes.set(region.id, region)
  }
  const marks = plan.marks.map(({ id, kind }): LaidBox => ({
    ...at(id),
    id,
    kind,
    state: undefined,
    block: undefined,
    isRegion: false,
  }))
  return [...boxes.values(), ...marks]
}

function nodesOf(node: ElkNode): readonly ElkNode[] {
  return [node, ...(node.children ?? []).flatMap(nodesOf)]
}

function toRectangle({ x = 0, y = 0, width = 0, height = 0 }: Partial<Rectangle>): Rectangle {
  return { x: tenth(x), y: tenth(y), width: tenth(width), height: tenth(height) }
}

/** ELK's sums leave noise behind the comma. */
function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
