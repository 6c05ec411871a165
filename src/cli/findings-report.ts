import type { Finding } from '../testing/finding.js'
import type { CommandContext } from './command.js'
import { exitCodes, toEnding } from './exit-codes.js'
import {
  showFindings,
  toFindingsExitCode,
  writeJson,
  writeJunit,
  type findingsOptions,
  type KnownDeviations,
  type Trial,
} from './findings.js'
import { styled, toDuration } from './text.js'

/** Shows what was found, writes the files that were asked for, and gives the exit code. */
export async function reportFindings(
  { host, options, screen }: CommandContext<keyof typeof findingsOptions>,
  trial: Trial,
  findings: readonly Finding[],
  known: KnownDeviations,
  begin: number,
): Promise<number> {
  // Who stops reading at the table has all of them; who has gone before has not.
  const isWhole = !host.interruption.signal.aborted
  showFindings(screen, findings, known)
  screen.print(styled('dim', toDuration(performance.now() - begin)))
  const [json, junit] = [options.text('json'), options.text('junit')]
  if (json !== undefined) await writeJson(json, trial, findings, known)
  if (junit !== undefined) await writeJunit(junit, trial, findings, known)
  const exitCode = toFindingsExitCode(findings, known)
  return toEnding(host, isWhole || exitCode !== exitCodes.ok) || exitCode
}
