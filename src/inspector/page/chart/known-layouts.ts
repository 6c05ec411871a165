import type { ElkNode } from '../../drawing/elk.js'
import { loadScript } from '../load-script.js'
import { toLayoutDigest } from './layout-digest.js'

type Layouts = Readonly<Record<string, ElkNode>>

let loaded: Promise<Layouts> | undefined

/** Loads the layouts that came with the page, once. Where they cannot be had, nothing is known. */
export function loadLayouts(): Promise<Layouts> {
  loaded ??= loadScript('layouts.js').then(
    () => layoutsIn(globalThis),
    () => ({}),
  )
  return loaded
}

/** The layout that was made when the page was built; `undefined` where this graph was not among those. */
export async function knownLayout(graph: ElkNode): Promise<ElkNode | undefined> {
  // Digests are for pages that cannot have been changed on their way.
  if (!isSecureContext) return undefined
  const [layouts, digest] = await Promise.all([loadLayouts(), toLayoutDigest(graph)])
  return Object.hasOwn(layouts, digest) ? layouts[digest] : undefined
}

const layoutsIn = (place: object): Layouts => (isLoaded(place) ? place.chartLayouts : {})

const isLoaded = (place: object): place is { readonly chartLayouts: Layouts } => 'chartLayouts' in place
