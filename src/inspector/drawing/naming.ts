/** Name of a guard as an author would say it; combined guards become `a and not b`. */
export function guardName(guard: unknown): string {
  if (typeof guard !== 'function') return nameOf(guard)
  const parts: unknown = Reflect.get(guard, 'guards')
  if (!Array.isArray(parts)) return guard.name === '' ? 'inline guard' : guard.name
  const names = parts.map((part) => (isCombined(part) ? `(${guardName(part)})` : guardName(part)))
  return guard.name === 'not' ? `not ${names.join(' ')}` : names.join(` ${guard.name} `)
}

/** Name of an action; built-in ones keep their own name (`assign`, `raise`, …). */
export function actionName(action: unknown): string {
  if (typeof action !== 'function') return nameOf(action)
  const type: unknown = Reflect.get(action, 'type')
  if (typeof type === 'string') return type.replace(/^xstate\./, '')
  return action.name === '' ? 'inline action' : action.name
}

function isCombined(guard: unknown): boolean {
  return typeof guard === 'function' && Reflect.has(guard, 'guards') && guard.name !== 'not'
}

function nameOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return 'unnamed'
  const type: unknown = Reflect.get(value, 'type')
  return typeof type === 'string' ? type : 'unnamed'
}
