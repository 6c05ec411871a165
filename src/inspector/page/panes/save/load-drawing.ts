import { loadScript } from '../../load-script.js'
import type { Drawing } from './drawing.js'

let loaded: Promise<Drawing> | undefined

/** Loads what draws charts to be saved, once; rejects where it cannot be had. */
export function loadDrawing(): Promise<Drawing> {
  loaded ??= load().catch((error: unknown) => {
    loaded = undefined
    throw error
  })
  return loaded
}

async function load(): Promise<Drawing> {
  await loadScript('drawing.js')
  const place: object = globalThis
  if (!isLoaded(place)) throw new Error('drawing.js is not what it should be.')
  return place.chartDrawing
}

function isLoaded(place: object): place is { readonly chartDrawing: Drawing } {
  return 'chartDrawing' in place
}
