import { fromCallback, fromPromise, type AnyEventObject } from 'xstate'

type Step = { readonly gives: unknown } | { readonly fails: unknown } | 'silent'

/** What a deed does each time it is asked: gives a value, fails, or stays silent. */
export const gives = (value?: unknown): Step => ({ gives: value })
export const fails = (error: unknown): Step => ({ fails: error })
export const silent: Step = 'silent'

/** Deeds that follow a script, the last step for ever; `asked` tells what was asked for, in order. */
export function scriptDeeds(script: Readonly<Record<string, readonly Step[]>>) {
  const asked: string[] = []
  const inputs = new Map<string, unknown[]>()
  const takeStep = (name: string): Step => {
    const steps = script[name] ?? ['silent']
    const turn = asked.filter((other) => other === name).length
    asked.push(name)
    return steps[Math.min(turn, steps.length - 1)] ?? 'silent'
  }
  const deed = <TOutput, TInput>(name: string) =>
    fromPromise<TOutput, TInput>(({ input, signal }) => {
      const step = takeStep(name)
      inputs.set(name, [...(inputs.get(name) ?? []), input])
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => asked.push(`${name} stopped`))
        if (step === 'silent') return
        // Whoever writes the script knows what the chart expects; no type could say it.
        if ('gives' in step) Reflect.apply(resolve, undefined, [step.gives])
        else reject(step.fails)
      })
    })
  return { asked, inputs, deed }
}

/** A stream actor that does nothing until the test speaks through it. */
export function scriptedStream() {
  let speak: (event: AnyEventObject) => void = () => {
    throw new Error('the stream is not running')
  }
  let running = 0
  const logic = fromCallback(({ sendBack }) => {
    running += 1
    speak = sendBack
    return () => {
      running -= 1
    }
  })
  return { logic, say: (event: AnyEventObject) => speak(event), running: () => running }
}
