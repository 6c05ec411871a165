/** The part of ELK's JSON graph that drawings use. */
export interface ElkNode {
  id: string
  x?: number
  y?: number
  width?: number
  height?: number
  layoutOptions?: Record<string, string>
  children?: ElkNode[]
  ports?: ElkPort[]
  edges?: ElkEdge[]
}

export interface ElkPort {
  id: string
  layoutOptions?: Record<string, string>
}

export interface ElkEdge {
  id: string
  sources: string[]
  targets: string[]
  labels?: ElkLabel[]
  sections?: ElkSection[]
}

export interface ElkLabel {
  text?: string
  x?: number
  y?: number
  width?: number
  height?: number
  layoutOptions?: Record<string, string>
}

export interface ElkSection {
  id: string
  startPoint: ElkPoint
  bendPoints?: ElkPoint[]
  endPoint: ElkPoint
}

export interface ElkPoint {
  x: number
  y: number
}

/**
 * Lays a graph out with elkjs, which is loaded at the first call: only those who draw need it installed.
 * Rejects with an `Error` that says so where it is missing.
 */
export async function layOut(graph: ElkNode): Promise<ElkNode> {
  const { default: module } = await import('elkjs/lib/elk.bundled.js').catch((cause: unknown) => {
    throw new Error('drawing needs the package elkjs: npm install elkjs', { cause })
  })
  return new module.default().layout(graph)
}
