import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TimeoutError } from '../errors.js'
import { Jid, tryParseJid } from '../stanza/jid.js'
import type { Invitation, Way } from '../testing/challenge-stage.js'
import type { Finding } from '../testing/finding.js'
import { fillPlaceholders, startClient } from './challenge-command.js'
import { showingOptions, type Command, type CommandContext } from './command.js'
import { exitCodes } from './exit-codes.js'
import { findingsOptions, readKnown, toProgress, tryFiles } from './findings.js'
import { reportFindings } from './findings-report.js'
import type { OptionTable } from './options.js'
import { makeTemporaryFolder } from './temporary-folder.js'
import { UsageError } from './usage-error.js'

const challengeOptions = {
  transport: { value: 'NAME', help: 'starttls (default), tls or websocket' },
  domain: { value: 'NAME', help: 'The domain that is played; default localhost' },
  port: { value: 'PORT', help: 'Where; default any free one for each run, by hand 15222' },
  timeout: {
    value: 'SECONDS',
    help: 'How long a client is watched after each fault, and has to answer; default 3',
  },
  silence: {
    value: 'SECONDS',
    help: 'How long a silent server stays silent; default as long as a client is watched',
  },
  start: {
    value: 'SECONDS',
    help: 'How long it may take to come, and for each step; default 15, by hand 120',
  },
  'at-once': { value: 'NUMBER', help: 'How many clients run at once; default 4' },
  ...findingsOptions,
  ...showingOptions,
} as const satisfies OptionTable

type ChallengeContext = CommandContext<keyof typeof challengeOptions>

/** Plays servers of all kinds to any client, and says how it behaves. */
export const challengeCommand: Command = {
  name: 'challenge',
  summary: 'Take any client through logins and faults, and report by section how it behaves',
  usage: '[options] [-- COMMAND …]',
  options: challengeOptions,
  mayHaveOperands: true,
  notes: [
    'COMMAND starts the client, anew for each run; in it {endpoint}, {host}, {port}, {jid}, {user},',
    '{domain}, {password} and {cafile} stand for where it goes, as whom, and what it trusts.',
    'Without COMMAND the client is attached by hand, once for each run. Only loopback is listened on.',
  ],
  run: (context: ChallengeContext) => challenge(context),
}

async function challenge(context: ChallengeContext): Promise<number> {
  const { host, options, screen } = context
  const command = options.operands
  const isByHand = command.length === 0
  const known = await readKnown(options.text('known'))
  const way = toWay(options.text('transport') ?? 'starttls')
  const domain = toDomain(options.text('domain'))
  const atOnce = toNumber(options.text('at-once') ?? '4')
  const arrivalMs = options.milliseconds('start') ?? (isByHand ? 120_000 : 15_000)
  await tryFiles(options)
  const { challengeClient } = await import('../testing/challenge.js')
  const folder = await makeTemporaryFolder()
  const cafile = join(folder, 'ca.crt')
  const begin = performance.now()
  try {
    // Once: a client that starts might read it while it is written again.
    let written: Promise<void> | undefined
    const invite = async (place: Invitation) => {
      await (written ??= writeFile(cafile, place.ca))
      if (!isByHand) return startClient(fillPlaceholders(command, place, cafile), options.has('verbose'))
      const { endpoint, jid, password } = place
      screen.print(`Connect to ${endpoint} as ${jid} with ${password}, trusting ${cafile}`)
      return async () => {}
    }
    const findings = await challengeClient({
      way,
      invite,
      domain,
      port: options.port('port') ?? (isByHand ? 15_222 : undefined),
      atOnce: isByHand || options.has('port') ? 1 : atOnce,
      patienceMs: options.milliseconds('timeout'),
      silenceMs: options.milliseconds('silence'),
      arrivalMs,
      signal: host.interruption.signal,
      progress: (done, total, title) => screen.show(...toProgress(done, total, title, screen.columns)),
    })
    const trial = { command: 'challenge', subject: isByHand ? 'by hand' : (command[0] ?? '') }
    const exitCode = await reportFindings(context, trial, findings, known, begin)
    if (exitCode === exitCodes.ok && !findings.some(isJudgement))
      throw new TimeoutError('client', 'a client that can be judged', arrivalMs)
    return exitCode
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const isJudgement = ({ verdict }: Finding): boolean => verdict === 'right' || verdict === 'wrong'

const ways: readonly Way[] = ['starttls', 'tls', 'websocket']

function toWay(text: string): Way {
  const way = ways.find((each) => each === text)
  if (way !== undefined) return way
  throw new UsageError(`There is no transport ${JSON.stringify(text)}.`, `Write one of ${ways.join(', ')}.`)
}

function toDomain(text: string | undefined): string | undefined {
  const jid = text === undefined ? undefined : tryParseJid(text)
  if (jid === undefined || (jid instanceof Jid && jid.toString() === jid.domain)) return text
  throw new UsageError(`--domain is no domain: ${JSON.stringify(text)}.`, 'Write a name, e.g. example.org.')
}

function toNumber(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text)
  throw new UsageError(`--at-once wants a number, not ${JSON.stringify(text)}.`, 'Write one from 1 to 99.')
}
