import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * Installs the packages of a folder with a package of its own where they are missing, or no longer those of its lock file.
 * @param {URL} folder ends with a slash
 */
export function installWorkspace(folder) {
  if (packagesOf(folder, 'node_modules/.package-lock.json') === packagesOf(folder, 'package-lock.json'))
    return
  execFileSync('npm', ['ci', '--silent'], { cwd: fileURLToPath(folder), stdio: 'inherit' })
}

/** @param {URL} folder @param {string} path */
function packagesOf(folder, path) {
  const file = new URL(path, folder)
  if (!existsSync(file)) return '{}'
  const all = Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages)
  return JSON.stringify(all.filter(([name]) => name !== '').map(([name, { version }]) => [name, version]))
}
