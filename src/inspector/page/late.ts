import { signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { loadScript } from './load-script.js'

/** A part of the page in a script of its own, which is loaded when somebody asks for it. */
export interface Late<Part> {
  /** `undefined` until it is there, and where it cannot be had. */
  readonly part: Signal<Part | undefined>
  /** It could not be had when it was last asked for. */
  readonly isMissing: ReadonlySignal<boolean>
  /** What there is by now; the first call loads it, and so does one that comes 5 s after it could not be had, or later. */
  ask(): Part | undefined
}

const againMs = 5_000

/**
 * @param find what the script has left in a place
 * @param load runs the script; rejects where it is missing
 */
export function late<Part>(
  script: string,
  find: (place: object) => Part | undefined,
  load: (script: string) => Promise<void> = loadScript,
): Late<Part> {
  const part = signal<Part | undefined>(undefined)
  const isMissing = signal(false)
  let isAsked = false
  const fetch = async (): Promise<void> => {
    isAsked = true
    await load(script).catch(() => undefined)
    part.value ??= find(globalThis)
    isMissing.value = part.value === undefined
    setTimeout(() => {
      isAsked = false
    }, againMs)
  }
  return {
    part,
    isMissing,
    ask: () => {
      if (!isAsked && part.peek() === undefined) void fetch()
      return part.value
    },
  }
}
