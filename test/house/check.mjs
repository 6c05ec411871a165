// Runs every `check:` script of package.json at once and reports them in order; ends with a failure if one does.
import { exec } from 'node:child_process'
import { readFileSync } from 'node:fs'

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
const names = Object.keys(manifest.scripts).filter((name) => name.startsWith('check:'))

const results = await Promise.all(
  names.map(
    (name) =>
      new Promise((resolve) => {
        exec(`npm run --silent ${name}`, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
          resolve({ name, failed: error !== null, told: `${stdout}${stderr}`.trim() }),
        )
      }),
  ),
)
for (const { name, failed, told } of results) {
  console.log(`${failed ? '✗' : '✓'} ${name}`)
  if (failed) console.log(`${told}\n`)
}
process.exitCode = results.some(({ failed }) => failed) ? 1 : 0
