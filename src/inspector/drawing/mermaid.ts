import { planArrows, type Arrow, type ArrowPlan } from './arrows.js'
import { chipText } from './block.js'
import { statesOf, type ChartGraph, type ChartState, type ChartTransition } from './graph.js'
import { anywhereText } from './layout.js'
import { conditionWords, triggerWords } from './trigger.js'

/** Writes a chart as Mermaid `stateDiagram-v2`; what Mermaid cannot say (history, what is left from anywhere) becomes a named state. */
export function toMermaid(graph: ChartGraph): string {
  const plan = planArrows(graph)
  const scribe: Scribe = { plan, names: nameAll(graph, plan), homes: findHomes(graph, plan) }
  return [
    '---',
    `title: ${JSON.stringify(graph.id)}`,
    '---',
    'stateDiagram-v2',
    ...indent([...innerComments(graph.root, scribe), ...insideLines(graph.root, scribe)]),
    '',
  ].join('\n')
}

interface Scribe {
  readonly plan: ArrowPlan
  /** By state and mark: an identifier that Mermaid accepts. */
  readonly names: ReadonlyMap<string, string>
  /** By state and mark: the states around it, outermost first. */
  readonly homes: ReadonlyMap<string, readonly string[]>
}

function insideLines(state: ChartState, scribe: Scribe): readonly string[] {
  const { plan, names, homes } = scribe
  const marks = plan.marks.filter(({ parent, kind }) => parent === state.id && kind === 'anywhere')
  const arrows = plan.arrows.filter(({ source, target }) => homeOf(source, target, homes) === state.id)
  const separator = state.kind === 'parallel' ? ['--'] : []
  return [
    ...state.states.flatMap((child, index) => [
      ...(index > 0 ? separator : []),
      ...stateLines(child, scribe),
    ]),
    ...marks.map(({ id }) => `state "${anywhereText}" as ${names.get(id)}`),
    ...arrows.flatMap((arrow) => arrowLines(arrow, scribe)),
    ...state.states.filter(({ kind }) => kind === 'final').map(({ id }) => `${names.get(id)} --> [*]`),
  ]
}

function stateLines(state: ChartState, scribe: Scribe): readonly string[] {
  const name = scribe.names.get(state.id) ?? ''
  const said = state.kind === 'history' ? (state.history === 'deep' ? 'H*' : 'H') : state.key
  if (state.states.length === 0) {
    return [`state "${quote(said)}" as ${name}`, ...wordsOf(state, scribe).map((text) => `${name} : ${text}`)]
  }
  return [
    `state "${quote(said)}" as ${name} {`,
    ...indent([...innerComments(state, scribe), ...insideLines(state, scribe)]),
    '}',
  ]
}

/** Mermaid keeps no text in a state that holds others. */
function innerComments(state: ChartState, scribe: Scribe): readonly string[] {
  return wordsOf(state, scribe).map((text) => `%% ${text}`)
}

function wordsOf(state: ChartState, { plan }: Scribe): readonly string[] {
  const inner = plan.inner.get(state.id) ?? []
  return [
    state.spec,
    state.description,
    ...state.invokes.map(({ id, src }) => (id === src ? `⚙ ${src}` : `⚙ ${src} as ${id}`)),
    ...deed('entry', state.entry),
    ...deed('exit', state.exit),
    ...inner.map((transition) => transitionWords(transition)),
    ...state.tags.map(chipText),
  ].flatMap((text) => (text === undefined ? [] : [quote(text)]))
}

function deed(moment: string, actions: readonly string[]): readonly string[] {
  return actions.length === 0 ? [] : [`${moment} / ${actions.join(', ')}`]
}

function arrowLines(
  { source, target, isStart, transitions }: Arrow,
  { plan, names }: Scribe,
): readonly string[] {
  const from = isStart ? '[*]' : names.get(source)
  // A return to where a state begins leads to what it begins with: Mermaid has no arrow to a start mark.
  const start = plan.arrows.find((arrow) => arrow.isStart && arrow.source === target)
  const to = names.get(start?.target ?? target)
  if (transitions.length === 0) return [`${from} --> ${to}`]
  return transitions.map((transition) => `${from} --> ${to} : ${quote(transitionWords(transition))}`)
}

function transitionWords(transition: ChartTransition): string {
  const { actions, targets } = transition
  const condition = conditionWords(transition)
  const deeds = actions.length > 0 ? `/ ${actions.join(', ')}` : targets.length === 0 ? 'ignored' : ''
  return [triggerWords(transition.trigger), condition && `[${condition}]`, deeds].filter(Boolean).join(' ')
}

function nameAll(graph: ChartGraph, { marks }: ArrowPlan): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  for (const { id } of [...statesOf(graph.root), ...marks]) {
    const plain = id.replace(/[^A-Za-z0-9]+/g, '_')
    let name = plain
    for (let count = 2; taken.has(name); count += 1) name = `${plain}_${count}`
    taken.add(name)
    names.set(id, name)
  }
  return names
}

function findHomes(graph: ChartGraph, { marks }: ArrowPlan): ReadonlyMap<string, readonly string[]> {
  const homes = new Map<string, readonly string[]>()
  const visit = (state: ChartState, around: readonly string[]): void => {
    const inside = [...around, state.id]
    homes.set(state.id, around)
    for (const { id, parent } of marks) if (parent === state.id) homes.set(id, inside)
    for (const child of state.states) visit(child, inside)
  }
  visit(graph.root, [])
  return homes
}

/** The innermost state that holds both. */
function homeOf(
  source: string,
  target: string,
  homes: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  const other = new Set(homes.get(target))
  return homes.get(source)?.findLast((id) => other.has(id))
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`)
}

/** Mermaid's own escapes for what its grammar would read. */
function quote(text: string): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/[#;:"%<>{}&\\]/g, (character) => `#${character.charCodeAt(0)};`)
}
