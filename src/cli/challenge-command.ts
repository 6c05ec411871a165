import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Invitation } from '../testing/challenge-stage.js'
import { UsageError } from './usage-error.js'

const placeholders = ['endpoint', 'host', 'port', 'jid', 'user', 'domain', 'password', 'cafile'] as const

/** The command with what stands in braces replaced, e.g. `{port}`. @throws UsageError for one that there is not */
export function fillPlaceholders(
  words: readonly string[],
  place: Invitation,
  cafile: string,
): readonly string[] {
  const [user = '', domain = ''] = place.jid.split('@')
  const values = { ...place, port: String(place.port), user, domain, cafile }
  return words.map((word) =>
    word.replaceAll(/\{([a-z]+)\}/g, (whole, name: string) => {
      const known = placeholders.find((each) => each === name)
      if (known !== undefined) return values[known]
      throw new UsageError(
        `There is no placeholder ${whole}.`,
        `Write ${placeholders.map((each) => `{${each}}`).join(', ')}.`,
      )
    }),
  )
}

const graceMs = 1_000
const lookMs = 20

/**
 * Starts a client, and gives what ends it with all that it has started itself.
 * @throws UsageError where there is no such command
 */
export async function startClient(
  [command = '', ...parameters]: readonly string[],
  showsErrors: boolean,
): Promise<() => Promise<void>> {
  const child = spawn(command, parameters, {
    detached: true,
    stdio: ['pipe', 'ignore', showsErrors ? 'inherit' : 'ignore'],
  })
  child.stdin.on('error', () => {})
  const isRunning = await new Promise<boolean>((resolve) => {
    child.once('spawn', () => resolve(true))
    child.once('error', () => resolve(false))
  })
  if (!isRunning) throw new UsageError(`There is no command ${command}.`, 'Check its name and rights.')
  const ended = once(child, 'close')
  const kill = (signal: NodeJS.Signals | 0) => {
    try {
      return child.pid !== undefined && process.kill(-child.pid, signal)
    } catch {
      // All have ended by themselves.
      return false
    }
  }
  if (running.size === 0) process.once('exit', endAll)
  running.add(kill)
  return async () => {
    kill('SIGTERM')
    // What it has started may outlive it.
    for (const begin = performance.now(); kill(0) && performance.now() - begin < graceMs;) await sleep(lookMs)
    kill('SIGKILL')
    await ended
    running.delete(kill)
    if (running.size === 0) process.off('exit', endAll)
  }
}

/** A second Ctrl-C ends this process at once, and reaches no other group. */
function endAll(): void {
  for (const kill of running) kill('SIGKILL')
}

const running = new Set<(signal: NodeJS.Signals) => boolean>()
