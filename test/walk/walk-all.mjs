import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { PlantingHouse, plantedFaults } from './planted.mjs'
import { walkOf } from './walk-process.mjs'

/** What is walked and counted together, the longest first. */
const pieces = ['faults', 'driven', 'charts,cells,sasl']

/** Everything, each piece in a process of its own, as many at once as there are cores; `tell` hears of planted faults. */
export async function walkAll(root, plants, tell) {
  const house = fileURLToPath(root)
  const reports = new Map()
  const verdicts = []
  const work = [
    ...pieces.map((piece) => async () => {
      reports.set(piece, await walkOf(house, piece).catch(broken))
    }),
    ...(plants ? await plantedFaults(house) : []).map((fault) => async (copy) => {
      const verdict = await copy.plant(fault)
      verdicts.push(verdict)
      tell(`${verdict.noticed ? '✓' : '✗'} planted ${fault.name}: ${verdict.told}`)
    }),
  ]
  const lane = async () => {
    const copy = new PlantingHouse(house)
    try {
      for (let next = work.shift(); next !== undefined; next = work.shift()) await next(copy)
    } finally {
      await copy.remove()
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, lane))
  const told = pieces.map((piece) => reports.get(piece))
  const missed = verdicts.filter(({ noticed }) => !noticed).map(({ name, told }) => `${name}: ${told}`)
  const planted = {
    name: 'planted faults noticed',
    of: verdicts.length,
    reached: verdicts.length - missed.length,
    missed,
  }
  return {
    charts: told.flatMap(({ charts }) => charts),
    counters: [...told.flatMap(({ counters }) => counters), ...(plants ? [planted] : [])],
    shortcomings: [
      ...told.flatMap(({ shortcomings }) => shortcomings),
      ...missed.map((each) => `${planted.name}: ${each}`),
    ],
  }
}

/** A walk that did not end has reached nothing. */
const broken = (error) => ({ charts: [], counters: [], shortcomings: [String(error)] })
