import {
  AuthenticationError,
  ProtocolError,
  StanzaError,
  StreamError,
  TimeoutError,
  TransportError,
  XmppError,
} from '../errors.js'
import { RegistrationError } from '../features/registration-error.js'
import { UnconfirmedError } from '../features/unconfirmed-error.js'
import type { Host } from './host.js'
import { UsageError } from './usage-error.js'

/** What the command ends with, by kind of error; scripts may rely on it. */
export const exitCodes = {
  ok: 0,
  defect: 1,
  usage: 2,
  transport: 3,
  authentication: 4,
  stream: 5,
  protocol: 6,
  stanza: 7,
  timeout: 8,
  deviation: 9,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const

/** The same for people, in the order of the codes. */
export const exitCodeMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.ok, 'all went well'],
  [exitCodes.defect, 'a defect of this program'],
  [exitCodes.usage, 'the command line cannot be understood, or a file or the output not be had'],
  [exitCodes.transport, 'no connection: unknown host, refused, cut, TLS or its certificate'],
  [
    exitCodes.authentication,
    'not logged in: password, mechanism, no account, or a server that proved nothing',
  ],
  [exitCodes.stream, 'the server ended the stream with an error'],
  [exitCodes.protocol, 'the other side speaks no correct XMPP'],
  [exitCodes.stanza, 'a message or request came back with an error'],
  [exitCodes.timeout, 'no answer in time'],
  [exitCodes.deviation, 'the other side does not keep to the standard (check, challenge)'],
  [exitCodes.hungUp, 'the terminal has gone (SIGHUP), after leaving in order'],
  [exitCodes.interrupted, 'interrupted (Ctrl-C), after leaving in order'],
  [exitCodes.terminated, 'terminated (SIGTERM), after leaving in order'],
]

/** The exit code of whatever was thrown; of what nobody can be sure of, that of the reason. */
export function toExitCode(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage
  if (!(error instanceof XmppError) || isDefect(error)) return exitCodes.defect
  if (error instanceof TransportError) return exitCodes.transport
  if (error instanceof UnconfirmedError) return toExitCode(error.cause)
  if (error instanceof AuthenticationError || error instanceof RegistrationError)
    return exitCodes.authentication
  if (error instanceof StreamError) return exitCodes.stream
  if (error instanceof ProtocolError) return exitCodes.protocol
  if (error instanceof StanzaError) return exitCodes.stanza
  return error instanceof TimeoutError ? exitCodes.timeout : exitCodes.defect
}

/** What a command ends with that may have been interrupted: that its reader has gone excuses nobody from work that is not done. */
export function toEnding({ interruption: { exitCode = exitCodes.ok } }: Host, isDone: boolean): number {
  return exitCode === exitCodes.ok && !isDone ? exitCodes.usage : exitCode
}

/** The engine wraps what it did not expect, and keeps it as the cause. */
function isDefect(error: XmppError): boolean {
  return error.code === 'protocol.undefined-condition' && error.cause instanceof Error
}
