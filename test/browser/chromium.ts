import { chromium, type Browser } from 'playwright-core'
import { isContinuous } from '../support/continuous-integration.js'
import { installPackages, isExecutable, whereIs } from '../support/install-packages.js'

/** Where a Chromium is, or why there is none. */
export type FoundChromium = { readonly path: string } | { readonly missing: string }

/** Names an executable that comes before all others. */
const override = 'XMPP_MACHINES_CHROMIUM'
const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/**
 * Finds Chromium, and installs it first where that is possible. Where there is none, the tests that need it are skipped; in
 * continuous integration (`CI` is set) that is an error.
 */
export async function findChromium(
  environment: NodeJS.ProcessEnv = process.env,
  install = installPackages,
): Promise<FoundChromium> {
  const path = await find(environment)
  if (path !== undefined) return { path }
  const problem = isNamed(environment[override])
    ? `${override} names none`
    : await install(['chromium'], environment['PATH'])
  const installed = await find(environment)
  if (installed !== undefined) return { path: installed }
  const missing = `there is no Chromium here (${problem ?? 'its package does not bring it'}): install it, or name one with ${override}`
  if (isContinuous(environment)) throw new Error(missing)
  return { missing }
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

async function find(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const named = environment[override]
  if (isNamed(named)) return (await isExecutable(named)) ? named : undefined
  for (const name of names) {
    const path = await whereIs(name, environment['PATH'])
    if (path !== undefined) return path
  }
  return undefined
}

const isNamed = (value: string | undefined): value is string => value !== undefined && value !== ''
