import type { Readable, Writable } from 'node:stream'

/** Where a person or a program reads. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** Where a person types, or a pipe ends. */
export type Input = Readable & { readonly isTTY?: boolean; setRawMode?(isRaw: boolean): unknown }

/** What the command needs of the process it runs in. */
export interface Host {
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
  readonly environment: Readonly<Record<string, string | undefined>>
  /** How this program is called, e.g. `xmpp-machines`, to print commands that can be pasted. */
  readonly program: string
  readonly version: string
  readonly interruption: Interruption
}

/** Whether somebody wants the command to end. */
export interface Interruption {
  readonly signal: AbortSignal
  /** The exit code that goes with it; 0 where whoever read the output has gone, which is a good end of what only shows. */
  readonly exitCode: number | undefined
}
