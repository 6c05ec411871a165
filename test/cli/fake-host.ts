import { PassThrough, Writable } from 'node:stream'
import type { Host } from '../../src/cli/host.js'

/** A host in this process that remembers what it is shown. */
export interface FakeHost extends Host {
  readonly shown: () => string
  readonly complained: () => string
}

export interface FakeHostOptions {
  readonly environment?: Readonly<Record<string, string>>
  /** A terminal this wide; without it, a pipe. */
  readonly columns?: number
}

/** Makes one; its standard input is empty. */
export function fakeHost({ columns, environment = {} }: FakeHostOptions = {}): FakeHost {
  const stdout = new Recorder(columns)
  const stderr = new Recorder(columns)
  const stdin = new PassThrough()
  stdin.end()
  return {
    stdin,
    stdout,
    stderr,
    environment,
    program: 'xmpp-machines',
    version: '1.2.3',
    interruption: { signal: new AbortController().signal, exitCode: undefined },
    shown: () => stdout.text,
    complained: () => stderr.text,
  }
}

class Recorder extends Writable {
  text = ''
  readonly isTTY: boolean
  readonly columns: number

  constructor(columns: number | undefined) {
    super({ decodeStrings: false })
    this.isTTY = columns !== undefined
    this.columns = columns ?? 0
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.text += chunk
    done()
    this.emit('more')
  }
}
