import { draw } from '../../machines/policy.js'
import type { Break, Direction } from './relay-line.js'

/** Something that goes wrong between two messages. */
export type Fault = {
  /** How many messages of its stretch go before it, in each direction. */
  readonly after: number
} & (
  | {
      readonly kind: 'break'
      readonly how: Break
      /** So many bytes still pass; `undefined`: it happens at once. */
      readonly cut: Cut | undefined
      /** When what hangs in the broken line is reset, in milliseconds; `undefined`: never. */
      readonly resetMs: number | undefined
      /** How long nobody gets through afterwards, in milliseconds. */
      readonly awayMs: number
      /** The next connection is cut as well, wherever it is by then. */
      readonly again: Cut | undefined
    }
  /** The client's own socket is destroyed, as by a system that takes its network away. */
  | { readonly kind: 'destroy' }
  /** Everything takes longer, to the end of the stretch. */
  | { readonly kind: 'delay'; readonly delayMs: number }
)

export interface Cut {
  readonly bytes: number
  readonly direction: Direction
}

/** Messages in each direction with at most one fault among them; the next stretch begins when the client is back. */
export interface Stretch {
  readonly messages: number
  readonly fault?: Fault
}

/** What happens in a conversation, from its first message to its last. */
export type FaultPlan = readonly Stretch[]

/** Lots drawn from a seed: the same seed, the same lots. */
export function createLots(seed: number) {
  // Neighbouring seeds would begin alike.
  let state = Math.imul(seed, 0x9e37_79b1) | 0
  const chance = () => {
    const drawn = draw(state)
    state = drawn.seed
    return drawn.chance
  }
  const below = (limit: number) => Math.floor(chance() * limit)
  return {
    below,
    one: <T>(first: T, ...others: readonly T[]): T => others[below(others.length + 1) - 1] ?? first,
    oneIn: (count: number) => below(count) === 0,
  }
}

export type Lots = ReturnType<typeof createLots>

/** Faults of every kind, spread over all messages. */
export function toRandomPlan(seed: number, { faults, messages }: { faults: number; messages: number }) {
  const lots = createLots(seed)
  const length = Math.floor(messages / faults)
  const plan = Array.from({ length: faults }, (): Stretch => ({
    messages: length,
    fault: drawFault(lots, length),
  }))
  return [...plan, { messages: messages - length * faults }]
}

function drawFault(lots: Lots, length: number): Fault {
  const after = lots.below(length)
  if (lots.oneIn(10)) return { kind: 'delay', after, delayMs: 20 + lots.below(80) }
  if (lots.oneIn(8)) return { kind: 'destroy', after }
  const how = lots.one<Break>('close', 'reset', 'half-open server', 'half-open client', 'black hole')
  return {
    kind: 'break',
    after,
    how,
    resetMs: how === 'black hole' ? 100 + lots.below(500) : undefined,
    // Where nobody is told, somebody must go on talking to notice.
    cut: tells.has(how) && lots.oneIn(2) ? drawCut(lots, 2000) : undefined,
    awayMs: lots.oneIn(3) ? lots.below(500) : 0,
    again: lots.oneIn(4) ? drawCut(lots, 6000) : undefined,
  }
}

/** After these the client knows at once. */
const tells: ReadonlySet<Break> = new Set<Break>(['close', 'half-open server', 'reset'])

const drawCut = (lots: Lots, limit: number): Cut => ({
  bytes: lots.below(limit),
  direction: lots.one<Direction>('down', 'up'),
})

/** How a line may be cut once: every way there is. */
export const singleCuts = [
  'close',
  'reset',
  'black hole',
  'half-open',
  'destroyed socket',
  'random byte',
] as const
export type SingleCut = (typeof singleCuts)[number]

/** One cut in the middle; some of the messages behind it are sent before the client is back. */
export function toSingleCut(seed: number, cut: SingleCut, messages: number): FaultPlan {
  const lots = createLots(seed)
  const half = Math.floor(messages / 2)
  const meanwhile = Math.floor(messages / 10)
  const first = { messages: half + meanwhile, fault: toFault(lots, cut, half - lots.below(meanwhile)) }
  return [first, { messages: messages - first.messages }]
}

function toFault(lots: Lots, cut: SingleCut, after: number): Fault {
  if (cut === 'destroyed socket') return { kind: 'destroy', after }
  const common = {
    kind: 'break',
    after,
    awayMs: 0,
    cut: undefined,
    again: undefined,
    resetMs: undefined,
  } as const
  if (cut === 'random byte') return { ...common, how: 'reset', cut: drawCut(lots, 4000) }
  const how = cut === 'half-open' ? lots.one<Break>('half-open server', 'half-open client') : cut
  return { ...common, how }
}
