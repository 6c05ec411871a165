import * as fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { describe, expect, test } from 'vitest'
import { createMachine, type AnyStateMachine } from 'xstate'
import * as machines from '../../../machines/index.js'
import { layOut } from '../../../src/inspector/drawing/elk.js'
import { statesOf } from '../../../src/inspector/drawing/graph.js'
import { layOutChart, type ChartLayout, type Rectangle } from '../../../src/inspector/drawing/layout.js'
import { drawChart, toGraph, type ChartTransition } from '../../../src/inspector/index.js'
import { triggerWords } from '../../../src/inspector/drawing/trigger.js'
import { isChart } from '../../../src/testing/laws.js'
import { arbitraryChart } from './arbitrary-chart.js'
import { foreignCharts } from './foreign-charts.js'
import { sampleSession } from './sample-session.js'

const samples = [sampleSession, ...Object.values(machines).filter(isChart)]

const svg = await drawChart(sampleSession)

interface Read {
  readonly elements: readonly {
    readonly name: string
    readonly attributes: Readonly<Record<string, string>>
  }[]
  readonly texts: readonly string[]
}

/** Reads strictly: throws on anything that is not well-formed XML. */
function read(markup: string): Read {
  const elements: { name: string; attributes: Record<string, string> }[] = []
  const texts: string[] = []
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => elements.push({ name, attributes }))
  parser.on('text', (text) => texts.push(text))
  parser.write(markup).close()
  return { elements, texts }
}

describe('drawChart()', () => {
  test('gives the same bytes for the same chart, and for its graph', async () => {
    expect(await drawChart(sampleSession)).toBe(svg)
    expect(await drawChart(JSON.parse(JSON.stringify(toGraph(sampleSession))))).toBe(svg)
  })

  test('tells transitions that were taken from others, by lines and words, and says so in the legend', async () => {
    const chart = createMachine({
      id: 'chart',
      initial: 'a',
      states: { a: { on: { go: 'b', run: 'b', wait: 'c' } }, b: { on: { back: 'a' } }, c: {} },
    })
    const { elements, texts } = read(
      await drawChart(chart, { covered: new Set(['chart.a go 0', 'chart.b back 0']) }),
    )
    const classes = elements.map(({ attributes }) => attributes['class'] ?? '')
    expect(classes.filter((each) => each.startsWith('line line-') && each !== 'line line-course')).toEqual([
      'line line-covered',
      'line line-missed stripes',
      'line line-missed',
      'line line-covered',
      // The legend.
      'line line-covered',
      'line line-missed',
      'line line-covered',
      'line line-missed',
    ])
    expect(classes.filter((each) => each === 'event says-covered')).toHaveLength(2)
    expect(classes.filter((each) => each === 'event says-missed')).toHaveLength(2)
    for (const words of ['taken', 'not taken', 'some taken, some not']) expect(texts).toContain(words)
  })

  test('speaks of coverage only where it was asked to', () => {
    expect(svg).not.toMatch(/covered|missed/)
  })

  test('shows every state and every transition', () => {
    const { elements, texts } = read(svg)
    const graph = toGraph(sampleSession)
    for (const { key } of statesOf(graph.root)) expect(texts).toContain(key)
    const arrows: readonly string[] = elements.flatMap(({ attributes }) =>
      JSON.parse(attributes['data-transitions'] ?? '[]'),
    )
    const leading = graph.transitions.filter(({ source, targets }) =>
      targets.some((target) => target !== source),
    )
    expect(arrows).toHaveLength(leading.length)
    expect(arrows).toEqual(expect.arrayContaining(leading.map(({ id }) => id)))
    const said = texts.join(' ')
    for (const words of [
      'after backoff',
      '[mayRetry]',
      '[else]',
      'bindResource',
      'RFC 6120 §6.4',
      'waits for a person',
      'roster.pushed',
      'from any state',
    ]) {
      expect(said).toContain(words)
    }
  })

  test('colours failures and time-outs', () => {
    const { elements } = read(svg)
    const classes = elements.map(({ attributes }) => attributes['class'])
    expect(classes).toContain('line line-failure')
    expect(classes).toContain('line line-time')
    expect(classes).toContain('event says-failure')
  })

  test('stands alone: no script, no link, no foreign address', () => {
    const names = new Set(read(svg).elements.map(({ name }) => name))
    expect([...names].toSorted((one, other) => one.localeCompare(other))).toEqual([
      'circle',
      'desc',
      'g',
      'path',
      'rect',
      'style',
      'svg',
      'text',
      'title',
      'tspan',
    ])
    expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|url\(|@import|href/)
    expect(svg).toContain('prefers-color-scheme:dark')
  })

  test('names itself for those who cannot see it', () => {
    const { elements } = read(svg)
    expect(elements[0]?.attributes).toMatchObject({
      role: 'img',
      'aria-labelledby': 'session-title session-desc',
    })
    expect(elements.map(({ attributes }) => attributes['id']).filter(Boolean)).toEqual([
      'session-title',
      'session-desc',
    ])
  })

  test('lets no name out of its text', async () => {
    const hostile = `</text><script>alert("1")</script>'&\u0000\ud800 --> ]]>`
    const chart = createMachine({
      id: hostile,
      description: hostile,
      initial: 'a',
      states: {
        a: {
          description: hostile,
          tags: [hostile],
          entry: hostile,
          on: { [hostile]: { target: hostile, guard: hostile } },
        },
        [hostile]: { type: 'final' },
      },
    })
    const { elements, texts } = read(await drawChart(chart))
    expect(elements.map(({ name }) => name)).not.toContain('script')
    expect(texts).toContain(`</text><script>alert("1")</script>'&\ufffd\ufffd --> ]]>`)
  })

  test.each(Object.entries(foreignCharts))(
    'draws what others write: %s',
    { timeout: 120_000 },
    async (_, chart) => {
      expect(await lacking(chart)).toEqual([])
    },
  )

  test('draws any chart: nothing lacks, and it is XML', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryChart, async (chart) => {
        expect(await lacking(chart)).toEqual([])
      }),
      { numRuns: 20 },
    )
  })

  test.each(samples)('$id: nothing covers anything else', async (chart) => {
    expect(collisions(await layOutChart(toGraph(chart), layOut))).toEqual([])
  })

  test.each(samples)('$id: no state is narrower than its words', async (chart) => {
    const { boxes } = await layOutChart(toGraph(chart), layOut)
    const narrow = boxes.filter(({ block, width }) => width < (block?.width ?? 0))
    expect(narrow.map(({ id }) => id)).toEqual([])
  })

  test('regions leave room for the mark from which one of them is entered anew', async () => {
    const regions = { one: {}, two: {}, three: {} }
    const chart = createMachine({
      id: 'm',
      initial: 'a',
      states: {
        a: {},
        b: {
          type: 'parallel',
          description: 'Any chart.',
          on: { opened: { target: '.inner.one' } },
          states: { first: {}, inner: { type: 'parallel', states: regions }, last: {} },
        },
      },
    })
    expect(collisions(await layOutChart(toGraph(chart), layOut))).toEqual([])
  })

  test('any chart can be laid out without collisions', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryChart, async (chart) => {
        expect(collisions(await layOutChart(toGraph(chart), layOut))).toEqual([])
      }),
      { numRuns: 20 },
    )
  })
})

/** States and transitions that are in a chart and not in its drawing. */
async function lacking(chart: AnyStateMachine): Promise<readonly string[]> {
  const { root, transitions } = toGraph(chart)
  const { elements, texts } = read(await drawChart(chart))
  const [, ...states] = [...statesOf(root)].map(({ id }) => id)
  const drawn = new Set(elements.map(({ attributes }) => attributes['data-state']))
  const arrows: ReadonlySet<string> = new Set(
    elements.flatMap(({ attributes }): readonly string[] =>
      JSON.parse(attributes['data-transitions'] ?? '[]'),
    ),
  )
  const said = texts.join(' ').replace(/\s+/g, ' ')
  const isSaid = ({ trigger }: ChartTransition): boolean =>
    said.includes(triggerWords(trigger).replace(/\s+/g, ' '))
  const isDrawn = (transition: ChartTransition): boolean => arrows.has(transition.id) || isSaid(transition)
  return [
    ...(new Set(states).size === states.length ? [] : ['an id of its own for every state']),
    ...states.filter((id) => !drawn.has(id)),
    ...transitions.filter((transition) => !isDrawn(transition)).map(({ id }) => id),
  ]
}

/** Pairs of labels, leaves and headers that lie over one another, and arrows that are not orthogonal. */
function collisions({ boxes, edges }: ChartLayout): readonly string[] {
  const labels = edges.flatMap(({ label, transitions }) =>
    label === undefined ? [] : [{ name: transitions.map(({ id }) => id).join(), place: label }],
  )
  const bodies = boxes.map(({ id, state, block, ...place }) => {
    const isHeader = state !== undefined && block !== undefined && state.states.length > 0
    return { name: id, place: isHeader ? { ...place, width: block.width, height: block.height } : place }
  })
  const things = [...labels, ...bodies]
  const covered = things.flatMap((one, index) =>
    things
      .slice(index + 1)
      .filter((other) => overlap(one.place, other.place))
      .map((other) => `${one.name} covers ${other.name}`),
  )
  const crooked = edges.filter(({ points }) =>
    points.some(({ x, y }, index) => {
      const before = points[index - 1] ?? { x, y }
      return before.x !== x && before.y !== y
    }),
  )
  const missing = edges.filter(({ points }) => points.length < 2)
  return [
    ...covered,
    ...[...crooked, ...missing].map(
      ({ transitions }) => `${transitions.map(({ id }) => id).join()} is no line`,
    ),
  ]
}

function overlap(one: Rectangle, other: Rectangle): boolean {
  const tolerance = 1
  return (
    Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x) > tolerance &&
    Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y) > tolerance
  )
}
