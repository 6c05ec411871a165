import { signal, type Signal } from '@preact/signals'
import { loadScript } from './load-script.js'

/** A part of the page in a script of its own, which is loaded when somebody asks for it. */
export interface Late<Part> {
  /** `undefined` until it is there, and where it cannot be had. */
  readonly part: Signal<Part | undefined>
  /** What there is by now; the first call loads it. */
  ask(): Part | undefined
}

/** @param find what the script has left in a place */
export function late<Part>(script: string, find: (place: object) => Part | undefined): Late<Part> {
  const part = signal<Part | undefined>(undefined)
  const load = async () => {
    await loadScript(script)
    part.value = find(globalThis)
  }
  let isAsked = false
  return {
    part,
    ask: () => {
      if (!isAsked && part.peek() === undefined) {
        isAsked = true
        load().catch(() => undefined)
      }
      return part.value
    },
  }
}
