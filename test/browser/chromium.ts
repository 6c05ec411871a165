import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { chromium, type Browser } from 'playwright-core'

/** Where a Chromium is, or why there is none. */
export type FoundChromium = { readonly path: string } | { readonly missing: string }

/** Names an executable that comes before all others. */
const override = 'XMPP_MACHINES_CHROMIUM'
const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/**
 * Finds Chromium. In continuous integration (`CI` is set) it is installed first where that is possible, and its absence
 * is an error; elsewhere the tests that need it are skipped.
 */
export async function findChromium(
  environment: NodeJS.ProcessEnv = process.env,
  install = installByApt,
): Promise<FoundChromium> {
  const path = await whereIs(environment)
  if (path !== undefined) return { path }
  const advice = `install Chromium, or name one with ${override}`
  if (!isSet(environment['CI'])) return { missing: `there is no Chromium here: ${advice}` }
  const problem = await install()
  const installed = await whereIs(environment)
  if (installed !== undefined) return { path: installed }
  throw new Error(`there is no Chromium here (${problem ?? 'its package does not bring it'}): ${advice}`)
}

/** Starts it headless; it keeps nothing and asks nobody outside. */
export function startChromium(path: string): Promise<Browser> {
  return chromium.launch({
    executablePath: path,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

async function whereIs(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const folders = (environment['PATH'] ?? '').split(delimiter)
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  const named = environment[override]
  for (const candidate of isSet(named) ? [named] : candidates) {
    try {
      await access(candidate, constants.X_OK)
      return candidate
    } catch {
      continue
    }
  }
  return undefined
}

/** Gives the reason why it is not possible, or `undefined`. */
async function installByApt(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'only root can install it'
  process.stdout.write('installing chromium for the tests in a browser\n')
  const script =
    'apt-get update -qq || true; apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends chromium'
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  try {
    await promisify(execFile)('sh', ['-c', script], { env: environment, maxBuffer: 16 * 1024 * 1024 })
    return undefined
  } catch (error) {
    return `apt-get failed: ${error instanceof Error ? error.message : String(error)}`
  }
}

const isSet = (value: string | undefined): value is string => value !== undefined && value !== ''
