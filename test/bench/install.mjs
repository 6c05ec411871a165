// Installs the peers where they are missing or no longer those of the lock file, and links the project among them.
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = new URL('./', import.meta.url)
const packages = (path) => {
  const file = new URL(path, folder)
  if (!existsSync(file)) return '{}'
  const all = Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages)
  return JSON.stringify(all.filter(([name]) => name !== '').map(([name, { version }]) => [name, version]))
}

if (packages('node_modules/.package-lock.json') !== packages('package-lock.json')) {
  execFileSync('npm', ['ci', '--silent'], { cwd: fileURLToPath(folder), stdio: 'inherit' })
}
// A link of npm's own would install the project's dependencies a second time.
const link = new URL('node_modules/xmpp-machines', folder)
if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync('../../..', link, 'junction')
