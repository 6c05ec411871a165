/** What the command needs of the process it runs in. */
export interface Host {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly environment: Readonly<Record<string, string | undefined>>
  /** How this program is called, e.g. `xmpp-machines`, to print commands that can be pasted. */
  readonly program: string
  readonly version: string
  readonly interruption: Interruption
}

/** Whether somebody wants the command to end. */
export interface Interruption {
  readonly signal: AbortSignal
  /** The exit code that goes with it; 0 where whoever read the output has gone. */
  readonly exitCode: number | undefined
}
