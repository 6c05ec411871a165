import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

/**
 * Lists that cannot be brought up to date, such as while another does that, may do as they are. While it runs, a policy forbids
 * packages to start their services; it is lifted with the end of this shell, and holds for nobody else even if the shell is
 * killed before it can remove the file. A policy that is there already stays.
 */
const script = `
set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\\nkill -0 %s 2>/dev/null && exit 101\\nexit 0\\n' "$$" > "$policy"
  chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || true
apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends "$@"
`

/** Installs packages by apt; resolves with the reason why that is not possible, or `undefined`. */
export async function installPackages(
  packages: readonly string[],
  path: string | undefined,
): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return `as root, apt-get install ${packages.join(' ')} would help`
  if (!(await isOnPath('apt-get', path))) return 'there is no apt-get here to install it'
  process.stdout.write(`installing ${packages.join(', ')} for tests and benches\n`)
  try {
    await promisify(execFile)('sh', ['-c', script, 'sh', ...packages], { maxBuffer: 16 * 1024 * 1024 })
    return undefined
  } catch (error) {
    return `apt-get failed: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Whether a command can be run by its name; `path` is like the environment's `PATH`. */
export const isOnPath = async (command: string, path?: string): Promise<boolean> =>
  (await whereIs(command, path)) !== undefined

/** The file that is run by a name. */
export async function whereIs(command: string, path = ''): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, command)
    if (await isExecutable(file)) return file
  }
  return undefined
}

export const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
