import { spawn } from 'node:child_process'
import process from 'node:process'
import type { Host } from './host.js'
import type { Screen } from './screen.js'

/**
 * Opens an address in the person’s browser, where somebody sits before this very machine; elsewhere, and where that fails,
 * nothing happens.
 */
export function openBrowser({ environment }: Host, screen: Screen, url: string): void {
  const command = browserCommand(environment, process.platform)
  if (!screen.isInteractive || command === undefined) return
  const [program = '', ...words] = command
  const child = spawn(program, [...words, url], { detached: true, stdio: 'ignore' })
  child.on('error', () => {})
  child.unref()
}

/** The command that opens an address; `undefined` in continuous integration, over SSH, and without a screen. */
export function browserCommand(
  environment: Host['environment'],
  platform: NodeJS.Platform,
): readonly string[] | undefined {
  const isSet = (name: string) => (environment[name] ?? '') !== ''
  if (isSet('CI') || isSet('SSH_CONNECTION') || environment['BROWSER'] === 'none') return undefined
  if (platform === 'darwin') return ['open']
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  return isSet('DISPLAY') || isSet('WAYLAND_DISPLAY') ? ['xdg-open'] : undefined
}
