import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A server under guard: see `guard.mjs`. */
export interface GuardedProcess {
  /** Settles when the server has ended and its folder is gone. */
  readonly ended: Promise<void>
  /** The last words it wrote. */
  lastWords(): string
  /** Ends the server and starts it again in the same folder; resolves when it has begun to start. */
  restart(): Promise<void>
  /** Ends the server and removes its folder; resolves when both are done. */
  stop(): Promise<void>
}

/** What to run. */
export interface GuardedCommand {
  /** Its own, with all that it needs: removed at the end. */
  readonly folder: string
  readonly command: string
  readonly parameters: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

const guard = fileURLToPath(new URL('guard.mjs', import.meta.url))
const lastWordsLimit = 4096
const startedAgain = 'started again\n'

/** Runs a command under a guard that outlives this process just long enough to clean up after it. */
export function startGuarded({ command, environment, folder, parameters }: GuardedCommand): GuardedProcess {
  const child = spawn(process.execPath, [guard, folder, command, ...parameters], {
    // A Ctrl-C at the terminal reaches a whole group: the guard stands apart, and notices by its input.
    detached: true,
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let words = ''
  const note = (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-lastWordsLimit)
  }
  child.stdout.on('data', note)
  child.stderr.on('data', note)
  child.stdin.on('error', () => undefined)
  const ended = once(child, 'close').then(() => undefined)
  return {
    ended,
    lastWords: () => words.trim(),
    restart: async () => {
      words = ''
      child.stdin.write('again')
      while (!words.includes(startedAgain)) await Promise.race([once(child.stdout, 'data'), ended])
    },
    stop: () => {
      child.stdin.end()
      return ended
    },
  }
}

const readyTimeoutMs = 60_000
const pollMs = 50

/** Waits until `isReady`; rejects with the server's last words when it ends first or takes longer than a minute. */
export async function untilReady(
  what: string,
  server: GuardedProcess,
  isReady: () => Promise<boolean>,
): Promise<void> {
  const timeout = AbortSignal.timeout(readyTimeoutMs)
  const end = server.ended.then(() => 'ended' as const)
  while (!timeout.aborted) {
    if (await isReady()) return
    const pause = new Promise<'waited'>((resolve) => setTimeout(resolve, pollMs, 'waited'))
    if ((await Promise.race([end, pause])) === 'ended') {
      throw new Error(`${what} ended while it started:\n${server.lastWords()}`)
    }
  }
  await server.stop()
  throw new Error(`${what} did not start within ${readyTimeoutMs} ms:\n${server.lastWords()}`)
}
