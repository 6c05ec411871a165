import { array, asyncProperty, check, nat } from 'fast-check'
import { drive, type Choose, type Drivable, type Running } from '../../src/testing/drive.js'

/** The input that what runs was begun with. */
export async function inputOf<Rig extends Running>(drivable: Drivable<Rig>): Promise<unknown> {
  const rig = await drivable.start(() => undefined)
  const input = drivable.inputOf?.(rig)
  await rig.end()
  return input
}

/** Drives it along 60 ways that chance has chosen, and gives what differed on the first of them that did; `null`: nothing. */
export async function driveAtRandom<Rig extends Running>(
  drivable: Drivable<Rig>,
  beginning: readonly string[] = [],
): Promise<unknown> {
  const choices = array(nat(), { minLength: 5, maxLength: 40 })
  const walks = asyncProperty(choices, async (numbers) => {
    const choose: Choose = (names, index) => {
      const number = numbers[index - beginning.length]
      if (index < beginning.length) return beginning[index]
      return number === undefined ? undefined : names[number % names.length]
    }
    await drive(drivable, choose)
  })
  const { errorInstance } = await check(walks, { numRuns: 60, seed: 6120, endOnFailure: true })
  return errorInstance
}
