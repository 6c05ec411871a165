import { orders, type LastStep } from '../../../src/testing/index.js'

/** What a step told other actors, in order, e.g. `roster session.online`, `parent session.lost`. */
export function told(last: LastStep<unknown> | undefined): readonly string[] {
  return (last?.actions ?? [])
    .filter(({ type }) => type === 'xstate.sendTo')
    .map(({ params }) => [textOf(params, 'to', 'id'), textOf(params, 'event', 'type')].join(' '))
}

/** Whether each of these deeds was ordered, the first one first. */
export function ordersInTurn(last: LastStep<unknown> | undefined, ...deeds: readonly string[]): boolean {
  const turns = deeds.map((deed) => last?.actions.findIndex(({ type }) => type === deed) ?? -1)
  return deeds.every((deed, turn) => orders(last, deed) && (turns[turn] ?? 0) >= (turns[turn - 1] ?? 0))
}

function textOf(value: unknown, ...path: readonly string[]): string {
  const found = path.reduce<unknown>((each, key) => Reflect.get(Object(each), key), value)
  return typeof found === 'string' ? found : ''
}
