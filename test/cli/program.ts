import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** How a child process ended, and what it said. */
export interface Ending {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A program that runs. */
export interface Running {
  /** Resolves with the first line of standard output that fits, also of those that came before. */
  line(fits: RegExp): Promise<string>
  signal(name: NodeJS.Signals): void
  /** Reads no more of its output. */
  hangUp(): void
  readonly ended: Promise<Ending>
}

export interface RunOptions {
  /** Variables; none of the surrounding ones but PATH are passed on. */
  readonly environment?: Readonly<Record<string, string>>
  /** All of its standard input; without it there is none. */
  readonly input?: string
}

/** Starts a program of Node with these words. */
export function start(file: string, words: readonly string[], options: RunOptions = {}): Running {
  const child = spawn(process.execPath, [file, ...words], {
    env: { PATH: process.env.PATH ?? '', ...options.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const lines: string[] = []
  const waiting = new Set<() => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    for (const look of waiting) look()
  })
  const ended = once(child, 'close').then(() => ({
    code: child.exitCode,
    stdout: lines.map((line) => `${line}\n`).join(''),
    stderr,
  }))
  return {
    ended,
    signal: (name) => void child.kill(name),
    hangUp: () => child.stdout.destroy(),
    line: (fits) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find((line) => fits.test(line))
          if (found === undefined) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
        void ended.then(({ stdout }) => reject(new Error(`it ended without ${fits}:\n${stdout}\n${stderr}`)))
      }),
  }
}

/** Every line of standard output as JSON; throws where one is none. */
export function toRecords(stdout: string): readonly Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const record: unknown = JSON.parse(line)
      if (typeof record !== 'object' || record === null) throw new Error(`no JSON object: ${line}`)
      return { ...record }
    })
}
