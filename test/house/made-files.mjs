import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Writes files that are made from others, and removes what is left over; with `--check` only compares, and ends with a failure.
 * @param {object} work
 * @param {string} work.folder where they are
 * @param {ReadonlyMap<string, string>} work.made by path inside it
 * @param {RegExp} work.ours paths of what nobody but this may put there
 * @param {string} work.leftOver what is wrong with a file that nothing makes
 * @param {string} work.mend the command that makes them
 */
export function keepMadeFiles({ folder, made, ours, leftOver: why, mend }) {
  mkdirSync(folder, { recursive: true })
  const found = new Map(
    readdirSync(folder, { recursive: true })
      .filter((name) => made.has(name) || ours.test(name))
      .map((name) => [name, readFileSync(`${folder}/${name}`, 'utf8')]),
  )
  const missing = [...made.keys()].filter((name) => !found.has(name))
  const stale = [...made].filter(([name, text]) => found.has(name) && found.get(name) !== text)
  const leftOver = [...found.keys()].filter((name) => !made.has(name))
  if (!process.argv.includes('--check')) {
    for (const name of leftOver) rmSync(`${folder}/${name}`)
    for (const [name, text] of made) {
      mkdirSync(dirname(`${folder}/${name}`), { recursive: true })
      if (found.get(name) !== text) writeFileSync(`${folder}/${name}`, text)
    }
    return
  }
  const complaints = [
    ...missing.map((name) => `${name} is missing`),
    ...stale.map(([name]) => `${name} is stale`),
    ...leftOver.map((name) => `${name} is left over: ${why}`),
  ]
  for (const complaint of complaints) console.error(`docs/${complaint}`)
  if (complaints.length === 0) return
  console.error(`run \`${mend}\`, look at the result and commit it`)
  process.exit(1)
}
