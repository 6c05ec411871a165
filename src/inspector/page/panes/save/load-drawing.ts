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

function load(): Promise<Drawing> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = 'drawing.js'
    script.addEventListener('error', () => reject(new Error('drawing.js is missing.')))
    script.addEventListener('load', () => {
      const place: object = globalThis
      if (isLoaded(place)) resolve(place.chartDrawing)
      else reject(new Error('drawing.js is not what it should be.'))
    })
    document.head.append(script)
  })
}

function isLoaded(place: object): place is { readonly chartDrawing: Drawing } {
  return 'chartDrawing' in place
}
